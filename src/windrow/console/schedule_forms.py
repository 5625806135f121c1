"""Between the fields of a schedule, which stand in the forms of tasks and of sources, and the schedule: both ways."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from windrow.console.forms import Form
from windrow.console.window_forms import WindowForm, read_windows, spelled_windows, typed_windows
from windrow.errors import BadInput, FieldProblem
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.triggers import (
    AnyTrigger,
    Calendar,
    Clocked,
    Cron,
    Dialect,
    Elapsed,
    Interval,
    Solar,
    SolarEvent,
    Unreadable,
)
from windrow.model.triggers.zones import resolve, zone_of

Value = TypeVar("Value")

PREFIX = "when."
UNITS: Mapping[str, timedelta] = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
DAY, MINUTE, SECOND = UNITS["days"], UNITS["minutes"], UNITS["seconds"]
MOST = timedelta(days=3650)

TEXTS: Mapping[str, str] = {
    "every": "1",
    "unit": "days",
    "when.anchor": "",
    "when.expression": "30 2 * * *",
    "when.dialect": Dialect.UNIX.value,
    "when.zone": "UTC",
    "when.at": "",
    "when.event": SolarEvent.SUNRISE.value,
    "when.latitude": "",
    "when.longitude": "",
    "when.offset": "0",
    "when.rule": "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=5;BYMINUTE=0",
    "when.first": "",
    "when.start": "",
    "when.end": "",
    "when.occurrences": "",
    "when.jitter": "0",
    "when.misfire": Misfire.ONCE.value,
    "when.most_missed": "100",
    "when.overlap": Overlap.SKIP.value,
    "when.grace": "60",
    "when.pause_after": "5",
}
"""The fields that hold one text each, with what stands in them at first."""

FURTHER = (
    *("when.start", "when.end", "when.occurrences", "when.jitter", "when.overlap"),
    *("when.misfire", "when.most_missed", "when.grace", "when.pause_after"),
)
"""Those around the trigger, which most leave as they are."""

TRIGGERS: Mapping[str, str] = {
    "interval": "Every so often",
    "elapsed": "So long after its last start",
    "cron": "By a cron expression",
    "clocked": "Once",
    "solar": "By the sun",
    "calendar": "By a calendar rule",
}
KEPT = "kept"
"""Chosen where the trigger that is kept cannot be read: it stays as it is."""


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """What stands in the fields of a schedule: every one as text, as people see it.

    scheduled   whether there is to be a schedule at all
    why         why it paused by itself; "" where it did not
    """

    scheduled: bool
    paused: bool
    trigger: str
    values: Mapping[str, str]
    windows: Sequence[WindowForm] = (WindowForm(),)
    blackouts: Sequence[WindowForm] = (WindowForm(),)
    why: str = ""
    unreadable: str = ""

    def is_particular(self, problems: Mapping[str, str]) -> bool:
        """Whether something around the trigger is not as usual, or is wrong."""
        return any(name in problems or self.values[name] != TEXTS[name] for name in FURTHER)


def to_fields(schedule: Schedule | None) -> ScheduleForm:
    """A schedule as it stands in the form; with none, what a new one would begin with."""
    if schedule is None:
        return ScheduleForm(scheduled=False, paused=False, trigger="interval", values=TEXTS)
    kind, found = _spelled_trigger(schedule.trigger)
    zone = found.get("when.zone", "UTC")
    return ScheduleForm(
        scheduled=True,
        paused=not schedule.enabled,
        trigger=kind,
        values={**TEXTS, **found, **_spelled_rest(schedule, zone)},
        windows=spelled_windows(schedule.windows),
        blackouts=spelled_windows(schedule.blackouts),
        why=schedule.paused,
        unreadable=schedule.trigger.reason if isinstance(schedule.trigger, Unreadable) else "",
    )


def typed_fields(form: Form, kept: Schedule | None = None) -> ScheduleForm:
    """The fields as they were sent, right or wrong."""
    shown = to_fields(kept)
    return ScheduleForm(
        scheduled=form.ticked("scheduled"),
        paused=form.ticked("paused"),
        trigger=form.text("when.trigger", shown.trigger),
        values={name: form.text(name, shown.values[name]) for name in TEXTS},
        windows=typed_windows(form, "windows"),
        blackouts=typed_windows(form, "blackouts"),
        why=shown.why,
        unreadable=shown.unreadable,
    )


def read_schedule(form: Form, *, now: datetime, kept: Schedule | None = None) -> Schedule | None:
    """The schedule that was posted. What did not change stays exactly as it is kept. Raises `BadInput`."""
    if not form.ticked("scheduled"):
        return None
    problems: list[FieldProblem] = []
    zone = form.text("when.zone") or "UTC"

    def piece(read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except BadInput as error:
            problems.extend(FieldProblem(in_form(each.field), each.problem) for each in error.problems)
            return None

    if piece(lambda: zone_of(zone)) is None:
        raise BadInput(problems)  # nothing else can be read without it
    trigger = piece(lambda: read_trigger(form, now=now, kept=kept))
    rest = piece(lambda: _read_rest(form, kept or Schedule(Interval(DAY, now))))
    windows = piece(lambda: read_windows(form, "windows", zone))
    blackouts = piece(lambda: read_windows(form, "blackouts", zone))
    if trigger is None or rest is None or windows is None or blackouts is None:
        raise BadInput(problems)
    if "when.trigger" in form:
        rest = replace(rest, windows=windows, blackouts=blackouts)
    return replace(rest, trigger=trigger, enabled=not form.ticked("paused"))


def read_trigger(form: Form, *, now: datetime, kept: Schedule | None = None) -> AnyTrigger:
    """The trigger that was posted; the kept one where its fields still say the same. Raises `BadInput`."""
    before = None if kept is None else kept.trigger
    if before is not None and _says_the_same(form, before):
        return before
    kind = form.text("when.trigger", "interval")
    zone = form.text("when.zone") or "UTC"
    match kind:
        case "interval":
            every, anchor = _every(form), _moment(form, "when.anchor", zone)
            if anchor is None:
                anchor = before.anchor if isinstance(before, Interval) and before.every == every else now
            return Interval(every, anchor)
        case "elapsed":
            return Elapsed(_every(form), before.last if isinstance(before, Elapsed) else None)
        case "cron":
            return Cron(_needed(form, "when.expression"), zone, _dialect(form))
        case "clocked":
            at = _moment(form, "when.at", zone)
            if at is None:
                raise BadInput.of("when.at", "is missing")
            return Clocked(at)
        case "solar":
            return _solar(form)
        case "calendar":
            first = _local(form, "when.first") or datetime.combine(now.astimezone(zone_of(zone)).date(), time())
            return Calendar(_needed(form, "when.rule"), first, zone)
        case _:
            raise BadInput.of("when.trigger", f"choose one: {', '.join(TRIGGERS.values())}")


def in_form(name: str) -> str:
    """The field of the form that a field of the model's errors belongs to."""
    head, _, rest = name.partition(".")
    if head in ("trigger", "schedule") and rest:
        rest = rest.removeprefix("trigger.").replace("_seconds", "")
        return "every" if rest == "every" else PREFIX + rest
    return name


