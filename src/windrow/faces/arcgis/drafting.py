"""Drafting: what a form makes of a task. What it leaves out stays as it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from windrow.core.runs import TaskDraft
from windrow.core.validating import LONGEST_NAME
from windrow.errors import BadInput
from windrow.faces.arcgis.context import Form
from windrow.faces.arcgis.cron import FIELDS, read_cron, show_cron
from windrow.faces.arcgis.spelling import from_milliseconds, to_hex
from windrow.faces.arcgis.translate import asking_of, most_of, title_of
from windrow.faces.arcgis.types import KINDS, Asking, Looks, check_type, read_parameters, to_parameters, wrapped
from windrow.faces.arcgis.words import FACE, UNLIMITED
from windrow.model.notes import NotedTask, TaskNote
from windrow.model.schedules import Schedule

USUAL_OCCURRENCES = 10
"""What clients send unless told otherwise, and what holds where nothing is sent."""

MOST_OCCURRENCES = 1_000_000_000
LONGEST_ITEM = 255


@dataclass(frozen=True, slots=True)
class Wish:
    """A task as it is to be: in our words, and what is kept of this protocol's."""

    draft: TaskDraft
    note: TaskNote


def read_new(form: Form, looks: Looks, *, pause_after: int) -> Wish:
    """A task to be made. Raises `BadInput`."""
    asking = _asking(form, None)
    asking = wrapped(asking, None)
    if "minute" not in form.values:
        raise BadInput.of("minute", "is missing: five fields of cron say when the task runs")
    trigger = read_cron({name: form.values.get(name, "*") for name in FIELDS})
    most = _occurrences(form)
    most = USUAL_OCCURRENCES if most is None else most
    schedule = Schedule(
        trigger,
        start=_moment(form, "startDate"),
        end=_moment(form, "endDate"),
        occurrences=_left(most),
        enabled=form.truth("isActive") is not False,
        pause_after=pause_after,
    )
    _check_span(schedule)
    return _wish(asking, form.values.get("title", ""), most, schedule, looks)


def read_change(form: Form, found: NotedTask, looks: Looks, *, pause_after: int) -> Wish:
    """A task to be changed. Raises `BadInput`."""
    before = asking_of(found)
    asking = wrapped(_asking(form, before), before.parameters)
    present = found.task.schedule
    most_before = most_of(found)
    most = _occurrences(form)
    most = most_before if most is None else most
    schedule = _rescheduled(form, present, pause_after)
    if schedule is not None:
        # Another maximum counts from now on, and so does one that was reached when the task is switched on again.
        if most != most_before or (schedule.occurrences == 0 and form.truth("isActive")):
            schedule = replace(schedule, occurrences=_left(most))
        _check_span(schedule)
    title = form.values.get("title", title_of(found))
    wish = _wish(asking, title, most, schedule, looks, unchanged=found if asking == before else None)
    kept = found.task
    return replace(
        wish,
        draft=replace(wish.draft, queue=kept.queue, priority=kept.priority, limits=kept.limits, retry=kept.retry),
    )


def switched(found: NotedTask, looks: Looks, *, active: bool) -> Wish:
    """The task switched on or off, and nothing else."""
    return read_change(Form({"isActive": "true" if active else "false"}), found, looks, pause_after=-1)


def _asking(form: Form, before: Asking | None) -> Asking:
    type_ = form.text("type")
    if type_ is None and before is not None:
        type_ = before.type
    item = form.text("itemId")
    if item is not None and len(item) > LONGEST_ITEM:
        raise BadInput.of("itemId", f"must have at most {LONGEST_ITEM} characters")
    given = read_parameters(form.text("parameters"))
    url = form.text("taskURL", "taskUrl")
    if before is None:
        return Asking(check_type(type_), item, url, given)
    return Asking(
        before.type if type_ == before.type else check_type(type_),
        before.item if item is None else item,
        before.url if url is None else url,
        before.parameters if given is None else given,
    )


def _wish(
    asking: Asking,
    title: str,
    most: int,
    schedule: Schedule | None,
    looks: Looks,
    *,
    unchanged: NotedTask | None = None,
) -> Wish:
    title = title.strip()
    if len(title) > LONGEST_NAME:
        raise BadInput.of("title", f"must have at most {LONGEST_NAME} characters")
    name = title or asking.type
    if unchanged is not None:
        kind, parameters = unchanged.task.kind, unchanged.task.parameters
    else:
        kind, parameters = KINDS[asking.type], to_parameters(asking, looks)
    said: dict[str, Any] = {
        "title": title,
        "name": name,
        "item": asking.item,
        "url": asking.url,
        "parameters": None if asking.parameters is None else dict(asking.parameters),
        "ours": dict(parameters),
        "most": most,
    }
    note = TaskNote(FACE, asking.type, to_hex(asking.item or ""), said)
    return Wish(TaskDraft(name, kind, parameters, schedule=schedule), note)


def _occurrences(form: Form) -> int | None:
    number = form.number("maxOccurrences")
    if number is not None and number != UNLIMITED and not 1 <= number <= MOST_OCCURRENCES:
        raise BadInput.of("maxOccurrences", f"must lie between 1 and {MOST_OCCURRENCES}, or be -1 for no limit")
    return number


def _left(most: int) -> int | None:
    return None if most == UNLIMITED else most


def _rescheduled(form: Form, present: Schedule | None, pause_after: int) -> Schedule | None:
    sent = {name: form.values[name] for name in FIELDS if name in form.values}
    shown = {name: text or "*" for name, text in show_cron(present.trigger).items()} if present is not None else {}
    if present is None:
        if not sent:
            return None
        present = Schedule(read_cron({name: sent.get(name, "*") for name in FIELDS}))
    elif sent and {**shown, **sent} != shown:
        present = replace(present, trigger=read_cron({**shown, **sent}))
    active = form.truth("isActive")
    return replace(
        present,
        start=_moment(form, "startDate") or present.start,
        end=_moment(form, "endDate") or present.end,
        enabled=present.enabled if active is None else active,
        pause_after=present.pause_after if pause_after < 0 else pause_after,
    )


def _moment(form: Form, name: str) -> datetime | None:
    text = form.text(name)
    return None if text is None else from_milliseconds(text, name)


def _check_span(schedule: Schedule) -> None:
    if schedule.start is not None and schedule.end is not None and schedule.end <= schedule.start:
        raise BadInput.of("endDate", "must lie after startDate")
