"""Shapes of schedules and triggers, and of looks at what they lead to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from windrow.wire.shapes import Id, Input, Moment, Number, Partial, Shape, Whole, YesNo

MisfireName = Literal["skip", "once", "all"]
OverlapName = Literal["skip", "queue", "allow", "replace"]
TriggerName = Literal["interval", "elapsed", "cron", "clocked", "solar", "calendar"]
KeptTriggerName = Literal["interval", "elapsed", "cron", "clocked", "solar", "calendar", "unreadable"]
DialectName = Literal["unix", "quartz", "celery"]
EventName = Literal[
    "dawn_astronomical",
    "dawn_nautical",
    "dawn_civil",
    "sunrise",
    "solar_noon",
    "sunset",
    "dusk_civil",
    "dusk_nautical",
    "dusk_astronomical",
]
DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Seconds = Annotated[Number, Field(ge=1, le=315_360_000, examples=[21_600])]
Occurrences = Annotated[Whole, Field(ge=0, le=2**31 - 1)]
Grace = Annotated[Number, Field(ge=0, le=315_360_000)]
Jitter = Annotated[Number, Field(ge=0, le=86_400)]
PauseAfter = Annotated[Whole, Field(ge=0, le=100)]
MostMissed = Annotated[Whole, Field(ge=1, le=1_000)]
Zone = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])]
ClockTime = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]

ENABLED = "Whether it is met at all: false pauses it."
ANCHOR = "Where the counting of an interval starts; without it, now."
LAST = "The last start, which `elapsed` counts from; kept by the server, and may be sent back as it came."
START = "Not before this moment."
END = "Not at or after this moment."
OCCURRENCES = "How many times still; null has no limit."
MISFIRE = "What moments lead to that were missed: nothing, one run for all, or one for each."
OVERLAP = "What to do while the last run goes on: skip this one, queue behind it, allow both, or replace it."
GRACE = "How many seconds late a moment may be met and still count as on time."
MOST_MISSED = "How many missed moments, the latest, get a run where all of them do."
JITTER = "Each run begins up to so many seconds later, so that not all begin at once."
PAUSE_AFTER = "Pauses after so many failed runs in a row; 0 never. Schedules of sources go on all the same."
PAUSED = "Why it paused by itself; empty where it did not. Enabling it resumes it."
WINDOWS = "Only moments in one of these windows count; empty means always."
BLACKOUTS = "Moments in one of these windows do not count."
EVERY = "For `interval` and `elapsed`: seconds from one moment to the next."
EXPRESSION = "For `cron`: five fields (six in quartz, seconds first), or an alias such as @daily."
DIALECT = "For `cron`: in whose words it is written. 1 is Monday in unix and celery, Sunday in quartz."
ZONE = "For `cron` and `calendar`: whose wall clock counts, by its IANA name."
CANONICAL = "The same cron expression for every spelling, with names for weekdays; may be sent back as it came."
AT = "For `clocked`: the one moment."
EVENT = "For `solar`: what the sun does."
LATITUDE = "For `solar`: degrees, north is positive."
LONGITUDE = "For `solar`: degrees, east is positive."
OFFSET = "For `solar`: seconds after the event, or before it where negative."
RULE = "For `calendar`: a rule of RFC 5545 (RRULE), daily or rarer."
FIRST = "For `calendar`: date and time of the wall clock from which the rule counts, without a zone."


EXAMPLE: JsonDict = {"type": "cron", "expression": "30 2 * * *", "dialect": "unix", "zone": "Europe/Berlin"}


class Trigger(Input):
    """When something is due. `type` says which of the other fields belong to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: TriggerName = "interval"
    every_seconds: Seconds | None = Field(None, description=EVERY)
    anchor: Moment | None = Field(None, description=ANCHOR)
    last: Moment | None = Field(None, description=LAST)
    expression: str | None = Field(None, max_length=500, description=EXPRESSION, examples=["30 2 * * *"])
    dialect: DialectName | None = Field(None, description=DIALECT)
    zone: Zone | None = Field(None, description=ZONE)
    canonical: str | None = Field(None, max_length=2_000, description=CANONICAL)
    at: Moment | None = Field(None, description=AT)
    event: EventName | None = Field(None, description=EVENT)
    latitude: Number | None = Field(None, ge=-90, le=90, description=LATITUDE)
    longitude: Number | None = Field(None, ge=-180, le=180, description=LONGITUDE)
    offset_seconds: Number | None = Field(None, ge=-43_200, le=43_200, description=OFFSET)
    rule: str | None = Field(None, max_length=500, description=RULE, examples=["FREQ=MONTHLY;BYDAY=2TU"])
    first: str | None = Field(None, max_length=32, description=FIRST, examples=["2027-01-01T06:00"])


