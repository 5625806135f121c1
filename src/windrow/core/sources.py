"""What people do with sources: find out what they are, register, look, change, harvest, decide, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from windrow.core.attending import AVAILABILITY, REFRESH, Attending, limit_of
from windrow.core.harvesting.detecting import Detecting
from windrow.core.harvesting.previewing import Preview, Previewing
from windrow.core.kinds import Kinds
from windrow.core.retiring import check_active, retired, revived, switched_off
from windrow.core.runs import HARVEST, scheduled
from windrow.core.scheduling import make_run
from windrow.core.source_drafts import SourceDraft, SourceView
from windrow.core.validating import check_credential, check_name, check_priority, check_queue, check_url, fill
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.availability import Span
from windrow.model.identity import new_id
from windrow.model.listings import Listed, Listing
from windrow.model.paging import LARGEST_PAGE, PageOf, check_limit
from windrow.model.resources import Resource
from windrow.model.runs import ACTIVE, LEADING_ON, Run
from windrow.model.sources import Credential, DeletionReview, Source
from windrow.model.tasks import Retry, Task
from windrow.ports.clocks import Clock
from windrow.ports.runs import NumberedRun, RunFilter
from windrow.ports.source_kinds import Detection
from windrow.ports.sources import Choice, ResourceFilter
from windrow.ports.store import Blobs, Store

MOST_CHOSEN = 10_000
"""Resources that one harvest may be told to take alone."""

HARVEST_RETRY = Retry(attempts=3, first=5.0, longest=300.0)


@dataclass(frozen=True, slots=True)
class Sources:
    """Use cases of sources."""

    store: Store
    kinds: Kinds
    blobs: Blobs
    clock: Clock
    detecting: Detecting
    previewing: Previewing
    attending: Attending

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
        if credential is None and present is not None and same_origin(present.url, drafted.url):
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
                "same_origin": same_origin(source.url, drafted.url),
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
        source = self.store.sources.add(source, task, draft.credential, self._attendants_of(source, draft))
        return self.view(principal, source.id)

    def change(
        self, principal: Principal, source_id: int, draft: SourceDraft, *, seen: datetime | None = None
    ) -> SourceView:
        """Changes a source. A run under way goes on as it began; the next one is a whole pass where that matters.

        `seen` is the `changed_at` of the source that the draft was made from: raises `Conflict` when somebody else
        changed it meanwhile. Raises `BadInput` before anything is written.
        """
        principal.need(Right.WRITE)
        source = check_active(self.get(principal, source_id))
        changed = replace(self._drafted(source, draft), changed_at=self.clock())
        task = self._task_of(changed, draft, self.store.tasks.get(source.task_id, tenant_id=principal.scope))
        drop = draft.drop_credential or (draft.credential is None and not same_origin(source.url, changed.url))
        self.store.sources.save(
            changed,
            credential=draft.credential,
            drop_credential=drop,
            task=task,
            attendants=self._attendants_of(changed, draft),
            seen=seen,
        )
        return self.view(principal, source_id)

    def delete(self, principal: Principal, source_id: int) -> None:
        """Deletes a source with all its records. Raises `Conflict` while a run is active."""
        principal.need(Right.WRITE)
        self.get(principal, source_id)
        for blob in self.store.sources.delete(source_id, tenant_id=principal.scope):
            self.blobs.delete(blob)

    def retire(self, principal: Principal, source_id: int) -> SourceView:
        """Harvests a source no more and keeps its records. Raises `Conflict` while a run is active."""
        source = self._writable(principal, source_id)
        if self.active(principal, source_id):
            raise Conflict(f"Source {source_id} is being harvested: cancel that, or wait for its end.")
        now = self.clock()
        task = switched_off(self.store.tasks.get(source.task_id, tenant_id=principal.scope), now)
        attendants = [switched_off(each, now) for each in self.store.sources.attendants([source_id])]
        self.store.sources.save(retired(source, now), task=task, attendants=attendants)
        return self.view(principal, source_id)

    def revive(self, principal: Principal, source_id: int) -> SourceView:
        """Takes a retired source up again; its schedules stay off until somebody says otherwise."""
        principal.need(Right.WRITE)
        self.store.sources.save(revived(self.get(principal, source_id), self.clock()))
        return self.view(principal, source_id)

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

    def page(
        self, principal: Principal, *, limit: int = 50, cursor: str | None = None, retired_ones: bool = False
    ) -> PageOf[SourceView]:
        """Sources in the order they were made; those that are retired only where these are asked for."""
        principal.need(Right.READ)
        scope = principal.scope
        found = self.store.sources.page(tenant_id=scope, limit=check_limit(limit), cursor=cursor, retired=retired_ones)
        return PageOf(self._views(found.items), found.next)

    def list_by(self, principal: Principal, listing: Listing) -> Listed[SourceView]:
        """Sources by page number; see `windrow.ports.sources.Sources.list_by` for the fields."""
        principal.need(Right.READ)
        found = self.store.sources.list_by(listing, tenant_id=principal.scope)
        return Listed(self._views(found.items), found.total)

    def list_passes(self, principal: Principal, listing: Listing) -> Listed[NumberedRun]:
        """Harvests and refreshes by their small numbers; see `windrow.ports.runs.Runs.list_passes` for the fields."""
        principal.need(Right.READ)
        return self.store.runs.list_passes(listing, tenant_id=principal.scope)

    def troubled(self, principal: Principal, *, limit: int = 20) -> list[SourceView]:
        """Sources that a person should look at: held deletions first, then what failed."""
        principal.need(Right.READ)
        return self._views(self.store.sources.troubled(tenant_id=principal.scope, limit=limit))

    def count(self, principal: Principal) -> int:
        """How many sources there are."""
        principal.need(Right.READ)
        return self.store.sources.count(tenant_id=principal.scope)

    def runs(self, principal: Principal, source_id: int, *, limit: int = 20, cursor: str | None = None) -> PageOf[Run]:
        """What was done with a source's records, newest first: harvests, refreshes, and what followed from them."""
        source = self.get(principal, source_id)
        beside = [each.id for each in self.store.sources.attendants([source_id]) if each.kind in LEADING_ON]
        which = RunFilter(principal.scope, task_ids=(source.task_id, *beside))
        return self.store.runs.page(which, limit=check_limit(limit), cursor=cursor)

    # Harvesting.

    def harvest(
        self, principal: Principal, source_id: int, *, full: bool = False, only: Sequence[int] | None = None
    ) -> Run:
        """Starts a harvest. Raises `Conflict` while one is active.

        `only` takes these resources, whether they were wanted before or not, and looks at no others.
        """
        source = self._writable(principal, source_id)
        task = self.store.tasks.get(source.task_id, tenant_id=principal.scope)
        parameters: dict[str, Any] = {**task.parameters, "full": full}
        if only is not None:
            parameters["only"] = self._checked_choice(source, only)
            self.store.sources.want(source.id, only, wanted=True, now=self.clock())
        run = make_run(replace(task, parameters=parameters), now=self.clock())
        self.store.runs.add_alone(run)
        return run

    def refresh(self, principal: Principal, source_id: int, *, full: bool = False) -> Run:
        """Starts a look at what the source lists, without fetching it. Raises `Conflict` while one is active."""
        return self.attending.start(self._writable(principal, source_id), REFRESH, full=full)

    def check(self, principal: Principal, source_id: int) -> Run:
        """Starts a check whether the source answers. Raises `Conflict` while one is active."""
        return self.attending.start(self._writable(principal, source_id), AVAILABILITY)

    def availability(
        self, principal: Principal, source_id: int, *, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Span]:
        """When the source answered and when not, newest first."""
        source = self.get(principal, source_id)
        return self.store.sources.list_spans(source.id, limit=check_limit(limit), cursor=cursor)

    def active(self, principal: Principal, source_id: int) -> list[Run]:
        """The passes over a source, harvests and refreshes, that have not ended; the oldest first."""
        source = self.get(principal, source_id)
        refresh = self.attending.found([source.id]).get(source.id, {}).get(REFRESH)
        task_ids = [source.task_id, *([refresh.id] if refresh else [])]
        pages = [self.store.runs.page(RunFilter(None, ACTIVE, each), limit=LARGEST_PAGE).items for each in task_ids]
        return sorted((run for some in pages for run in some), key=lambda run: run.id)

    def cancel(self, principal: Principal, source_id: int) -> Run | None:
        """Stops the pass that is active, and those that wait behind it; None when there is none."""
        principal.need(Right.WRITE)
        active = self.active(principal, source_id)[::-1]
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

    def list_resources_by(self, principal: Principal, source_id: int, listing: Listing) -> Listed[Resource]:
        """Resources that the remote has, by page number."""
        source = self.get(principal, source_id)
        return self.store.sources.list_resources_by(source.id, listing)

    def find_resources(self, principal: Principal, source_id: int, identifiers: Sequence[str]) -> dict[str, int]:
        """The numbers of resources that the remote has, by their identifiers; others are left out."""
        source = self.get(principal, source_id)
        return self.store.sources.find_resources(source.id, identifiers)

    def note_choices(self, principal: Principal, source_id: int, choices: Sequence[Choice]) -> None:
        """Lists resources that another system knew of this source, and takes over which of them are wanted."""
        source = self._writable(principal, source_id)
        self.store.sources.note_choices(source.id, choices, now=self.clock())

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

    def fill_settings(self, kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with what is usual for what is left out. Raises `BadInput` naming every field at fault."""
        return fill(self.kinds.source(kind).schema, settings, field="settings")

    def _writable(self, principal: Principal, source_id: int) -> Source:
        principal.need(Right.WRITE)
        return check_active(self.get(principal, source_id))

    def _views(self, sources: Sequence[Source]) -> list[SourceView]:
        """The sources with what belongs to them, in three more questions however many they are."""
        tasks = self.store.tasks.get_many([each.task_id for each in sources])
        attendants = self.attending.found([each.id for each in sources])
        refreshes = {number: found[REFRESH] for number, found in attendants.items() if REFRESH in found}
        latest = [each.last_run_id for each in (*tasks.values(), *refreshes.values())]
        runs = self.store.runs.get_many([each for each in latest if each is not None])
        last_refresh = {number: runs.get(each.last_run_id or "") for number, each in refreshes.items()}
        return [
            SourceView(
                each, task, runs.get(task.last_run_id or ""), attendants.get(each.id, {}), last_refresh.get(each.id)
            )
            for each in sources
            if (task := tasks.get(each.task_id)) is not None  # else it was deleted a moment ago
        ]

    def _drafted(self, source: Source, draft: SourceDraft) -> Source:
        settings = self.fill_settings(draft.kind, draft.settings)
        check_credential(draft.credential)
        return replace(
            source,
            name=check_name(draft.name),
            kind=draft.kind,
            url=check_url(draft.url),
            settings=settings,
            policies=draft.policies,
            visibility=draft.visibility,
            owner_id=draft.owner_id or source.owner_id,
            notes=source.notes if draft.notes is None else draft.notes,
        )

    def _checked_choice(self, source: Source, only: Sequence[int]) -> list[int]:
        if not 1 <= len(only) <= MOST_CHOSEN:
            raise BadInput.of("only", f"must name 1 to {MOST_CHOSEN} resources")
        if len(self.store.harvests.chosen(source.id, only)) != len(set(only)):
            raise BadInput.of("only", "names resources that this source does not have; list its resources again")
        return sorted(set(only))

    def _attendants_of(self, source: Source, draft: SourceDraft) -> list[Task]:
        chosen = ((REFRESH, draft.refresh_schedule), (AVAILABILITY, draft.check_schedule))
        drafted = [self.attending.drafted(source, kind, schedule) for kind, schedule in chosen]
        return [each for each in drafted if each is not None]

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
        limits=(limit_of(source),),
        retry=HARVEST_RETRY,
    )


def same_origin(one: str, other: str) -> bool:
    """Whether what one URL may be told may be told to the other: scheme, host and port are the same."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
