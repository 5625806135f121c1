"""Sheets: the facts of one report, before it has its head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windrow.model.reports import Chart, Figure, Table, Tone

STATE_TONES: Mapping[str, Tone] = {
    "succeeded": Tone.GOOD,
    "partial": Tone.FAIR,
    "failed": Tone.BAD,
    "cancelled": Tone.PLAIN,
    "skipped": Tone.PLAIN,
    "active": Tone.CALM,
}

HEALTH_TONES: Mapping[str, Tone] = {
    "new": Tone.CALM,
    "healthy": Tone.GOOD,
    "ailing": Tone.FAIR,
    "failing": Tone.BAD,
    "held": Tone.FAIR,
    "paused": Tone.PLAIN,
    "retired": Tone.PLAIN,
}


@dataclass(frozen=True, slots=True)
class Sheets:
    """What one kind of report gathers."""

    figures: Sequence[Figure]
    charts: Sequence[Chart]
    tables: Sequence[Table]
    notes: Sequence[str]