class Window(Input):
    """Hours of days by a wall clock: over midnight where `end` is not later than `begin`."""

    begin: ClockTime = "00:00"
    end: ClockTime = "00:00"
    zone: Zone = "UTC"
    weekdays: Sequence[DayName] = Field((), max_length=7, description="On which it begins; empty means every day.")
    first: date | None = Field(None, description="The first day on which it begins.")
    last: date | None = Field(None, description="The last day on which it begins.")


class WindowView(Shape):
    """Hours of days by a wall clock: over midnight where `end` is not later than `begin`."""

    begin: str = Field(examples=["22:00"])
    end: str = Field(examples=["06:00"])
    zone: str = Field("UTC", examples=["Europe/Berlin"])
    weekdays: Sequence[DayName] = ()
    first: date | None = None
    last: date | None = None


Windows = Annotated[Sequence[Window], Field(max_length=50)]


class Schedule(Input):
    """When a task runs by itself."""

    trigger: Trigger
    enabled: YesNo = Field(True, description=ENABLED)
    start: Moment | None = Field(None, description=START)
    end: Moment | None = Field(None, description=END)
    occurrences: Occurrences | None = Field(None, description=OCCURRENCES)
    misfire: MisfireName = Field("once", description=MISFIRE)
    overlap: OverlapName = Field("skip", description=OVERLAP)
    grace_seconds: Grace = Field(60, description=GRACE)
    most_missed: MostMissed = Field(100, description=MOST_MISSED)
    jitter_seconds: Jitter = Field(0, description=JITTER)
    pause_after: PauseAfter = Field(5, description=PAUSE_AFTER)
    windows: Windows = Field((), description=WINDOWS)
    blackouts: Windows = Field((), description=BLACKOUTS)


class ScheduleChange(Partial):
    """What to change of a schedule; without one, `trigger` is needed."""

    removable: ClassVar[frozenset[str]] = frozenset({"start", "end", "occurrences"})

    trigger: Trigger | None = None
    enabled: YesNo | None = Field(None, description=ENABLED)
    start: Moment | None = Field(None, description=START)
    end: Moment | None = Field(None, description=END)
    occurrences: Occurrences | None = Field(None, description=OCCURRENCES)
    misfire: MisfireName | None = Field(None, description=MISFIRE)
    overlap: OverlapName | None = Field(None, description=OVERLAP)
    grace_seconds: Grace | None = Field(None, description=GRACE)
    most_missed: MostMissed | None = Field(None, description=MOST_MISSED)
    jitter_seconds: Jitter | None = Field(None, description=JITTER)
    pause_after: PauseAfter | None = Field(None, description=PAUSE_AFTER)
    windows: Windows | None = Field(None, description=WINDOWS)
    blackouts: Windows | None = Field(None, description=BLACKOUTS)


