"""From our words to this protocol's; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from windrow.faces.arcgis.cron import period_of, show_cron
from windrow.faces.arcgis.spelling import to_hex, to_milliseconds
from windrow.faces.arcgis.types import KINDS, Asking, from_task
from windrow.faces.arcgis.words import UNLIMITED, status_of
from windrow.model.accounts import Right, User, rights_of
from windrow.model.items import Item, ItemType
from windrow.model.notes import NotedTask, RunNote
from windrow.model.runs import Run, RunState
from windrow.model.schedules import Schedule

LONGEST_RESULT = 4_000

ITEM_WORDS: Mapping[ItemType, str] = {
    ItemType.NOTEBOOK: "Notebook",
    ItemType.PIPELINE: "Data Pipeline",
    ItemType.REPORT: "Report Template",
}

PRIVILEGES: Mapping[Right, tuple[str, ...]] = {
    Right.READ: ("portal:user:viewOrgItems",),
    Right.WRITE: ("portal:user:createItem", "premium:publisher:scheduleNotebooks"),
    Right.ADMIN: ("portal:admin:viewUsers", "portal:admin:updateUsers"),
}


def asking_of(found: NotedTask) -> Asking:
    """What a task is to do: as it was said here, if it is still what that came to; else from our own words."""
    note = found.note
    if note is None or KINDS.get(note.word) != found.task.kind or not note.still_describes(found.task):
        return from_task(found.task)
    return Asking(note.word, note.said["item"], note.said["url"], note.said["parameters"])


def title_of(found: NotedTask) -> str:
    """The title as it was said here, unless the task was renamed since."""
    note = found.note
    return str(note.said["title"]) if note is not None and note.still_names(found.task) else found.task.name


def most_of(found: NotedTask) -> int:
    """The largest number of occurrences, as it was said here unless another way in changed it."""
    schedule, note = found.task.schedule, found.note
    left = None if schedule is None else schedule.occurrences
    if left is None:
        return UNLIMITED
    return left if note is None else max(left, int(note.said["most"]))


def to_task(found: NotedTask, latest: Run | None, now: datetime) -> dict[str, Any]:
    """A task. What has no value has no key, but for what clients ask for without looking."""
    task, schedule, asking = found.task, found.task.schedule, asking_of(found)
    told: dict[str, Any] = {
        "id": to_hex(task.id),
        "userId": found.owner,
        "active": is_active(schedule),
        "taskState": state_of(schedule),
        "created": _moment(task.created_at),
        "updated": _moment(task.changed_at),
        "title": title_of(found),
        "type": asking.type,
        "itemId": asking.item,
        "cronSchedule": dict(show_cron(schedule.trigger)) if schedule is not None else None,
        "maxOccurrences": most_of(found),
        "runIntervalSeconds": 0 if schedule is None else period_of(schedule.trigger, now),
        "startDate": None if schedule is None else _moment(schedule.start),
        "endDate": None if schedule is None else _moment(schedule.end),
        "parameters": asking.parameters,
        "taskUrl": asking.url,
        "nextStart": None if schedule is None else _moment(schedule.next_due),
        "lastStart": None if latest is None else _moment(latest.started_at or latest.created_at),
    }
    return {name: value for name, value in told.items() if value is not None or name in ALWAYS}


ALWAYS = frozenset({"itemId", "cronSchedule"})


def is_active(schedule: Schedule | None) -> bool:
    """Whether anything is left to come."""
    return schedule is not None and schedule.next_due is not None


def state_of(schedule: Schedule | None) -> str:
    """`active`, `paused` by somebody, `failed` too often, or `completed`: nothing is left to come."""
    if schedule is None:
        return "paused"
    if not schedule.enabled:
        return "failed" if schedule.paused else "paused"
    return "active" if is_active(schedule) else "completed"


def to_run(run: Run, note: RunNote | None, task: Mapping[str, Any]) -> dict[str, Any]:
    """A run: as a client said that it is, if one did, else as we know it."""
    ended = run.ended_at or run.started_at or run.created_at
    changed = ended if note is None else note.noted_at
    told = {
        "runId": to_hex(run.id),
        "status": status_of(run) if note is None else note.state,
        "result": result_of(run) if note is None else note.text,
        "created": _moment(run.created_at),
        "updated": _moment(changed),
        "modified": _moment(changed),
        "startTime": _moment(run.started_at),
        "endTime": _moment(run.ended_at),
        "task": task,
    }
    return {name: value for name, value in told.items() if value is not None}


def result_of(run: Run) -> str:
    """What came of a run, as a text."""
    match run.state:
        case RunState.CANCELLED:
            parts = ["Cancelled.", run.error]
        case RunState.PARTIAL:
            parts = ["Done in part.", run.error, run.progress.message]
        case RunState.FAILED | RunState.SKIPPED:
            parts = [run.error or run.progress.message]
        case _:
            parts = [run.progress.message or _spelled(run.result)]
    return " ".join(filter(None, parts))[:LONGEST_RESULT]


def to_user(user: User, org: str) -> dict[str, Any]:
    """A user."""
    rights = rights_of(user.role)
    role = "org_admin" if Right.ADMIN in rights else "org_publisher" if Right.WRITE in rights else "org_user"
    return {
        "username": user.name,
        "id": to_hex(user.id),
        "fullName": user.name,
        "firstName": user.name,
        "lastName": "",
        "email": "",
        "access": "org",
        "orgId": org,
        "role": role,
        "level": "2",
        "culture": "en",
        "created": _moment(user.created_at),
        "modified": _moment(user.created_at),
        "provider": "arcgis",
        "privileges": [name for right, names in PRIVILEGES.items() if right in rights for name in names],
        "groups": [],
    }


def to_item(item: Item, owner: str) -> dict[str, Any]:
    """An item, without its content."""
    return {
        "id": to_hex(item.id),
        "owner": owner,
        "title": item.title,
        "type": ITEM_WORDS[item.type],
        "name": item.name,
        "typeKeywords": [],
        "tags": [],
        "access": "org" if not item.is_uploaded else "private",
        "created": _moment(item.created_at),
        "modified": _moment(item.changed_at),
        "numViews": 0,
        "size": item.size,
    }


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _spelled(result: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(result)).decode() if result else ""
