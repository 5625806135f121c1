"""Attending: what is done for a source beside its harvest: its list refreshed, whether it answers checked,
and what it brought pushed to its targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from windrow.core.runs import scheduled
from windrow.core.scheduling import make_run
from windrow.model.identity import new_id
from windrow.model.runs import Cause, Run
from windrow.model.schedules import Schedule
from windrow.model.sources import Source
from windrow.model.tasks import Limit, Retry, Task
from windrow.ports.clocks import Clock
from windrow.ports.store import Store

REFRESH = "refresh"
AVAILABILITY = "availability"
COPY = "copy"
PUSH = "push"
NOTIFY = "notify"
DIGEST = "digest"

NAMES = {
    REFRESH: "Refresh",
    AVAILABILITY: "Check",
    COPY: "Copy",
    PUSH: "Push",
    NOTIFY: "Tell of",
    DIGEST: "Digest of",
}

_PATIENT = Retry(attempts=3, first=5.0, longest=300.0)
RETRY = {
    REFRESH: _PATIENT,
    AVAILABILITY: Retry(),
    COPY: _PATIENT,
    PUSH: Retry(attempts=5, first=5.0, longest=300.0),
    # Seconds at first, an hour at last: a receiver may be away for an afternoon.
    NOTIFY: Retry(attempts=10, first=30.0, longest=3600.0),
    DIGEST: _PATIENT,
}


@dataclass(frozen=True, slots=True)
class Attending:
    """Makes and starts the tasks that look after sources. They are made when they are first needed."""

    store: Store
    clock: Clock

    def found(self, source_ids: Sequence[int]) -> Mapping[int, Mapping[str, Task]]:
        """These sources' attendants: by source, by kind."""
        by_source: dict[int, dict[str, Task]] = {}
        for each in self.store.sources.attendants(source_ids):
            by_source.setdefault(each.source_id or 0, {})[each.kind] = each
        return by_source

    def drafted(self, source: Source, kind: str, schedule: Schedule | None) -> Task | None:
        """The attendant as it is to be saved; None where nothing is to be written."""
        present = self.found([source.id]).get(source.id, {}).get(kind) if source.id else None
        if present is None and schedule is None:
            return None
        now = self.clock()
        task = present or _blank(source, kind)
        return replace(
            task,
            name=f"{NAMES[kind]} {source.name}"[:255],
            schedule=scheduled(schedule, now, present=task.schedule),
            created_at=task.created_at or now,
            changed_at=now,
        )

    def task(self, source: Source, kind: str) -> Task:
        """The attendant, made where there is none yet."""
        task = self.found([source.id]).get(source.id, {}).get(kind)
        if task is not None:
            return task
        now = self.clock()
        blank = replace(_blank(source, kind), name=f"{NAMES[kind]} {source.name}"[:255], created_at=now)
        return self.store.sources.attend(replace(blank, changed_at=now))

    def start(self, source: Source, kind: str, **parameters: Any) -> Run:
        """Starts it now. Raises `Conflict` while it is at work."""
        run = self.prepare(source, kind, **parameters)
        self.store.runs.add_alone(run)
        return run

    def prepare(self, source: Source, kind: str, *, cause: Cause = Cause.REQUEST, **parameters: Any) -> Run:
        """A run of it, not written yet."""
        task = self.task(source, kind)
        return make_run(replace(task, parameters={**task.parameters, **parameters}), now=self.clock(), cause=cause)


def limit_of(source: Source) -> Limit:
    """One pass over a source at a time."""
    return Limit(f"source-task:{source.task_id}")


def _limits(source: Source, kind: str) -> tuple[Limit, ...]:
    """What must not go on at the same time."""
    if kind == REFRESH:
        return (limit_of(source),)
    return (Limit(f"source-{kind}:{source.task_id}"),) if kind in (COPY, PUSH) else ()


def _blank(source: Source, kind: str) -> Task:
    return Task(
        id=new_id(),
        name="",
        kind=kind,
        tenant_id=source.tenant_id,
        owner_id=source.owner_id,
        parameters={"source_id": source.id},
        limits=_limits(source, kind),
        retry=RETRY[kind],
        source_id=source.id or None,
    )