class TriggerView(Shape):
    """When something is due. `type` says which of the other fields belong to it; the rest are null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "canonical": "30 2 * * *"}]})

    type: KeptTriggerName = "interval"
    every_seconds: float | None = Field(None, description=EVERY, examples=[21_600])
    anchor: datetime | None = Field(None, description=ANCHOR)
    last: datetime | None = Field(None, description=LAST)
    expression: str | None = Field(None, description=EXPRESSION)
    dialect: DialectName | None = Field(None, description=DIALECT)
    zone: str | None = Field(None, description=ZONE)
    canonical: str | None = Field(None, description=CANONICAL)
    at: datetime | None = Field(None, description=AT)
    event: EventName | None = Field(None, description=EVENT)
    latitude: float | None = Field(None, description=LATITUDE)
    longitude: float | None = Field(None, description=LONGITUDE)
    offset_seconds: float | None = Field(None, description=OFFSET)
    rule: str | None = Field(None, description=RULE)
    first: str | None = Field(None, description=FIRST)


class ScheduleView(Shape):
    """A schedule with what follows from it."""

    trigger: TriggerView
    enabled: bool = Field(True, description=ENABLED)
    start: datetime | None = Field(None, description=START)
    end: datetime | None = Field(None, description=END)
    occurrences: int | None = Field(None, description=OCCURRENCES)
    misfire: MisfireName = Field("once", description=MISFIRE)
    overlap: OverlapName = Field("skip", description=OVERLAP)
    grace_seconds: float = Field(60, description=GRACE)
    most_missed: int = Field(100, description=MOST_MISSED)
    jitter_seconds: float = Field(0, description=JITTER)
    pause_after: int = Field(5, description=PAUSE_AFTER)
    paused: str = Field("", description=PAUSED)
    windows: Sequence[WindowView] = Field((), description=WINDOWS)
    blackouts: Sequence[WindowView] = Field((), description=BLACKOUTS)
    next_due: datetime | None = Field(None, description="The next moment; null when nothing is left to come.")
    description: str = Field("", examples=["every 6 hours"])


WAITS_UNTIL = "The host of its source is closed when it is due: its run goes on from then on."


class PreviewInput(Input):
    """A schedule to be looked at before it is saved."""

    schedule: Schedule
    count: Whole = Field(5, ge=1, le=100, description="How many moments.")
    after: Moment | None = Field(None, description="Moments later than this one; without it, now.")
    source_id: Whole | None = Field(None, ge=1, description="The source whose harvests it is for: its host has hours.")


class PreviewedMoment(Shape):
    """A moment that is due, in UTC and as a wall clock shows it."""

    due: datetime
    local: str = Field(examples=["2027-03-14T03:00:00-04:00"])
    waits_until: datetime | None = Field(None, description=WAITS_UNTIL)
    waits_for: str = Field("", examples=["catalogue.example.org"], description="The host that is closed then.")


class SchedulePreview(Shape):
    """What a schedule means: in words, in one spelling, and the moments that come of it."""

    description: str = Field(examples=["at 02:30 every day, by the clock of America/New_York"])
    canonical: str | None = Field(None, description=CANONICAL)
    zone: str = Field(examples=["America/New_York"])
    moments: Sequence[PreviewedMoment]


class ComingHour(Shape):
    """How many moments are due in an hour."""

    hour: datetime
    count: int


class Collision(Shape):
    """A minute in which several tasks are due."""

    minute: datetime
    tasks: Sequence[Id] = Field(description="Their ids, at most twenty.")
    count: int


class HeldUp(Shape):
    """A task that is due while the host of its source is closed."""

    task: Id
    due: datetime = Field(description="The first such moment.")
    waits_until: datetime = Field(description=WAITS_UNTIL)
    waits_for: str = Field(examples=["catalogue.example.org"])
    count: int = Field(description="How many such moments there are.")


class ComingSchedules(Shape):
    """What will run by itself in the time ahead."""

    until: datetime
    total: int
    complete: bool = Field(description="False where there was more than is looked through at once.")
    hours: Sequence[ComingHour] = Field(description="Those in which something is due.")
    collisions: Sequence[Collision] = Field(description="The fullest minutes, at most a hundred.")
    held_up: Sequence[HeldUp] = Field((), description="Tasks that will wait for a host to open, at most a hundred.")
