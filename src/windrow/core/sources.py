"""What people do with sources: find out what they are, register, look, change, harvest, decide, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from windrow.core.harvesting.detecting import Detecting
from windrow.core.harvesting.previewing import Preview, Previewing
from windrow.core.kinds import Kinds
from windrow.core.runs import HARVEST, scheduled
from windrow.core.scheduling import make_run
from windrow.core.validating import check_credential, check_name, check_priority, check_queue, check_url, fill
from windrow.errors import NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.identity import new_id
from windrow.model.paging import LARGEST_PAGE, PageOf, check_limit
from windrow.model.resources import Resource
from windrow.model.runs import ACTIVE, Run
from windrow.model.schedules import Schedule
from windrow.model.sources import Credential, DeletionReview, Policies, Source, Visibility
from windrow.model.tasks import DEFAULT_QUEUE, Limit, Retry, Task
from windrow.ports.clocks import Clock
from windrow.ports.runs import RunFilter
from windrow.ports.source_kinds import Detection
from windrow.ports.sources import ResourceFilter
from windrow.ports.store import Blobs, Store

HARVEST_RETRY = Retry(attempts=3, first=5.0, longest=300.0)


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """What a new or changed source is to be. `credential` None keeps what there is, unless `drop_credential`."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    policies: Policies = Policies()
    visibility: Visibility = Visibility.PRIVATE
    credential: Credential | None = None
    drop_credential: bool = False
    schedule: Schedule | None = None
    queue: str = DEFAULT_QUEUE
    priority: int = 0


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its task, as people see it: its schedule and its last run beside it."""

    source: Source
    task: Task
    last_run: Run | None

    @property
    def draft(self) -> SourceDraft:
        """The source as it stands, as a draft of itself: what a change begins with."""
        source, task = self.source, self.task
        return SourceDraft(
            name=source.name,
            kind=source.kind,
            url=source.url,
            settings=source.settings,
            policies=source.policies,
            visibility=source.visibility,
            schedule=task.schedule,
            queue=task.queue,
            priority=task.priority,
        )


@dataclass(frozen=True, slots=True)
class Sources:
    """Use cases of sources."""

    store: Store
    kinds: Kinds
    blobs: Blobs
    clock: Clock
    detecting: Detecting
    previewing: Previewing

    # Finding out.

    def detect(self, principal: Principal, url: str, credential: Credential | None = None) -> list[Detection]:
        """What speaks at a URL, the surest first. Raises `RemoteError` when nothing answers at all."""
        principal.need(Right.WRITE)
        return self.detecting.detect(check_url(url), credential)

    def preview(self, principal: Principal, draft: SourceDraft, *, source_id: int | None = None) -> Preview:
        """The first records of a source before it is saved, their count, and what would change. Writes nothing."""
        principal.need(Right.WRITE)
        present = self.get(principal, source_id) if source_id is not None else None
        drafted = self._drafted(_blank(principal), draft)
        credential = draft.credential
        if credential is None and present is not None and _same_origin(present.url, drafted.url):
            credential = self.store.sources.credential(present.id)
        return self.previewing.preview(drafted, credential, present)

    def diff(self, principal: Principal, source_id: int, draft: SourceDraft) -> Run:
        """Starts a run that finds out what a change would add, change and remove, over everything. Writes nothing."""
        principal.need(Right.WRITE)
        source, now = self.get(principal, source_id), self.clock()
        drafted = self._drafted(source, draft)
        task = Task(
            id=new_id(),
            name=f"Compare {source.name}"[:255],
            kind="source_diff",
            tenant_id=source.tenant_id,
            owner_id=principal.user_id,
            parameters={
                "source_id": source_id,
                "kind": drafted.kind,
                "url": drafted.url,
                "settings": dict(drafted.settings),
                "same_origin": _same_origin(source.url, drafted.url),
            },
            created_at=now,
            changed_at=now,
        )
        run = make_run(task, now=now)
        self.store.tasks.add(task)
        self.store.runs.add([run])
        return run

    # Making and changing.

    def create(self, principal: Principal, draft: SourceDraft) -> SourceView:
        """Registers a source with the task that harvests it. Raises `BadInput`, and `Conflict` for a taken name."""
        principal.need(Right.WRITE)
        now = self.clock()
        source = replace(self._drafted(_blank(principal), draft), task_id=new_id(), created_at=now, changed_at=now)
        task = self._task_of(source, draft, replace(_blank_task(source), created_at=now))
        source = self.store.sources.add(source, task, draft.credential)
        return self.view(principal, source.id)

    def change(
        self, principal: Principal, source_id: int, draft: SourceDraft, *, seen: datetime | None = None
    ) -> SourceView:
        """Changes a source. A run under way goes on as it began; the next one is a whole pass where that matters.

        `seen` is the `changed_at` of the source that the draft was made from: raises `Conflict` when somebody else
        changed it meanwhile. Raises `BadInput` before anything is written.
        """
        principal.need(Right.WRITE)
        source = self.get(principal, source_id)
        changed = replace(self._drafted(source, draft), changed_at=self.clock())
        task = self._task_of(changed, draft, self.store.tasks.get(source.task_id, tenant_id=principal.scope))
        drop = draft.drop_credential or (draft.credential is None and not _same_origin(source.url, changed.url))
        self.store.sources.save(changed, credential=draft.credential, drop_credential=drop, task=task, seen=seen)
        return self.view(principal, source_id)

    def delete(self, principal: Principal, source_id: int) -> None:
        """Deletes a source with all its records. Raises `Conflict` while a run is active."""
        principal.need(Right.WRITE)
        self.get(principal, source_id)
        for blob in self.store.sources.delete(source_id, tenant_id=principal.scope):
            self.blobs.delete(blob)

    # Looking.

    def get(self, principal: Principal, source_id: int) -> Source:
        """One source. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.store.sources.get(source_id, tenant_id=principal.scope)

    def view(self, principal: Principal, source_id: int) -> SourceView:
        """One source with its task and last run. Raises `NotFound`."""
        views = self._views([self.get(principal, source_id)])
        if not views:
            raise NotFound("source", source_id)
        return views[0]

    def page(self, principal: Principal, *, limit: int = 50, cursor: str | None = None) -> PageOf[SourceView]:
        """Sources in the order they were made."""
        principal.need(Right.READ)
        found = self.store.sources.page(tenant_id=principal.scope, limit=check_limit(limit), cursor=cursor)
        return PageOf(self._views(found.items), found.next)

    def troubled(self, principal: Principal, *, limit: int = 20) -> list[SourceView]:
        """Sources that a person should look at: held deletions first, then what failed."""
        principal.need(Right.READ)
        return self._views(self.store.sources.troubled(tenant_id=principal.scope, limit=limit))

    def count(self, principal: Principal) -> int:
        """How many sources there are."""
        principal.need(Right.READ)
        return self.store.sources.count(tenant_id=principal.scope)

    def runs(self, principal: Principal, source_id: int, *, limit: int = 20, cursor: str | None = None) -> PageOf[Run]:
        """A source's runs, newest first."""
        source = self.get(principal, source_id)
        which = RunFilter(principal.scope, task_id=source.task_id)
        return self.store.runs.page(which, limit=check_limit(limit), cursor=cursor)

    # Harvesting.

    def harvest(self, principal: Principal, source_id: int, *, full: bool = False) -> Run:
        """Starts a harvest. Raises `Conflict` while one is active."""
        principal.need(Right.WRITE)
        source = self.get(principal, source_id)
        task = self.store.tasks.get(source.task_id, tenant_id=principal.scope)
        run = make_run(replace(task, parameters={**task.parameters, "full": full}), now=self.clock())
        self.store.runs.add_alone(run)
        return run

    def cancel(self, principal: Principal, source_id: int) -> Run | None:
        """Stops the harvest that is active, and those that wait behind it; None when there is none."""
        source = self._writable(principal, source_id)
        active = self.store.runs.page(RunFilter(None, ACTIVE, source.task_id), limit=LARGEST_PAGE).items
        # Those that wait first: none of them must begin because another ended.
        stopped = [self.store.runs.cancel(run.id, tenant_id=None, now=self.clock()) for run in active]
        return stopped[-1] if stopped else None

    # Resources.

    def resources(
        self,
        principal: Principal,
        source_id: int,
        which: ResourceFilter,
        *,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[Resource]:
        """A source's resources."""
        source = self.get(principal, source_id)
        return self.store.sources.list_resources(source.id, which, limit=check_limit(limit), cursor=cursor)

    def want(self, principal: Principal, source_id: int, resource_ids: Sequence[int] | None, *, wanted: bool) -> int:
        """Says which resources belong in the catalogue; None means all of them."""
        source = self._writable(principal, source_id)
        return self.store.sources.want(source.id, resource_ids, wanted=wanted, now=self.clock())

    def retry_quarantined(self, principal: Principal, source_id: int, resource_ids: Sequence[int] | None) -> int:
        """Has quarantined resources read again at the next harvest, although they did not change."""
        source = self._writable(principal, source_id)
        return self.store.sources.retry_quarantined(source.id, resource_ids)

    def restore(self, principal: Principal, source_id: int, resource_ids: Sequence[int] | None) -> int:
        """Undoes deletions whose grace time is not over."""
        source = self._writable(principal, source_id)
        return self.store.sources.restore(source.id, resource_ids, now=self.clock())

    # The deletion guard.

    def reviews(
        self, principal: Principal, source_id: int, *, limit: int = 20, cursor: str | None = None
    ) -> PageOf[DeletionReview]:
        """A source's held deletions, newest first."""
        source = self.get(principal, source_id)
        return self.store.sources.list_reviews(source.id, limit=check_limit(limit), cursor=cursor)

    def decide(self, principal: Principal, source_id: int, review_id: int, *, approve: bool) -> DeletionReview:
        """Lets a held deletion through, or refuses it. Raises `Conflict` when that was decided before."""
        source = self._writable(principal, source_id)
        return self.store.sources.decide_review(
            source.id, review_id, approve=approve, user_id=principal.user_id, now=self.clock()
        )

    def _writable(self, principal: Principal, source_id: int) -> Source:
        principal.need(Right.WRITE)
        return self.get(principal, source_id)

    def _views(self, sources: Sequence[Source]) -> list[SourceView]:
        """The sources with what belongs to them, in two more questions however many they are."""
        tasks = self.store.tasks.get_many([each.task_id for each in sources])
        runs = self.store.runs.get_many([each.last_run_id for each in tasks.values() if each.last_run_id is not None])
        return [
            SourceView(each, task, runs.get(task.last_run_id or ""))
            for each in sources
            if (task := tasks.get(each.task_id)) is not None  # else it was deleted a moment ago
        ]

    def _drafted(self, source: Source, draft: SourceDraft) -> Source:
        kind = self.kinds.source(draft.kind)
        check_credential(draft.credential)
        return replace(
            source,
            name=check_name(draft.name),
            kind=draft.kind,
            url=check_url(draft.url),
            settings=fill(kind.schema, draft.settings, field="settings"),
            policies=draft.policies,
            visibility=draft.visibility,
        )

    def _task_of(self, source: Source, draft: SourceDraft, task: Task) -> Task:
        return replace(
            task,
            name=f"Harvest {source.name}"[:255],
            queue=check_queue(draft.queue),
            priority=check_priority(draft.priority),
            schedule=scheduled(draft.schedule, self.clock(), present=task.schedule),
            changed_at=self.clock(),
        )


def _blank(principal: Principal) -> Source:
    return Source(0, "", "", "", principal.tenant_id, principal.user_id, "")


def _blank_task(source: Source) -> Task:
    return Task(
        id=source.task_id,
        name="",
        kind=HARVEST,
        tenant_id=source.tenant_id,
        owner_id=source.owner_id,
        limits=(Limit(f"source-task:{source.task_id}"),),
        retry=HARVEST_RETRY,
    )


def _same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
