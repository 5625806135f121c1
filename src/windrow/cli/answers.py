"""What commands answer: JSON for scripts, tables for people; nothing else reaches standard output."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import islice
from typing import Generic, TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from windrow.model.paging import LARGEST_PAGE, PageOf

Item = TypeVar("Item")

WIDE = 200
"""Columns of a table that goes into a file or a pipe, where no terminal says how wide it is."""

STYLES: Mapping[str, str] = {
    "succeeded": "green",
    "healthy": "green",
    "done": "green",
    "partial": "yellow",
    "ailing": "yellow",
    "held": "yellow",
    "missing": "yellow",
    "waiting": "cyan",
    "running": "cyan",
    "failed": "red",
    "failing": "red",
    "quarantined": "red",
    "error": "red",
    "warning": "yellow",
    "cancelled": "magenta",
    "gone": "dim",
    "skipped": "dim",
}


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """A column of a table: its title, and what stands in it for an item."""

    title: str
    value: Callable[[Item], object]
    folded: bool = True


def print_json(item: object) -> None:
    """One JSON document on standard output: one of our words, or plain values."""
    sys.stdout.write(_json(item) + "\n")
    sys.stdout.flush()


def print_list(
    items: Iterable[Item], columns: Iterable[Column[Item]], *, as_json: bool, limit: int | None = None
) -> None:
    """At most `limit` items: one JSON array, or a table; says on standard error when there are more."""
    rest = iter(items)
    shown = islice(rest, limit)
    if as_json:
        _print_array(shown)
    else:
        _print_table(list(shown), list(columns))
    if limit is not None and next(rest, None) is not None:
        Console(stderr=True).print("There are more: --all shows them.", style="dim")


def print_details(pairs: Mapping[str, object]) -> None:
    """One thing, a line for each of its properties; empty ones are left out."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        if value not in (None, "", (), [], {}):
            table.add_row(name, cell(value, exact=True))
    _print_lines(table)


def print_line(told: str, style: str = "") -> None:
    """One line for people on standard output."""
    terminal().print(Text(told, style), soft_wrap=True)


def tell(told: str, style: str = "") -> None:
    """One line for people beside the answer, on standard error."""
    Console(stderr=True).print(Text(told, style), soft_wrap=True)


def pages(fetch: Callable[[int, str | None], PageOf[Item]], *, at_once: int = LARGEST_PAGE) -> Iterator[Item]:
    """All items of a paged list, asked for when they are needed."""
    cursor: str | None = None
    while True:
        page = fetch(min(at_once, LARGEST_PAGE), cursor)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def terminal() -> Console:
    """Standard output for people; wide where it is no terminal, so that nothing is cut off."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if narrow else WIDE)


def cell(value: object, *, exact: bool = False) -> Text:
    """A value as people read it: moments as distances unless `exact`, states in their colours."""
    match value:
        case None:
            return Text("")
        case bool():
            return Text("yes" if value else "no")
        case Enum():
            return Text(str(value.value), STYLES.get(str(value.value), ""))
        case int():
            return Text(f"{value:,}")
        case datetime():
            return Text(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if exact else distance(value))
        case timedelta():
            return Text(span(value.total_seconds()))
        case list() | tuple() | frozenset():
            return Text(", ".join(str(each) for each in value))
        case dict():
            return Text(", ".join(f"{key} {count}" for key, count in value.items()))
        case Text():
            return value
        case _:
            return Text(" ".join(str(value).split()) if not exact else str(value))


def distance(moment: datetime) -> str:
    """How long ago a moment was, or how far ahead it is."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return f"in {span(-seconds)}" if seconds < 0 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """A length of time in its largest unit: `3 min`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def size(count: int) -> str:
    """Bytes in the unit people use."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def _print_array(items: Iterable[object]) -> None:
    sys.stdout.write("[")
    for number, each in enumerate(items):
        sys.stdout.write(("," if number else "") + "\n" + _json(each))
    sys.stdout.write("\n]\n")
    sys.stdout.flush()


def _print_table(items: list[Item], columns: list[Column[Item]]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    rows = [[column.value(each) for column in columns] for each in items]
    for number, column in enumerate(columns):
        numeric = any(isinstance(row[number], int) and not isinstance(row[number], bool | Enum) for row in rows)
        table.add_column(
            column.title, justify="right" if numeric else "left", overflow="fold", no_wrap=not column.folded
        )
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    _print_lines(table)


def _print_lines(table: Table) -> None:
    """The table without the blanks that only fill up its frame."""
    console = terminal()
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    sys.stdout.write("".join(f"{line}\n" for line in lines if line))


def _json(item: object) -> str:
    import orjson

    # Left to itself it would write dataclasses as they are, and not in their shapes.
    return orjson.dumps(item, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _plain(item: object) -> object:
    from pydantic import BaseModel

    from windrow.cli.shapes import shape_of

    shape = item if isinstance(item, BaseModel) else shape_of(item, datetime.now(UTC))
    return shape.model_dump(mode="json")