def _says_the_same(form: Form, trigger: AnyTrigger) -> bool:
    kind, found = _spelled_trigger(trigger)
    if "when.trigger" not in form and kind not in ("interval", "elapsed"):
        # A form that knows of intervals only: what it shows for anything else is a day.
        return (form.text("every"), form.text("unit")) == (TEXTS["every"], TEXTS["unit"])
    if form.text("when.trigger", kind) != kind:
        return False
    return all(form.text(name, value) == value for name, value in found.items())


def _spelled_trigger(trigger: AnyTrigger) -> tuple[str, dict[str, str]]:
    match trigger:
        case Interval(every, anchor):
            return "interval", {**_spelled_span(every), "when.anchor": _spelled(anchor, "UTC")}
        case Elapsed(every, _):
            return "elapsed", _spelled_span(every)
        case Cron(expression, zone, dialect):
            return "cron", {"when.expression": expression, "when.zone": zone, "when.dialect": dialect.value}
        case Clocked(at):
            return "clocked", {"when.at": _spelled(at, "UTC"), "when.zone": "UTC"}
        case Solar(event, latitude, longitude, offset):
            place = {"when.latitude": f"{latitude:.15g}", "when.longitude": f"{longitude:.15g}"}
            return "solar", {"when.event": event.value, "when.offset": f"{offset / MINUTE:.15g}", **place}
        case Calendar(rule, first, zone):
            return "calendar", {"when.rule": rule, "when.first": first.isoformat()[:16], "when.zone": zone}
        case Unreadable():
            return KEPT, {}


def spell_span(every: timedelta) -> tuple[str, str]:
    """`("6", "hours")`: in the largest unit that is a whole number."""
    unit = next((unit for unit in ("weeks", "days", "hours") if every % UNITS[unit] == timedelta()), "minutes")
    if every % SECOND == timedelta() and every % MINUTE != timedelta():
        unit = "seconds"
    return f"{every / UNITS[unit]:.15g}", unit


