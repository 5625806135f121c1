"""Outcomes: what a story came to, as a line for people and as JSON for programs."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RECOVERY_BAR = 10.0
"""Seconds from a kill to the run's resumption, for 95 of 100, with default settings."""


@dataclass(frozen=True)
class Outcome:
    """What was done to an installation, and what was found wrong afterwards, in sentences.

    recovery   seconds from a kill until each run that was held went on
    """

    engine: str
    database: str
    seed: int
    kills: int
    runs: int
    reruns: int
    struck: Sequence[str]
    recovery: Sequence[float]
    lost: Sequence[str]
    doubled: Sequence[str]
    wrong: Sequence[str]

    @property
    def recovery_p95(self) -> float:
        """The time that 95 of 100 do not exceed; 0 when nothing was held when it was killed."""
        ordered = sorted(self.recovery)
        return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0

    @property
    def is_true(self) -> bool:
        """Whether nothing was lost, doubled or otherwise wrong."""
        return not (self.lost or self.doubled or self.wrong)

    @property
    def is_well(self) -> bool:
        """Whether, besides, work went on soon enough."""
        return self.is_true and self.recovery_p95 < RECOVERY_BAR

    def describe(self) -> str:
        """Everything that one needs to see what happened, and to repeat it."""
        found = [f"{word}: {each}" for word in ("lost", "doubled", "wrong") for each in getattr(self, word)]
        head = f"{self.engine}, {self.database}, seed {self.seed}, p95 {self.recovery_p95:.1f} s"
        return "\n".join([f"{head}: {', '.join(self.struck)}", *found])


def to_json(outcome: Outcome) -> dict[str, object]:
    """What programs are told."""
    return {
        "engine": outcome.engine,
        "database": outcome.database,
        "seed": outcome.seed,
        "kills": outcome.kills,
        "reruns": outcome.reruns,
        "lost": len(outcome.lost),
        "doubled": len(outcome.doubled),
        "recovery_p95_s": round(outcome.recovery_p95, 3),
    }


def write_json(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Writes the outcomes as a list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([to_json(each) for each in outcomes], indent=1) + "\n", encoding="utf-8")


def print_table(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Prints the outcomes."""
    names = ["", "Engine", "Database", "Seed", "Kills", "Runs", "Reruns", "Lost", "Doubled", "Wrong", "Recovery p95"]
    table = Table(*names, title="Chaos")
    for each in outcomes:
        found = [len(each.lost), len(each.doubled), len(each.wrong)]
        row = [each.engine, each.database, each.seed, each.kills, each.runs, each.reruns, *found]
        mark = "[green]✓[/green]" if each.is_well else "[red]✗[/red]"
        table.add_row(mark, *map(str, row), f"{each.recovery_p95:.1f} s of {len(each.recovery)}")
    console.print(table)
