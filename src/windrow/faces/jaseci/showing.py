"""Showing runs as Jaseci's clients know them: Celery's states, and a walker's answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from windrow.core.walking.kind import WALKER
from windrow.faces.jaseci.words import QUEUE, SCHEDULED_SEQUENCE, SEQUENCE
from windrow.model.runs import Run, RunState
from windrow.model.workers import Carried, Inspection, Worker

TASK_NAMES = {WALKER: QUEUE, SEQUENCE: SCHEDULED_SEQUENCE}
"""What the original calls the tasks of our kinds."""

STATES = {
    RunState.SCHEDULED: "PENDING",
    RunState.QUEUED: "PENDING",
    RunState.RUNNING: "STARTED",
    RunState.WAITING: "STARTED",
    RunState.CANCELLING: "STARTED",
    RunState.SUCCEEDED: "SUCCESS",
    RunState.PARTIAL: "SUCCESS",
    RunState.FAILED: "FAILURE",
    RunState.CANCELLED: "REVOKED",
    RunState.SKIPPED: "REVOKED",
}


def show_task(run: Run) -> dict[str, Any]:
    """The answer about one task. Both names of its state are told: the documents say one, the original the other."""
    state = STATES[run.state]
    if run.state is RunState.FAILED and run.result and not _crashed(run):
        state = "SUCCESS"  # what failed has an answer all the same, which says so
    shown: dict[str, Any] = {"status": state, "state": state}
    if state == "SUCCESS":
        shown["result"] = result_of(run)
    elif run.state.is_terminal:
        shown["result"] = run.error or run.state.value
    return shown


def result_of(run: Run) -> Any:
    """What a task came to: a queued walker's anchor and answer, a scheduled one's answer, what a sequence saved."""
    if run.kind == SEQUENCE:
        return run.result.get("saved", {})
    if run.kind != WALKER:
        return run.result.get("result", run.result)
    if run.due is not None:
        return response_of(run)
    return {"anchor": run.result.get("anchor"), "response": response_of(run)}


def _crashed(run: Run) -> bool:
    """Whether a sequence came to where the original lost everything."""
    error = run.result.get("error")
    return run.kind == SEQUENCE and isinstance(error, Mapping) and "crash" in error


def response_of(run: Run) -> Mapping[str, Any]:
    """A walker's answer; of one that did not come to an answer, why not."""
    found = run.result.get("response")
    if isinstance(found, Mapping):
        return found
    told = run.error or f"The walker was {run.state.value}."
    return {"success": False, "report": [], "final_node": None, "yielded": False, "errors": [told]}


def show_queue(found: Inspection, workers: Sequence[Worker]) -> dict[str, Any]:
    """What each worker does and what waits, as Celery's inspection tells it; null where no worker lives."""
    if not workers:
        return {"scheduled": None, "active": None, "reserved": None}
    names = _names(workers)
    first = workers[0]
    active, reserved, scheduled = ({name: list[Any]() for name in names.values()} for _ in range(3))
    for worker in workers:
        here = names[worker.id]
        active[here] += [_item(each, worker, names) for each in found.active.get(worker.id, [])]
        waiting = found.reserved.get(worker.id, [])
        if worker is first:  # what nobody has taken yet waits for whoever is free first
            waiting = [*waiting, *found.reserved.get("", [])]
        reserved[here] += [_item(each, worker, names, held=False) for each in waiting]
    for each in found.scheduled.get("", []):
        request = _item(each, first, names, held=False)
        eta = {"eta": each.since.isoformat(), "priority": 6, "request": request}
        scheduled[names[first.id]].append(eta)
    return {"scheduled": scheduled, "active": active, "reserved": reserved}


def _names(workers: Sequence[Worker]) -> dict[str, str]:
    """Names as Celery gives them; where several workers share a host, with their process ids."""
    hosts = [each.host for each in workers]
    return {
        each.id: f"celery@{each.host}" if hosts.count(each.host) == 1 else f"celery{each.pid}@{each.host}"
        for each in workers
    }


def _item(run: Carried, worker: Worker, names: Mapping[str, str], *, held: bool = True) -> dict[str, Any]:
    name = TASK_NAMES.get(run.kind, run.kind)
    return {
        "id": run.run_id,
        "name": name,
        "args": [],  # what somebody's walker was called with is nobody else's business
        "kwargs": {},
        "type": name,
        "hostname": names[worker.id],
        "time_start": run.since.timestamp() if held else None,
        "acknowledged": held,
        "delivery_info": {"exchange": "", "routing_key": run.queue, "priority": 0, "redelivered": False},
        "worker_pid": worker.pid if held else None,
    }