def _spelled_span(every: timedelta) -> dict[str, str]:
    number, unit = spell_span(every)
    return {"every": number, "unit": unit}


def _spelled(moment: datetime | None, zone: str) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone_of(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second or local.microsecond else "minutes")


def _spelled_rest(schedule: Schedule, zone: str) -> dict[str, str]:
    return {
        "when.start": _spelled(schedule.start, zone),
        "when.end": _spelled(schedule.end, zone),
        "when.occurrences": "" if schedule.occurrences is None else str(schedule.occurrences),
        "when.jitter": f"{schedule.jitter / MINUTE:.15g}",
        "when.misfire": schedule.misfire.value,
        "when.most_missed": str(schedule.most_missed),
        "when.overlap": schedule.overlap.value,
        "when.grace": f"{schedule.grace / SECOND:.15g}",
        "when.pause_after": str(schedule.pause_after),
    }


def _read_rest(form: Form, kept: Schedule) -> Schedule:
    """What stands around the trigger; what the form does not hold stays."""
    if "when.trigger" not in form:
        return kept
    zone, before = form.text("when.zone") or "UTC", to_fields(kept).values
    same_zone = before["when.zone"] == zone

    def moment(name: str, present: datetime | None) -> datetime | None:
        return present if same_zone and form.text(name) == before[name] else _moment(form, name, zone)

    return replace(
        kept,
        start=moment("when.start", kept.start),
        end=moment("when.end", kept.end),
        occurrences=_whole(form, "when.occurrences") if form.text("when.occurrences") else None,
        jitter=_span(form, "when.jitter", MINUTE),
        misfire=_misfire(form),
        most_missed=_whole(form, "when.most_missed", kept.most_missed),
        overlap=_overlap(form),
        grace=_span(form, "when.grace", SECOND, kept.grace),
        pause_after=_whole(form, "when.pause_after", kept.pause_after),
    )


def _needed(form: Form, name: str) -> str:
    text = form.text(name)
    if not text:
        raise BadInput.of(name, "is missing")
    return text


def _every(form: Form) -> timedelta:
    try:
        every = form.number("every", 1) * UNITS.get(form.text("unit"), DAY)
    except (OverflowError, BadInput) as error:
        raise BadInput.of("every", "must be a number, and at least one second") from error
    if not SECOND <= every <= MOST:
        raise BadInput.of("every", "must be at least one second, and at most ten years")
    return every


def _dialect(form: Form) -> Dialect:
    try:
        return Dialect(form.text("when.dialect") or Dialect.UNIX)
    except ValueError as error:
        raise BadInput.of("when.dialect", f"must be one of {', '.join(Dialect)}") from error


def _misfire(form: Form) -> Misfire:
    try:
        return Misfire(form.text("when.misfire") or Misfire.ONCE)
    except ValueError as error:
        raise BadInput.of("when.misfire", f"must be one of {', '.join(Misfire)}") from error


def _overlap(form: Form) -> Overlap:
    try:
        return Overlap(form.text("when.overlap") or Overlap.SKIP)
    except ValueError as error:
        raise BadInput.of("when.overlap", f"must be one of {', '.join(Overlap)}") from error


def _solar(form: Form) -> Solar:
    event = form.text("when.event")
    if event not in set(SolarEvent):
        raise BadInput.of("when.event", f"must be one of {', '.join(SolarEvent)}")
    for name in ("when.latitude", "when.longitude"):
        _needed(form, name)
    offset = _span(form, "when.offset", MINUTE)
    return Solar(SolarEvent(event), form.number("when.latitude", 0), form.number("when.longitude", 0), offset)


def _span(form: Form, name: str, unit: timedelta, usual: timedelta = timedelta()) -> timedelta:
    number = form.number(name, usual / unit)
    if abs(number) > MOST / unit:
        raise BadInput.of(name, "must be at most ten years")
    return number * unit


def _whole(form: Form, name: str, usual: int = 0) -> int:
    number = form.integer(name, usual)
    if not 0 <= number < 1 << 31:
        raise BadInput.of(name, "must be a whole number that is not negative")
    return number


def _local(form: Form, name: str) -> datetime | None:
    text = form.text(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput.of(name, "must be a date and time, such as 2027-01-31T06:00") from error
    if found.tzinfo is not None or not 1900 <= found.year <= 2999:
        raise BadInput.of(name, "must be a date and time of the wall clock, such as 2027-01-31T06:00")
    return found


def _moment(form: Form, name: str, zone: str) -> datetime | None:
    local = _local(form, name)
    return None if local is None else resolve(local, zone_of(zone)).astimezone(UTC)
