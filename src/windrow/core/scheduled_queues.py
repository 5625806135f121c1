"""Scheduled queues: tasks with a schedule, made and known by the words of Jaseci and django-celery-beat."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from windrow.core.runs import TaskDraft, Tasks, drafted
from windrow.errors import Conflict, NotFound
from windrow.model.accounts import Principal, Right, User
from windrow.model.identity import new_id
from windrow.model.scheduled_queues import QueueListing, QueueNote, ScheduledQueue
from windrow.model.tasks import Task
from windrow.ports.store import Blobs


@dataclass(frozen=True, slots=True)
class ScheduledQueues:
    """Use cases of scheduled queues. Each is a task like any other, which all other ways see and change too."""

    tasks: Tasks

    def draft(self, principal: Principal, draft: TaskDraft, *, owner: User | None = None) -> Task:
        """What a task would be, without making it; of somebody else for admins only. Raises `BadInput`."""
        principal.need(Right.WRITE)
        if owner is not None and owner.id != principal.user_id:
            principal.need(Right.ADMIN)
        tenant_id, owner_id = (owner.tenant_id, owner.id) if owner else (principal.tenant_id, principal.user_id)
        now = self.tasks.clock()
        return drafted(Task(new_id(), "", "", tenant_id, owner_id, created_at=now), draft, self.tasks.kinds, now)

    def create(
        self, principal: Principal, draft: TaskDraft, note: QueueNote, *, owner: User | None = None
    ) -> ScheduledQueue:
        """Makes one, of somebody else for admins only. Raises `BadInput`, and `NameTaken` within the owner's team."""
        task = self.draft(principal, draft, owner=owner)
        noted = note.of(task)
        return ScheduledQueue(self.tasks.store.scheduled_queues.add(task, noted), noted, task)

    def change(
        self, principal: Principal, number: int, draft: TaskDraft, note: QueueNote, *, seen: datetime | None = None
    ) -> ScheduledQueue:
        """Changes one; a run under way goes on as it began. Raises `BadInput`, `NotFound`, `Conflict`."""
        principal.need(Right.WRITE)
        found = self.get(principal, number)
        task = drafted(found.task, draft, self.tasks.kinds, self.tasks.clock())
        noted = note.of(task)
        self.tasks.store.scheduled_queues.save(number, task, noted, seen=seen)
        return ScheduledQueue(number, noted, task)

    def get(self, principal: Principal, number: int, *, words: Set[str] | None = None) -> ScheduledQueue:
        """One of them. Of `words` people see their own only, and admins all. Raises `NotFound`."""
        principal.need(Right.READ)
        found = self.tasks.store.scheduled_queues.get(number, tenant_id=principal.scope)
        if words is None or Right.ADMIN in principal.rights:
            return found
        if found.note.word not in words or found.task.owner_id != principal.user_id:
            raise NotFound("scheduled queue", number)
        return found

    def named(self, principal: Principal, name: str, *, tenant_id: str) -> ScheduledQueue | None:
        """A team's one of that name."""
        principal.need(Right.READ)
        return self.tasks.store.scheduled_queues.named(name, tenant_id=tenant_id) if principal.sees(tenant_id) else None

    def page(self, principal: Principal, which: QueueListing) -> list[ScheduledQueue]:
        """Some of one's team, or for admins of everybody, by name."""
        principal.need(Right.READ)
        scoped = which if principal.scope is None else replace(which, tenant_id=principal.scope)
        return self.tasks.store.scheduled_queues.page(scoped)

    def delete(self, principal: Principal, queue: ScheduledQueue, blobs: Blobs) -> None:
        """Deletes one with its runs. Where one of them goes on, it does, and its task stays without a schedule."""
        principal.need(Right.WRITE)
        try:
            self.tasks.delete(principal, queue.task.id, blobs)
        except Conflict:
            self.tasks.store.scheduled_queues.remove(queue.number)
