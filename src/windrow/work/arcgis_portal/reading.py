"""What a portal says of its scheduled tasks and their runs, and what it is told: values, pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of, objects_of, text_of
from windrow.model.runs import Level, Run
from windrow.work.remote_jobs import Standing, Status, Told

_STANDINGS = {
    "scheduled": Standing.WAITING,
    "executing": Standing.RUNNING,
    "succeeded": Standing.SUCCEEDED,
    "failed": Standing.FAILED,
    "skipped": Standing.FAILED,
    "submitfailed": Standing.FAILED,
}
_REASONS = {"skipped": "the portal skipped its run", "submitfailed": "the portal could not start its run"}
_DEAD = frozenset(("failed", "disabled", "paused"))
"""States of a task that begins no run any more."""

LEAD = timedelta(seconds=20)
"""A minute that begins sooner than that may be over before the portal has taken the task in."""

LONGEST_NAME = 100


def mark(run: Run, number: int) -> str:
    """How the remote task is known among others; `number` counts those of a run, from 1."""
    return f"(Windrow run {run.id}, job {number})"


def title(run: Run, number: int) -> str:
    """The remote task's title: what people know it by, and what it is found again by."""
    return f"{run.name[:LONGEST_NAME].strip()} {mark(run, number)}"


def next_minute(now: datetime) -> int:
    """The minute of the hour, UTC, at which the remote task is to run: the first that begins after `LEAD`."""
    return (now + LEAD + timedelta(minutes=1)).minute


def creation(run: Run, number: int, now: datetime) -> dict[str, Any]:
    """The form by which the remote task is made, to run once.

    At that minute of whatever hour: where the portal's clock is ahead of ours, the task runs an hour later and not
    next year.
    """
    given = run.parameters
    return {
        "title": title(run, number),
        "type": given["type"],
        "itemId": given["item"] or None,
        "minute": str(next_minute(now)),
        "hour": "*",
        "dayOfMonth": "*",
        "month": "*",
        "dayOfWeek": "?",
        "maxOccurrences": "1",
        "parameters": given["parameters"] or None,
        "taskURL": given["task_url"] or None,
    }


def read_username(document: Mapping[str, Any]) -> str:
    """Who we are there (`portals/self`). Raises `RemoteUnreadable`."""
    found = text_of(object_of(document.get("user")).get("username"))
    if not found:
        raise RemoteUnreadable("The portal does not say who we are: it was asked without a token, or is none.")
    return found


def read_task_id(document: Mapping[str, Any]) -> str:
    """The task that was made. Raises `RemoteUnreadable`."""
    found = text_of(document.get("taskId"))
    if not found:
        raise RemoteUnreadable("The portal names no task that it made (taskId).")
    return found


def find_task(document: Mapping[str, Any], sign: str) -> str:
    """The task whose title carries the mark; "" where none of this page does."""
    tasks = objects_of(document.get("tasks"))
    return next((text_of(each.get("id")) for each in tasks if text_of(each.get("title")).endswith(sign)), "")


def read_next(document: Mapping[str, Any], start: int) -> int | None:
    """Where the next page of a list starts; None on the last."""
    following = document.get("nextStart")
    return following if isinstance(following, int) and following > start else None


def latest_run(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The run that was made last."""
    found = objects_of(document.get("runs"))
    return max(found, key=lambda each: _number(each.get("created")), default=None)


def read_run(run: Mapping[str, Any]) -> Status:
    """Where a run of the task stands. Raises `RemoteUnreadable`."""
    word = text_of(run.get("status")).lower()
    standing = _STANDINGS.get(word)
    if standing is None:
        raise RemoteUnreadable(f"The portal does not say where the run stands (status: {word[:60] or 'missing'}).")
    result = run.get("result")
    told = result if isinstance(result, str) else "" if result is None else json.serialise(result).decode()
    level = Level.ERROR if standing is Standing.FAILED else Level.INFO
    reason = " ".join(filter(None, (_REASONS.get(word, ""), told[:1000])))
    return Status(standing, word, says=Told(level, told[:5000]) if told else None, reason=reason, document=run)


def read_waiting(task: Mapping[str, Any]) -> Status:
    """Where a task stands that has had no run yet."""
    state = text_of(task.get("taskState")).lower()
    if state in _DEAD:
        reason = f"the portal's task is {state}, and has had no run"
        return Status(Standing.FAILED, state, reason=reason, document=task)
    return Status(Standing.WAITING, "scheduled", document=task)


def read_result(run: Mapping[str, Any]) -> Any:
    """What a run gave: JSON where its text is some."""
    result = run.get("result")
    if not isinstance(result, str):
        return result
    try:
        return json.parse(result.encode())
    except RemoteUnreadable:
        return result


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
