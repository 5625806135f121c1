"""Schedules, as shapes and from them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from windrow.errors import BadInput
from windrow.faces.native.translate.paging import in_utc
from windrow.model import schedules, triggers
from windrow.wire import runs as run_shapes


def from_trigger(trigger: run_shapes.Trigger, *, now: datetime) -> triggers.AnyTrigger:
    """When something is due; an interval without an anchor counts from now."""
    anchor = in_utc(trigger.anchor, field="schedule.trigger.anchor")
    if trigger.type == "elapsed":
        if anchor is not None:
            raise BadInput.of("schedule.trigger.anchor", "goes with an interval; elapsed counts from the last start")
        return triggers.Elapsed(timedelta(seconds=trigger.every_seconds))
    anchor = anchor or now
    return triggers.Interval(timedelta(seconds=trigger.every_seconds), anchor)


def from_schedule(schedule: run_shapes.Schedule | None, *, now: datetime) -> schedules.Schedule | None:
    """A schedule that came in; an interval without an anchor counts from now."""
    if schedule is None:
        return None
    return schedules.Schedule(
        trigger=from_trigger(schedule.trigger, now=now),
        enabled=schedule.enabled,
        start=in_utc(schedule.start, field="schedule.start"),
        end=in_utc(schedule.end, field="schedule.end"),
        occurrences=schedule.occurrences,
        misfire=schedules.Misfire(schedule.misfire),
        overlap=schedules.Overlap(schedule.overlap),
    )


def change_schedule(
    present: schedules.Schedule | None, change: run_shapes.ScheduleChange | None, *, now: datetime
) -> schedules.Schedule | None:
    """A schedule as it is to be: what was left out stays; None takes it away. Raises `BadInput`."""
    if change is None:
        return None
    if present is None:
        if change.trigger is None:
            raise BadInput.of("schedule.trigger", "is missing; there is no schedule yet to be changed")
        return from_schedule(run_shapes.Schedule.model_validate(change.model_dump(exclude_unset=True)), now=now)
    given: dict[str, Any] = change.model_dump(exclude_unset=True)
    if change.trigger is not None:
        given["trigger"] = from_trigger(change.trigger, now=now)
    for name in given.keys() & {"start", "end"}:
        given[name] = in_utc(given[name], field=f"schedule.{name}")
    if change.misfire is not None:
        given["misfire"] = schedules.Misfire(change.misfire)
    if change.overlap is not None:
        given["overlap"] = schedules.Overlap(change.overlap)
    return replace(present, **given)


def _to_trigger(trigger: triggers.AnyTrigger) -> run_shapes.TriggerView:
    every = trigger.every.total_seconds()
    if isinstance(trigger, triggers.Elapsed):
        return run_shapes.TriggerView(type="elapsed", every_seconds=every, last=trigger.last)
    return run_shapes.TriggerView(every_seconds=every, anchor=trigger.anchor)


def to_schedule(schedule: schedules.Schedule | None) -> run_shapes.ScheduleView | None:
    """A schedule with its next moment and a plain sentence."""
    if schedule is None:
        return None
    trigger = schedule.trigger
    return run_shapes.ScheduleView(
        trigger=_to_trigger(trigger),
        enabled=schedule.enabled,
        start=schedule.start,
        end=schedule.end,
        occurrences=schedule.occurrences,
        misfire=schedule.misfire.value,
        overlap=schedule.overlap.value,
        next_due=schedule.next_due,
        description=trigger.describe(),
    )
