"""How a run is shown: its pace and progress, what came of it, and a source's history as small bars."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from windrow.core.windrow import Windrow
from windrow.errors import NotFound
from windrow.model.accounts import Principal
from windrow.model.resources import Outcome
from windrow.model.runs import Part, Run, RunState

COUNTS = (
    *("listed", "added", "changed", "unchanged", "restored", "quarantined", "failed"),
    *("deleted", "missing", "unwanted", "unfetched", "left_out", "duplicate", "removed"),
)
TONES: Mapping[str, str] = {
    Outcome.ADDED: "ok",
    Outcome.RESTORED: "ok",
    Outcome.CHANGED: "live",
    Outcome.QUARANTINED: "bad",
    "failed": "bad",
    "missing": "warn",
    "duplicate": "warn",
    Outcome.DELETED: "warn",
    "removed": "warn",
}


LONGEST = 100_000
"""Characters of what a run came to that are shown."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many came out so."""

    word: str
    number: int
    tone: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run goes on. `per_second` is its mean so far; `remaining` what is left at that pace."""

    share: float | None
    elapsed: timedelta | None
    per_second: float | None
    remaining: timedelta | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One run of a history: a bar's place and height in a drawing 40 units high."""

    run: Run
    x: int
    y: float
    height: float
    tone: str
    told: str

    @property
    def lasted(self) -> timedelta:
        """How long the run took."""
        return timedelta(seconds=_seconds(self.run))


def pace_of(run: Run, now: datetime) -> Pace:
    """How a run goes on, or went."""
    if run.started_at is None:
        return Pace(run.progress.share, None, None, None)
    elapsed = (run.ended_at or now) - run.started_at
    seconds = elapsed.total_seconds()
    per_second = run.progress.done / seconds if seconds > 0 and run.progress.done else None
    return Pace(run.progress.share, elapsed, per_second, run.remaining(now))


def counts_of(counts: Mapping[str, int]) -> list[Count]:
    """What came of it, in the usual order, then whatever else the kind counts."""
    words = [*(word for word in COUNTS if word in counts), *sorted(set(counts) - set(COUNTS))]
    return [Count(word, counts[word], TONES.get(word, "idle")) for word in words if counts[word]]


def history_of(runs: Sequence[Run]) -> list[Bar]:
    """Bars for the runs that ended, the oldest on the left; as high as they took long."""
    ended = [run for run in reversed(runs) if run.ended_at is not None and run.started_at is not None]
    longest = max((_seconds(run) for run in ended), default=1.0) or 1.0
    return [_bar(run, place, longest) for place, run in enumerate(ended)]


def _bar(run: Run, place: int, longest: float) -> Bar:
    height = max(4.0, 40.0 * _seconds(run) / longest)
    told = f"{run.state.value}, {run.progress.done:,} records"
    tones = {RunState.SUCCEEDED: "ok", RunState.PARTIAL: "warn", RunState.FAILED: "bad"}
    return Bar(run, place * 14, 40.0 - height, height, tones.get(run.state, "idle"), told)


def _seconds(run: Run) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return (run.ended_at - run.started_at).total_seconds()


def name_part(part: Part) -> str:
    """A part's address for people: short values as they are, anything else as JSON."""
    told = ", ".join(f"{name} {_brief(value)}" for name, value in part.key.items())
    return told[:200] or f"part {part.id}"


def _brief(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else orjson.dumps(value).decode()


def source_of(run: Run) -> int | None:
    """The source that a run is about, where it is."""
    number = run.parameters.get("source_id")
    return number if isinstance(number, int) else None


def source_name(windrow: Windrow, principal: Principal, run: Run) -> str:
    """The name of the source that a run is about; empty where there is none any more."""
    number = source_of(run)
    if number is None:
        return ""
    with suppress(NotFound):
        return windrow.sources.get(principal, number).name
    return ""


@dataclass(frozen=True, slots=True)
class CameTo:
    """What a run returned, for reading: a title, and JSON as text."""

    title: str
    text: str
    cut: bool = False


def came_to(run: Run) -> CameTo | None:
    """What a walker reported or a sequence saved; None for other kinds, and where there is nothing."""
    match run.kind:
        case "walker" if run.result:
            response = run.result.get("response")
            found = response.get("report_custom", response.get("report")) if isinstance(response, Mapping) else None
            return _came_to("What it reported", found)
        case "sequence" if "saved" in run.result:
            return _came_to("What was saved", run.result["saved"])
        case _:
            return None


def _came_to(title: str, value: object) -> CameTo:
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return CameTo(title, text[:LONGEST], len(text) > LONGEST)
