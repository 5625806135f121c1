"""Run rows: how a run, a part and their small values are spelled in their tables, both ways."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from windrow.model.runs import LEADING_ON, Cause, Part, PartState, Progress, Run, RunState
from windrow.model.tasks import Limit, Retry
from windrow.storage.tables import parts, runs

AnyRow = Row[*tuple[Any, ...]]

RUN_COLUMNS = (
    runs.c.id,
    runs.c.task_id,
    runs.c.kind,
    runs.c.name,
    runs.c.tenant_id,
    runs.c.owner_id,
    runs.c.state,
    runs.c.cause,
    runs.c.parameters,
    runs.c.created_at,
    runs.c.ready_at,
    runs.c.due,
    runs.c.queue,
    runs.c.priority,
    runs.c.limits,
    runs.c.retry,
    runs.c.attempt,
    runs.c.failures,
    runs.c.phase,
    runs.c.open_parts,
    runs.c.blocked_by,
    runs.c.worker_id,
    runs.c.lease_until,
    runs.c.started_at,
    runs.c.ended_at,
    runs.c.progress_done,
    runs.c.progress_total,
    runs.c.counts,
    runs.c.message,
    runs.c.result,
    runs.c.error,
    runs.c.rerun_of,
    runs.c.backfill,
)

PART_COLUMNS = (
    parts.c.id,
    parts.c.run_id,
    parts.c.key,
    parts.c.state,
    parts.c.attempts,
    parts.c.ready_at,
    parts.c.worker_id,
    parts.c.error,
    parts.c.counts,
)


def to_run(row: AnyRow) -> Run:
    """The run of a row of `RUN_COLUMNS`, which stand in the order of a run's fields: to ask for them by name takes
    longer than to read them."""
    *own, done, total, counts, message, result, error, rerun_of, backfill = row
    own[_STATE], own[_CAUSE] = RunState(own[_STATE]), Cause.BACKFILL if backfill else Cause(own[_CAUSE])
    own[_LIMITS], own[_RETRY] = to_limits(own[_LIMITS]), to_retry(own[_RETRY])
    fields: list[Any] = [*own, Progress(done, total, counts, message), result, error, rerun_of or ""]
    return Run(*fields)


_NAMES = [column.name for column in RUN_COLUMNS]
_STATE, _CAUSE, _LIMITS, _RETRY = (_NAMES.index(name) for name in ("state", "cause", "limits", "retry"))


def from_run(run: Run) -> dict[str, Any]:
    """The row of a new run."""
    return {
        "id": run.id,
        "task_id": run.task_id,
        "kind": run.kind,
        "name": run.name,
        "tenant_id": run.tenant_id,
        "owner_id": run.owner_id,
        "state": run.state.value,
        # A word that the release before does not know would stop it: see docs/doing/upgrading.md.
        "cause": (Cause.REQUEST if run.cause is Cause.BACKFILL else run.cause).value,
        "backfill": True if run.cause is Cause.BACKFILL else None,
        "rerun_of": run.rerun_of or None,
        "parameters": run.parameters,
        "created_at": run.created_at,
        "ready_at": run.ready_at,
        "due": run.due,
        "queue": run.queue,
        "priority": run.priority,
        "limits": from_limits(run.limits),
        "retry": from_retry(run.retry),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "result": run.result,
        "error": run.error,
        "leads_on": True if run.kind in LEADING_ON and not run.state.is_terminal else None,
        **from_progress(run.progress),
    }


def from_progress(progress: Progress) -> dict[str, Any]:
    """The columns of a run's progress."""
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "counts": progress.counts,
        "message": progress.message,
    }


def to_part(row: AnyRow) -> Part:
    """The part of a row of `PART_COLUMNS`."""
    return Part(
        id=row.id,
        run_id=row.run_id,
        key=row.key,
        state=PartState(row.state),
        attempts=row.attempts,
        ready_at=row.ready_at,
        worker_id=row.worker_id,
        error=row.error,
        counts=row.counts or {},
    )


def to_limits(value: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """Concurrency limits as they are kept."""
    return tuple(Limit(each["key"], each["most"]) for each in value)


def from_limits(limits: Sequence[Limit]) -> list[dict[str, Any]]:
    """Concurrency limits as they are to be kept."""
    return [{"key": each.key, "most": each.most} for each in limits]


def to_retry(value: Mapping[str, Any]) -> Retry:
    """A retry rule as it is kept."""
    return Retry(value["attempts"], value["first"], value["longest"])


def from_retry(retry: Retry) -> dict[str, Any]:
    """A retry rule as it is to be kept."""
    return {"attempts": retry.attempts, "first": retry.first, "longest": retry.longest}
