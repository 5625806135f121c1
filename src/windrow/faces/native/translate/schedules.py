"""Schedules, as shapes and from them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from windrow.core.previewing_schedules import Coming, Preview
from windrow.errors import BadInput, FieldProblem
from windrow.faces.native.translate.paging import in_utc
from windrow.model import schedules, triggers
from windrow.model.windows import Window
from windrow.wire import schedules as shapes

FIELDS: Mapping[str, frozenset[str]] = {
    "interval": frozenset({"every_seconds", "anchor"}),
    "elapsed": frozenset({"every_seconds", "last"}),
    "cron": frozenset({"expression", "dialect", "zone", "canonical"}),
    "clocked": frozenset({"at"}),
    "solar": frozenset({"event", "latitude", "longitude", "offset_seconds"}),
    "calendar": frozenset({"rule", "first", "zone"}),
}
"""Which fields belong to which trigger."""

DAYS: tuple[shapes.DayName, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def from_trigger(trigger: shapes.Trigger, *, now: datetime) -> triggers.AnyTrigger:
    """When something is due; an interval without an anchor counts from now. Raises `BadInput`."""
    given = trigger.model_dump(exclude_none=True)
    for name in given.keys() - FIELDS[trigger.type] - {"type"}:
        owners = [word for word, fields in FIELDS.items() if name in fields]
        raise BadInput.of(f"schedule.trigger.{name}", f"goes with {' and '.join(owners)}, not with {trigger.type}")
    for name in ("anchor", "last", "at"):
        if (moment := in_utc(getattr(trigger, name), field=f"schedule.trigger.{name}")) is not None:
            given[name] = moment.isoformat()
    with _within_schedule():
        return triggers.trigger_from_json({**given, "type": trigger.type}, now=now)


@contextmanager
def _within_schedule() -> Iterator[None]:
    """What is wrong, named by where it stands in the request."""
    try:
        yield
    except BadInput as error:
        problems = [FieldProblem(f"schedule.{each.field}", each.problem) for each in error.problems]
        raise BadInput(problems) from error


def from_schedule(schedule: shapes.Schedule | None, *, now: datetime) -> schedules.Schedule | None:
    """A schedule that came in; an interval without an anchor counts from now. Raises `BadInput`."""
    return None if schedule is None else made_schedule(schedule, now=now)


def made_schedule(schedule: shapes.Schedule, *, now: datetime) -> schedules.Schedule:
    """A schedule that came in. Raises `BadInput`."""
    return schedules.Schedule(
        trigger=from_trigger(schedule.trigger, now=now),
        enabled=schedule.enabled,
        start=in_utc(schedule.start, field="schedule.start"),
        end=in_utc(schedule.end, field="schedule.end"),
        occurrences=schedule.occurrences,
        misfire=schedules.Misfire(schedule.misfire),
        overlap=schedules.Overlap(schedule.overlap),
        grace=timedelta(seconds=schedule.grace_seconds),
        most_missed=schedule.most_missed,
        jitter=timedelta(seconds=schedule.jitter_seconds),
        pause_after=schedule.pause_after,
        windows=from_windows(schedule.windows, "schedule.windows"),
        blackouts=from_windows(schedule.blackouts, "schedule.blackouts"),
    )


def change_schedule(
    present: schedules.Schedule | None, change: shapes.ScheduleChange | None, *, now: datetime
) -> schedules.Schedule | None:
    """A schedule as it is to be: what was left out stays; None takes it away. Raises `BadInput`."""
    if change is None:
        return None
    if present is None:
        if change.trigger is None:
            raise BadInput.of("schedule.trigger", "is missing; there is no schedule yet to be changed")
        return from_schedule(shapes.Schedule.model_validate(change.model_dump(exclude_unset=True)), now=now)
    return replace(present, **_changes(change, now))


def _changes(change: shapes.ScheduleChange, now: datetime) -> dict[str, Any]:
    given: dict[str, Any] = change.model_dump(exclude_unset=True)
    if change.trigger is not None:
        given["trigger"] = from_trigger(change.trigger, now=now)
    for name in given.keys() & {"start", "end"}:
        given[name] = in_utc(given[name], field=f"schedule.{name}")
    for name in ("grace", "jitter"):
        if (seconds := given.pop(f"{name}_seconds", None)) is not None:
            given[name] = timedelta(seconds=seconds)
    if change.misfire is not None:
        given["misfire"] = schedules.Misfire(change.misfire)
    if change.overlap is not None:
        given["overlap"] = schedules.Overlap(change.overlap)
    if change.windows is not None:
        given["windows"] = from_windows(change.windows, "schedule.windows")
    if change.blackouts is not None:
        given["blackouts"] = from_windows(change.blackouts, "schedule.blackouts")
    return given


def from_windows(windows: Sequence[shapes.Window], field: str) -> tuple[Window, ...]:
    """Windows. Raises `BadInput` that names each by its place in the field."""
    return tuple(_from_window(each, f"{field}.{place}") for place, each in enumerate(windows))


def _from_window(window: shapes.Window, field: str) -> Window:
    try:
        return Window(
            begin=time.fromisoformat(window.begin),
            end=time.fromisoformat(window.end),
            zone=window.zone,
            weekdays=frozenset(DAYS.index(day) for day in window.weekdays),
            first=window.first,
            last=window.last,
        )
    except BadInput as error:
        problems = [FieldProblem(f"{field}.{each.field.rpartition('.')[2]}", each.problem) for each in error.problems]
        raise BadInput(problems) from error


def to_window(window: Window) -> shapes.WindowView:
    """A window."""
    return shapes.WindowView(
        begin=f"{window.begin:%H:%M}",
        end=f"{window.end:%H:%M}",
        zone=window.zone,
        weekdays=[DAYS[day] for day in sorted(window.weekdays)],
        first=window.first,
        last=window.last,
    )


def _to_trigger(trigger: triggers.AnyTrigger) -> shapes.TriggerView:
    if isinstance(trigger, triggers.Unreadable):
        return shapes.TriggerView(type="unreadable")
    return shapes.TriggerView.model_validate(triggers.trigger_to_json(trigger))


def to_schedule(schedule: schedules.Schedule | None) -> shapes.ScheduleView | None:
    """A schedule with its next moment and a plain sentence."""
    if schedule is None:
        return None
    return shapes.ScheduleView(
        trigger=_to_trigger(schedule.trigger),
        enabled=schedule.enabled,
        start=schedule.start,
        end=schedule.end,
        occurrences=schedule.occurrences,
        misfire=schedule.misfire.value,
        overlap=schedule.overlap.value,
        grace_seconds=schedule.grace.total_seconds(),
        most_missed=schedule.most_missed,
        jitter_seconds=schedule.jitter.total_seconds(),
        pause_after=schedule.pause_after,
        paused=schedule.paused,
        windows=[to_window(each) for each in schedule.windows],
        blackouts=[to_window(each) for each in schedule.blackouts],
        next_due=schedule.next_due,
        description=schedule.trigger.describe(),
    )


def to_schedule_preview(preview: Preview) -> shapes.SchedulePreview:
    """What a schedule means."""
    return shapes.SchedulePreview(
        description=preview.description,
        canonical=preview.canonical,
        zone=preview.zone,
        moments=[_to_moment(preview, each) for each in preview.moments],
    )


def _to_moment(preview: Preview, due: datetime) -> shapes.PreviewedMoment:
    local, wait = preview.shown(due).isoformat(), preview.waits.get(due)
    if wait is None:
        return shapes.PreviewedMoment(due=due, local=local)
    return shapes.PreviewedMoment(due=due, local=local, waits_until=wait.until, waits_for=wait.host)


def to_coming(coming: Coming) -> shapes.ComingSchedules:
    """What will run by itself in the time ahead."""
    collisions = [
        shapes.Collision(minute=minute, tasks=[task.id for task in tasks[:20]], count=len(tasks))
        for minute, tasks in coming.collisions
    ]
    held_up = [
        shapes.HeldUp(
            task=each.task.id,
            due=each.due,
            waits_until=each.wait.until,
            waits_for=each.wait.host,
            count=each.count,
        )
        for each in coming.held_up[:100]
    ]
    return shapes.ComingSchedules(
        until=coming.until,
        total=coming.total,
        complete=coming.complete,
        hours=[shapes.ComingHour(hour=hour, count=count) for hour, count in coming.hours],
        collisions=collisions[:100],
        held_up=held_up,
    )
