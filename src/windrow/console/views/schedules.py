"""How a schedule is shown: its sentence, its next moments by the wall clock, what is wrong and where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from windrow.console.forms import Form
from windrow.console.presets import PRESETS
from windrow.console.schedule_forms import KEPT, TRIGGERS, UNITS, in_form, read_schedule
from windrow.console.wording import span
from windrow.console.zones import is_zone, offset_of, zone_names
from windrow.core.closing import Keeping, Wait
from windrow.core.previewing_schedules import preview_of
from windrow.errors import BadInput
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.triggers import AnyTrigger, Calendar, Cron, Elapsed, SolarEvent
from windrow.model.triggers.calendar_rules import read_rule
from windrow.model.triggers.zones import zone_of
from windrow.model.windows import Window

SHOWN = 10
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=6)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_POSITION = re.compile(r"position (\d+): (.*)", re.DOTALL)

MISFIRES: Mapping[str, str] = {
    Misfire.ONCE.value: "one run makes up for all that was missed",
    Misfire.ALL.value: "a run for each moment that was missed",
    Misfire.SKIP.value: "what was missed is left out",
}
OVERLAPS: Mapping[str, str] = {
    Overlap.SKIP.value: "skip this time",
    Overlap.QUEUE.value: "wait for its end",
    Overlap.ALLOW.value: "run beside it",
    Overlap.REPLACE.value: "cancel it, and run then",
}


CHOICES: Mapping[str, object] = {
    "triggers": TRIGGERS,
    "presets": PRESETS,
    "units": list(UNITS),
    "dialects": {"unix": "Unix (the usual one)", "quartz": "Quartz (ArcGIS)", "celery": "Celery"},
    "events": {each.value: each.value.replace("_", " ") for each in SolarEvent},
    "overlaps": OVERLAPS,
    "misfires": MISFIRES,
    "weekdays": WEEKDAYS,
    "zones": zone_names,
}
"""What the form of a schedule offers, for its template."""


@dataclass(frozen=True, slots=True)
class ShownMoment:
    """A moment as the wall clock of a zone shows it.

    mark    what clock changes do to it, "" mostly
    waits   until when its run waits for a host to open, "" mostly
    """

    due: datetime
    local: str
    offset: str
    mark: str
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a schedule: in which field, and in a text at which position (from 0)."""

    field: str
    problem: str
    text: str = ""
    position: int | None = None

    @property
    def title(self) -> str:
        """The field, as people read it."""
        return _capital(self.field.rpartition(".")[2].replace("_", " "))


@dataclass(frozen=True, slots=True)
class Told:
    """What a schedule means, or what is wrong with it."""

    sentence: str = ""
    canonical: str = ""
    zone: str = "UTC"
    moments: Sequence[ShownMoment] = ()
    more: bool = False
    notes: Sequence[str] = ()
    faults: Sequence[Fault] = ()


def tell_form(
    form: Form, *, now: datetime, kept: Schedule | None = None, keeping: Keeping | None = None
) -> Told | None:
    """What the fields that were typed mean; None where no schedule is asked for."""
    if kept is None and form.text("when.trigger") == KEPT:
        return Told(sentence="It stays as it is kept, and is never due")
    try:
        schedule = read_schedule(form, now=now, kept=kept)
    except BadInput as error:
        return Told(faults=[_fault(in_form(each.field), each.problem, form) for each in error.problems])
    return None if schedule is None else tell(schedule, now=now, shown_in=form.text("when.zone"), keeping=keeping)


def tell(
    schedule: Schedule, *, now: datetime, shown_in: str = "", count: int = SHOWN, keeping: Keeping | None = None
) -> Told:
    """What a schedule means, with its next moments; of a paused one those that would come.

    `keeping` is the host of its source, where that has hours to keep to.
    """
    running = replace(schedule, enabled=True)
    try:
        preview = preview_of(running, now, count + 1)
        moments = preview.moments
        kept = schedule.next_due
        if kept is not None and kept <= now and not isinstance(schedule.trigger, Elapsed):
            moments = [kept, *moments]
    except BadInput as error:
        faults = [Fault(in_form(each.field), each.problem) for each in error.problems]
        return Told(sentence=_capital(schedule.trigger.describe()), faults=faults)
    zone = _zone_of(schedule.trigger) or (shown_in if is_zone(shown_in) else "UTC")
    return Told(
        sentence=_capital(preview.description),
        canonical=_other_spelling(schedule.trigger),
        zone=zone,
        moments=list(_shown(moments[:count], zone, schedule.trigger, keeping)),
        more=len(moments) > count,
        notes=list(_notes(schedule)),
    )


