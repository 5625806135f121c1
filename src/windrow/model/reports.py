"""A report: what is told of a period, as tables, charts and notes; nothing of how it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | float | bool | datetime | date | None
"""What stands in a cell. Seconds are floats, moments carry a zone, shares lie between 0 and 1."""


Row = Sequence[Value]
"""The cells of one row, in the order of the columns."""


class Subject(StrEnum):
    """What a report is about.

    harvest_health    how the sources are doing
    run_history       what ran, how long it took, and what went wrong
    usage             who let what run, and how much time of workers it took
    catalogue_growth  how many records came and went
    """

    HARVEST_HEALTH = "harvest_health"
    RUN_HISTORY = "run_history"
    USAGE = "usage"
    CATALOGUE_GROWTH = "catalogue_growth"


class Shape(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    NUMBER = "number"
    SECONDS = "seconds"
    MOMENT = "moment"
    DAY = "day"
    SHARE = "share"


class Tone(StrEnum):
    """What a series or a cell stands for: the renderer chooses the colour."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    CALM = "calm"
    PLAIN = "plain"


class Drawn(StrEnum):
    """How a chart is drawn: stacked bars, or lines."""

    BARS = "bars"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` is for programs, `title` for people; `weight` its width beside the others' where room is
    scarce."""

    name: str
    title: str
    shape: Shape = Shape.TEXT
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, as many values each. `left_out` tells how many more rows there are than are shown.

    `tones` gives the colour of cells by their text, such as that of a state.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    left_out: int = 0
    empty: str = "Nothing in this period."
    tones: Mapping[str, Tone] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one layer of bars: a value for each label of its chart."""

    title: str
    values: Sequence[float]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over labels."""

    title: str
    drawn: Drawn
    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see on it."""
        return not any(any(each.values) for each in self.series)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands for itself, such as how many runs failed."""

    title: str
    value: Value
    shape: Shape = Shape.NUMBER
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Report:
    """What is told.

    scope         whose data it tells of: the names of chosen sources, or all of a tenant
    since, until  the period (UTC); it ends before `until`
    zone          whose wall clock its days and moments are told by
    notes         what a reader must know to read it rightly
    """

    subject: Subject
    title: str
    scope: str
    since: datetime
    until: datetime
    zone: str
    made_at: datetime
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes
