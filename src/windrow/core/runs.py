"""What people do with tasks and runs: make, look, start, stop, change, delete."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from windrow.core.kinds import Kinds
from windrow.core.scheduling import SOURCE_WORK, make_run
from windrow.core.validating import check_name, check_priority, check_queue, fill
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.identity import is_id, new_id
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import LogEntry, Output, Part, PartState, Run, RunState
from windrow.model.schedules import INSTANT, Schedule
from windrow.model.tasks import DEFAULT_QUEUE, Limit, Retry, Task
from windrow.model.triggers import Elapsed
from windrow.model.workers import Inspection, Worker
from windrow.ports.clocks import Clock
from windrow.ports.engines import Reservations
from windrow.ports.runs import RunFilter
from windrow.ports.store import Blobs, Store
from windrow.ports.work import task_check_of

HARVEST = "harvest"


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What a new or changed task is to be. Without `retry` it is tried as often as its kind of work usually is."""

    name: str
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    limits: tuple[Limit, ...] = ()
    retry: Retry | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """Use cases of tasks. Tasks of kind `harvest` belong to their source and are changed there."""

    store: Store
    kinds: Kinds
    clock: Clock

    def create(self, principal: Principal, draft: TaskDraft) -> Task:
        """Makes a task; its schedule counts from now on. Raises `BadInput`."""
        principal.need(Right.WRITE)
        now = self.clock()
        task = drafted(
            Task(new_id(), "", "", principal.tenant_id, principal.user_id, created_at=now), draft, self.kinds, now
        )
        self.store.tasks.add(task)
        return task

    def get(self, principal: Principal, task_id: str) -> Task:
        """One task. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.store.tasks.get(known_id("task", task_id), tenant_id=principal.scope)

    def page(
        self, principal: Principal, *, kind: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Task]:
        """Tasks, newest first."""
        principal.need(Right.READ)
        return self.store.tasks.page(tenant_id=principal.scope, kind=kind, limit=check_limit(limit), cursor=cursor)

    def coming(self, principal: Principal, *, limit: int = 10) -> list[Task]:
        """Tasks that are due next, the soonest first."""
        principal.need(Right.READ)
        return self.store.tasks.coming(tenant_id=principal.scope, limit=check_limit(limit))

    def change(self, principal: Principal, task_id: str, draft: TaskDraft, *, seen: datetime | None = None) -> Task:
        """Changes a task; a run under way goes on as it began.

        `seen` is the `changed_at` of the task that the draft was made from: raises `Conflict` when somebody else
        changed it meanwhile.
        """
        principal.need(Right.WRITE)
        task = self.own(principal, task_id)
        if task.kind in SOURCE_WORK:
            raise Conflict(
                f"This task compares source {task.parameters.get('source_id')}: start a new comparison there."
            )
        changed = drafted(task, draft, self.kinds, self.clock())
        self.store.tasks.save(changed, seen=seen)
        return changed

    def delete(self, principal: Principal, task_id: str, blobs: Blobs) -> None:
        """Deletes a task with its runs. Raises `Conflict` while one is active."""
        principal.need(Right.WRITE)
        task = self.own(principal, task_id)
        for blob in self.store.tasks.delete(task.id, tenant_id=principal.scope):
            blobs.delete(blob)

    def start(
        self,
        principal: Principal,
        task_id: str,
        *,
        at: datetime | None = None,
        parameters: Mapping[str, Any] | None = None,
        due: datetime | None = None,
    ) -> Run:
        """Runs a task now, or at a moment that lies ahead. Raises `Conflict` for a source that is being harvested.

        `parameters` stand for those of the task of the same names, in this run only; `due` is the nominal time that
        the run is told. Raises `BadInput` for what the kind of work does not take.
        """
        principal.need(Right.WRITE)
        task = self.get(principal, task_id)
        run = make_run(task, now=self.clock(), at=at, due=due)
        if parameters:
            run = replace(run, parameters=self._parameters(task, parameters))
        add_run(self.store, task, run)
        return run

    def _parameters(self, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if belongs(task) or task.kind in SOURCE_WORK:
            number = task.parameters.get("source_id")
            raise BadInput.of("parameters", f"are not changed here: start source {number}, which has words of its own")
        return fill(self.kinds.work_kind(task.kind).schema, {**task.parameters, **given}, field="parameters")

    def own(self, principal: Principal, task_id: str) -> Task:
        """A task that no source owns. Raises `NotFound`, `Conflict`."""
        task = self.get(principal, task_id)
        if belongs(task):
            number = task.parameters.get("source_id")
            raise Conflict(f"This task belongs to source {number}: change or delete that source instead.")
        if task.part_of is not None:
            raise Conflict(f"This task is part of task {task.part_of}: change or delete that one instead.")
        return task


@dataclass(frozen=True, slots=True)
class Runs:
    """Use cases of runs."""

    store: Store
    blobs: Blobs
    clock: Clock
    reservations: Reservations | None = None

    def get(self, principal: Principal, run_id: str) -> Run:
        """One run. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)

    def page(
        self,
        principal: Principal,
        *,
        states: frozenset[RunState] | None = None,
        task_id: str | None = None,
        kind: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[Run]:
        """Runs, newest first."""
        principal.need(Right.READ)
        if task_id is not None and not is_id(task_id):
            return PageOf([])
        which = RunFilter(principal.scope, states, task_id, kind)
        return self.store.runs.page(which, limit=check_limit(limit), cursor=cursor)

    def count_active(self, principal: Principal) -> Mapping[RunState, int]:
        """How many runs are in each state that has not ended."""
        principal.need(Right.READ)
        return self.store.runs.count_by_state(principal.scope)

    def cancel(self, principal: Principal, run_id: str) -> Run:
        """Asks a run to stop; what has ended stays as it is."""
        principal.need(Right.WRITE)
        return self.store.runs.cancel(known_id("run", run_id), tenant_id=principal.scope, now=self.clock())

    def delete(self, principal: Principal, run_id: str) -> None:
        """Deletes an ended run with its log and files. Raises `Conflict` while it is active."""
        principal.need(Right.WRITE)
        for blob in self.store.runs.delete(known_id("run", run_id), tenant_id=principal.scope):
            self.blobs.delete(blob)

    def parts(
        self,
        principal: Principal,
        run_id: str,
        *,
        states: frozenset[PartState] | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[Part]:
        """A run's parts in the order they were made."""
        run = self.get(principal, run_id)
        return self.store.runs.list_parts(run.id, states=states, limit=check_limit(limit), cursor=cursor)

    def count_parts(self, principal: Principal, run_id: str) -> Mapping[PartState, int]:
        """How many parts of a run are in each state."""
        return self.store.runs.count_parts(self.get(principal, run_id).id)

    def log(
        self,
        principal: Principal,
        run_id: str,
        *,
        least: str | None = None,
        newest_first: bool = False,
        limit: int = 100,
        cursor: str | None = None,
    ) -> PageOf[LogEntry]:
        """A run's log."""
        run = self.get(principal, run_id)
        return self.store.runs.read_log(
            run.id, limit=check_limit(limit), cursor=cursor, least=least, newest_first=newest_first
        )

    def outputs(self, principal: Principal, run_id: str) -> list[Output]:
        """A run's files."""
        return list(self.store.runs.list_outputs(self.get(principal, run_id).id))

    @contextmanager
    def open_output(self, principal: Principal, run_id: str, name: str) -> Iterator[tuple[Output, BinaryIO]]:
        """Reads a file of a run. Raises `NotFound`."""
        output = next((each for each in self.outputs(principal, run_id) if each.name == name), None)
        if output is None:
            raise NotFound("output", name)
        with self.blobs.open(output.blob) as file:
            yield output, file

    def inspect(self, principal: Principal) -> Inspection:
        """What each worker does, and what waits."""
        principal.need(Right.READ)
        found = self.store.workers.inspect(principal.scope)
        held = {} if self.reservations is None else self.reservations.reserved()
        return with_reserved(found, held)

    def workers(self, principal: Principal) -> list[Worker]:
        """The living processes; for admins."""
        principal.need(Right.ADMIN)
        return list(self.store.workers.all())

    def drain(self, principal: Principal, worker_id: str) -> None:
        """Asks a worker to finish what it has and go; for admins."""
        principal.need(Right.ADMIN)
        self.store.workers.drain(known_id("worker", worker_id))

    def stop(self, principal: Principal, worker_id: str) -> None:
        """Asks a worker to give what it has to others and go; for admins."""
        principal.need(Right.ADMIN)
        self.store.workers.stop(known_id("worker", worker_id))


def belongs(task: Task) -> bool:
    """Whether a source owns it."""
    return task.kind == HARVEST or task.source_id is not None


def runs_alone(task: Task) -> bool:
    """Whether it can only be at work once at a time."""
    return belongs(task) or (task.schedule is not None and isinstance(task.schedule.trigger, Elapsed))


def add_run(store: Store, task: Task, run: Run) -> None:
    """Writes a run that somebody asked for. Raises `Conflict` where the task can only be at work once, and is."""
    if runs_alone(task):
        store.runs.add_alone(run)
    else:
        store.runs.add([run])


def with_reserved(found: Inspection, held: Mapping[str, Sequence[str]]) -> Inspection:
    """An inspection with what an engine says of its own queues: the reserved runs under the workers that have them."""
    by_id = {each.run_id: each for each in found.reserved.get("", [])}
    reserved = {worker: [by_id[each] for each in ids if each in by_id] for worker, ids in held.items()}
    taken = {each.run_id for some in reserved.values() for each in some}
    waiting = [each for each in by_id.values() if each.run_id not in taken]
    return replace(found, reserved={"": waiting} | {worker: some for worker, some in reserved.items() if some})


def known_id(word: str, identifier: str) -> str:
    """An identifier, if it is one at all: anything else names nothing. Raises `NotFound`."""
    if not is_id(identifier):
        raise NotFound(word, identifier)
    return identifier


FARTHEST = timedelta(days=36_525)
"""A hundred years: what is first due after that is a slip of the keyboard."""


def scheduled(schedule: Schedule | None, now: datetime, *, present: Schedule | None = None) -> Schedule | None:
    """The schedule with its next moment worked out, unless it is the present one. Raises `BadInput`.

    A moment that is due at this very time must not be lost because somebody changed the name of the task.
    """
    if schedule is None or schedule == present:
        return schedule
    if isinstance(schedule.trigger, Elapsed) and present is not None and isinstance(present.trigger, Elapsed):
        schedule = replace(schedule, trigger=replace(schedule.trigger, last=present.trigger.last))
    if schedule.enabled and (schedule.paused or (present is not None and not present.enabled)):
        # What failed before somebody resumed it does not count any more.
        schedule = replace(schedule, paused="", counted_after=new_id())
    too_far = BadInput.of("schedule.start", "lies too far from today: choose a year that people live in")
    try:
        due = schedule.due_after(now)
    except OverflowError as error:
        raise too_far from error
    if due is not None and due - now > FARTHEST:
        raise too_far
    if due is None:
        _refuse_idle(schedule, now, present)
    return replace(schedule, next_due=due)


def _refuse_idle(schedule: Schedule, now: datetime, present: Schedule | None) -> None:
    """Raises `BadInput` for a new rule of which no moment is left; one that ends by its end or its count may end."""
    if not schedule.enabled or schedule.occurrences == 0 or (schedule.end is not None and schedule.end <= now):
        return
    if present is None or present.trigger != schedule.trigger:
        begin = now if schedule.start is None else max(now, schedule.start - INSTANT)
        due: datetime | None = schedule.trigger.next_after(begin)
        if due is None:
            raise BadInput.of("schedule.trigger", f"no moment is left to come: {schedule.trigger.describe()}")
        if schedule.end is not None and due >= schedule.end:
            return
    if (schedule.windows, schedule.blackouts) != ((), ()) and schedule.end is None:
        raise BadInput.of("schedule.windows", "leave no moment to run at: with them nothing would ever be due")


def drafted(task: Task, draft: TaskDraft, kinds: Kinds, now: datetime) -> Task:
    """The task as the draft wants it. Raises `BadInput`."""
    if draft.kind in SOURCE_WORK:
        raise BadInput.of(
            "kind", f"{draft.kind} is work on a source: it is started there, and not by a task of its own"
        )
    kind = kinds.work_kind(draft.kind)
    parameters = fill(kind.schema, draft.parameters, field="parameters")
    drafted = replace(
        task,
        name=check_name(draft.name),
        kind=draft.kind,
        parameters=parameters,
        queue=check_queue(draft.queue),
        priority=check_priority(draft.priority),
        limits=draft.limits,
        retry=kinds.usual_retry(draft.kind) if draft.retry is None else draft.retry,
        schedule=scheduled(draft.schedule, now, present=task.schedule),
        changed_at=now,
    )
    check_task = task_check_of(kind)
    if check_task is not None:
        check_task(drafted)
    return drafted
