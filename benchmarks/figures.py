"""Figures: what was measured, held against its bar, as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

LIMIT_SIGNS = {"<=": "at most", ">=": "at least", "<": "below"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `bar` says what it must be (`<= 1.5`); without one it is told for comparison only."""

    name: str
    value: float
    unit: str
    bar: str | None = None
    ok: bool | None = None

    @classmethod
    def held(cls, name: str, value: float, unit: str, sign: str, bar: float) -> "Figure":
        """A value held against its bar; `sign` is `<=`, `>=` or `<`."""
        ok = {"<=": value <= bar, ">=": value >= bar, "<": value < bar}[sign]
        return cls(name, round(value, 3), unit, f"{sign} {bar:g}", ok)

    @classmethod
    def told(cls, name: str, value: float, unit: str) -> "Figure":
        """A value for comparison."""
        return cls(name, round(value, 3), unit)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def share_below(values: Sequence[float], share: float) -> float:
    """The value that so large a share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """Writes the figures as a list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")


def print_table(console: Console, figures: Sequence[Figure]) -> None:
    """Prints the figures, those that miss their bar in red."""
    table = Table("", "What", "Value", "Unit", "Bar", title="Benchmarks")
    for figure in figures:
        mark = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: ""}[figure.ok]
        sign, _, bar = (figure.bar or "").partition(" ")
        table.add_row(mark, figure.name, f"{figure.value:,.6g}", figure.unit, f"{LIMIT_SIGNS.get(sign, '')} {bar}")
    console.print(table)
