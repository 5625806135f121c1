"""Tasks as a protocol knows them: with its own words beside ours, its limits, and what its clients said of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from windrow.core.runs import TaskDraft, Tasks, drafted, known_id
from windrow.errors import NotAllowed
from windrow.model.accounts import Principal, Right
from windrow.model.identity import new_id
from windrow.model.listings import Listed
from windrow.model.notes import NotedListing, NotedTask, Quota, RunNote, TaskNote
from windrow.model.runs import Level, Run
from windrow.model.tasks import Task
from windrow.ports.runs import Entry

AGAIN_WITHIN = timedelta(minutes=2)
"""The same request within so long is a repetition: some clients send it up to six times when an answer is lost."""

LOG_KEEP = 10_000


@dataclass(frozen=True, slots=True)
class NotedTasks:
    """Use cases of tasks that a protocol keeps words of its own with; each method checks what its principal may."""

    tasks: Tasks

    def create(
        self, principal: Principal, draft: TaskDraft, note: TaskNote, *, request: bytes, quotas: Sequence[Quota]
    ) -> str:
        """Makes a task and returns its id; the same request soon after returns the id of the same task.

        `request` is a digest of everything that was asked for, and by whom. Raises `BadInput`, and `Conflict` where a
        quota is used up.
        """
        principal.need(Right.WRITE)
        now = self.tasks.clock()
        empty = Task(new_id(), "", "", principal.tenant_id, principal.user_id, created_at=now)
        task = drafted(empty, draft, self.tasks.kinds, now)
        since = now - AGAIN_WITHIN
        return self.tasks.store.notes.add(task, note.of(task), request=request, since=since, quotas=quotas)

    def get(self, principal: Principal, task_id: str, face: str) -> NotedTask:
        """One task. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.tasks.store.notes.get(known_id("task", task_id), face, tenant_id=principal.scope)

    def find(self, principal: Principal, which: NotedListing) -> Listed[NotedTask]:
        """Tasks by position; of one's own team, unless one is an admin."""
        principal.need(Right.READ)
        if principal.scope not in (None, which.tenant_id):
            raise NotAllowed(f"{principal.name} may not see the tasks of other teams.")
        return self.tasks.store.notes.find(which)

    def count_active(self, principal: Principal, face: str, owner_id: str) -> Mapping[str, int]:
        """How many tasks of an owner are active, by the protocol's words."""
        principal.need(Right.READ)
        return self.tasks.store.notes.count_active(face, owner_id)

    def change(
        self,
        principal: Principal,
        task_id: str,
        draft: TaskDraft,
        note: TaskNote,
        *,
        seen: datetime | None,
        quotas: Sequence[Quota],
        other_word: bool = False,
    ) -> None:
        """Changes a task; a run under way goes on as it began. Raises `BadInput`, `NotFound`, `Conflict`.

        The quotas count where it becomes active, or an active task of an `other_word` than before.
        """
        principal.need(Right.WRITE)
        task = self.tasks.own(principal, task_id)
        changed = drafted(task, draft, self.tasks.kinds, self.tasks.clock())
        becomes_active = task.schedule is None or task.schedule.next_due is None
        self.tasks.store.notes.save(
            changed, note.of(changed), seen=seen, quotas=quotas if becomes_active or other_word else ()
        )

    def say_of_run(self, principal: Principal, run: Run, note: RunNote) -> None:
        """Keeps what a client says of a run beside what we know of it, and tells so in the run's log."""
        principal.need(Right.WRITE)
        self.tasks.store.notes.say(note)
        told = f'{principal.name} said by another protocol that this run is "{note.state}": {note.text}'
        entry = Entry(note.noted_at, Level.INFO, told[:4_000])
        self.tasks.store.runs.write_log(run.id, [entry], keep=LOG_KEEP)

    def said_of_runs(self, runs: Sequence[Run], face: str) -> dict[str, RunNote]:
        """What clients said of these runs, where nothing has happened to them since."""
        notes = self.tasks.store.notes.of_runs([each.id for each in runs], face)
        ended = {each.id: each.ended_at for each in runs}
        return {name: each for name, each in notes.items() if (end := ended[name]) is None or each.noted_at >= end}

    def limits(self, principal: Principal, face: str) -> dict[str, int]:
        """The limits that somebody has set, by name."""
        principal.need(Right.READ)
        return self.tasks.store.notes.limits(face)

    def set_limits(self, principal: Principal, face: str, limits: Mapping[str, int]) -> None:
        """Sets limits of the whole installation; for admins."""
        principal.need(Right.ADMIN)
        self.tasks.store.notes.set_limits(face, limits)

    def latest_runs(self, found: Sequence[NotedTask]) -> dict[str, Run]:
        """The latest runs of tasks that were found, by the tasks' ids."""
        latest = {each.task.last_run_id: each.task.id for each in found if each.task.last_run_id is not None}
        runs = self.tasks.store.runs.get_many(list(latest))
        return {latest[name]: run for name, run in runs.items()}
