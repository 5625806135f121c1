"""Between the rows of windows and blackouts in a form and windows, both ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from windrow.console.forms import Form
from windrow.errors import BadInput, FieldProblem
from windrow.model.windows import Window

MOST_WINDOWS = 20


@dataclass(frozen=True, slots=True)
class WindowForm:
    """One row of windows: hours by the clock, weekdays (0 is Monday), first and last day."""

    begin: str = ""
    end: str = ""
    zone: str = ""
    days: Sequence[str] = ()
    first: str = ""
    last: str = ""


def spelled_windows(windows: Sequence[Window]) -> Sequence[WindowForm]:
    """Windows as rows, and one more to be filled."""
    return (*map(_spelled_window, windows), WindowForm())


def _spelled_window(window: Window) -> WindowForm:
    return WindowForm(
        begin=window.begin.isoformat("minutes") if not window.begin.second else window.begin.isoformat(),
        end=window.end.isoformat("minutes") if not window.end.second else window.end.isoformat(),
        zone=window.zone,
        days=[str(day) for day in sorted(window.weekdays)],
        first="" if window.first is None else window.first.isoformat(),
        last="" if window.last is None else window.last.isoformat(),
    )


def typed_windows(form: Form, group: str) -> Sequence[WindowForm]:
    """The rows as they were sent, right or wrong, and one more to be filled."""
    return (*_rows(form, group), WindowForm())


def _rows(form: Form, group: str) -> Iterator[WindowForm]:
    for place in range(MOST_WINDOWS):
        row = f"when.{group}.{place}."
        texts = {name: form.text(row + name) for name in ("begin", "end", "zone", "first", "last")}
        days = form.all(row + "days")
        if any((texts["begin"], texts["end"], texts["first"], texts["last"], days)):
            yield WindowForm(**texts, days=days)


def read_windows(form: Form, group: str, zone: str) -> tuple[Window, ...]:
    """The windows that were posted; those that name no zone have the schedule's. Raises `BadInput`."""
    found, problems = [], []
    for place, row in enumerate(_rows(form, group)):
        try:
            found.append(_read_window(row, zone))
        except (BadInput, ValueError) as error:
            told = error.problems[0].problem if isinstance(error, BadInput) else "hours are such as 22:00, days a date"
            problems.append(FieldProblem(f"when.{group}", f"row {place + 1}: {told}"))
    if problems:
        raise BadInput(problems)
    return tuple(found)


def _read_window(row: WindowForm, zone: str) -> Window:
    return Window(
        begin=time.fromisoformat(row.begin or "00:00"),
        end=time.fromisoformat(row.end or "00:00"),
        zone=row.zone or zone,
        weekdays=frozenset(int(day) for day in row.days),
        first=date.fromisoformat(row.first) if row.first else None,
        last=date.fromisoformat(row.last) if row.last else None,
    )