def _zone_of(trigger: AnyTrigger) -> str:
    return trigger.zone if isinstance(trigger, Cron | Calendar) else ""


def _other_spelling(trigger: AnyTrigger) -> str:
    """The canonical form, where it is not what was written."""
    if not isinstance(trigger, Cron) or trigger.canonical == " ".join(trigger.expression.split()):
        return ""
    return trigger.canonical


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(
    moments: Sequence[datetime], zone: str, trigger: AnyTrigger, keeping: Keeping | None
) -> Iterator[ShownMoment]:
    before = None
    for due in moments:
        here = due.astimezone(zone_of(zone))
        mark = _mark(here, trigger)
        if not mark and before is not None and before.utcoffset() != here.utcoffset():
            forward = (here.utcoffset() or timedelta()) > (before.utcoffset() or timedelta())
            mark = f"clocks went {'forward' if forward else 'back'} before this"
        seconds = f":{here:%S}" if here.second else ""
        wait = None if keeping is None else keeping.wait(due)
        waits = "" if wait is None else tell_wait(wait, here)
        yield ShownMoment(due, f"{here:%a %-d %b %Y, %H:%M}{seconds}", offset_of(here), mark, waits)
        before = here


def tell_wait(wait: Wait, here: datetime) -> str:
    """`waits until 06:00: a.test is closed`, by the clock that `here`, the moment that waits, is shown by."""
    until = wait.until.astimezone(here.tzinfo)
    days = "" if until.date() == here.date() else f"{until:%a} " if until - here < WEEK else f"{until:%-d %b %Y} "
    return f"waits until {days}{until:%H:%M}: {wait.host} is closed"


def _mark(here: datetime, trigger: AnyTrigger) -> str:
    before = (here.astimezone(UTC) - SECOND).astimezone(here.tzinfo)
    gap = (here.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    asked = _minutes_of(trigger)
    if gap > timedelta() and asked and here.hour * 60 + here.minute not in asked:
        return f"moved: clocks go forward by {span(gap)} over its time"
    if _twice(here):
        return f"this hour comes twice: {'the second time' if here.fold else 'the first time'}"
    return ""


def _twice(here: datetime) -> bool:
    """Whether the wall clock shows this time twice: clocks are put back over it."""
    first, second = here.replace(fold=0).utcoffset(), here.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def _minutes_of(trigger: AnyTrigger) -> Sequence[int]:
    """The minutes of the day that it asks for, where it goes by fixed times."""
    match trigger:
        case Cron() if not trigger.fields.in_real_time:
            return trigger.fields.minutes
        case Calendar(rule, first, _):
            return read_rule(rule).minutes(first)
        case _:
            return ()


def _fault(field: str, problem: str, form: Form) -> Fault:
    found = _POSITION.fullmatch(problem)
    text = form.raw(field)
    if found is None or not text:
        return Fault(field, problem)
    return Fault(field, found[2], text.strip(), min(int(found[1]) - 1, len(text.strip())))


def _notes(schedule: Schedule) -> Iterator[str]:
    """What holds around the trigger and is not as usual, a sentence each."""
    usual = Schedule(schedule.trigger)
    if isinstance(schedule.trigger, Elapsed):
        yield "what comes after that depends on when it starts"
    if schedule.occurrences is not None:
        yield f"{schedule.occurrences} times still"
    if schedule.jitter:
        yield f"each begins up to {span(schedule.jitter)} later"
    for window in schedule.windows:
        yield f"only {tell_window(window)}"
    for window in schedule.blackouts:
        yield f"not {tell_window(window)}"
    if schedule.overlap is not usual.overlap:
        yield f"while the last run goes on: {OVERLAPS[schedule.overlap.value]}"
    if schedule.misfire is not usual.misfire:
        yield MISFIRES[schedule.misfire.value]
    if schedule.pause_after != usual.pause_after:
        failed = "1 failed run" if schedule.pause_after == 1 else f"{schedule.pause_after} failed runs in a row"
        yield f"pauses after {failed}" if schedule.pause_after else "never pauses by itself"


def tell_window(window: Window) -> str:
    """`Mon, Fri 22:00 to 06:00, Europe/Berlin, from 2027-01-01`."""
    days = ", ".join(WEEKDAYS[day] for day in sorted(window.weekdays))
    whole = window.begin == window.end
    hours = "all day" if whole else f"{window.begin:%H:%M} to {window.end:%H:%M}"
    told = f"{days} {hours}".strip() + f", {window.zone}"
    if window.first is not None:
        told += f", from {window.first.isoformat()}"
    return told if window.last is None else f"{told}, until {window.last.isoformat()}"
