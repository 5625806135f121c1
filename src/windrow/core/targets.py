"""What people do with targets: add, change, check, push, look what became of it, delete or withdraw."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from windrow.core.attending import PUSH, Attending
from windrow.core.harvesting.checking import impatient
from windrow.core.kinds import Kinds
from windrow.core.pushing.asking import Asking
from windrow.core.pushing.kind import pushed_to
from windrow.core.retrying import tell
from windrow.core.sources import Sources, same_origin
from windrow.core.validating import check_credential, check_name, fill
from windrow.errors import BadInput, Conflict, RemoteError
from windrow.model.accounts import Principal, Right
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import ACTIVE, Run
from windrow.model.sources import Credential, Source
from windrow.model.targets import Delivery, Pace, Standing, Target, TargetState
from windrow.ports.clocks import Clock
from windrow.ports.runs import RunFilter
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """What a new or changed target is to be. `credential` None keeps the present one, if it stays at its origin."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pace: Pace = Pace()
    enabled: bool = True
    credential: Credential | None = None
    drop_credential: bool = False


@dataclass(frozen=True, slots=True)
class TargetView:
    """A target as people see it: how far it is beside it."""

    target: Target
    standing: Standing

    @property
    def draft(self) -> TargetDraft:
        """The target as it stands, as a draft of itself: what a change begins with."""
        target = self.target
        return TargetDraft(target.name, target.kind, target.url, target.settings, target.pace, target.enabled)


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a target would take records, why not, and how long it took to say so, in seconds."""

    available: bool
    problem: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Targets:
    """Use cases of targets. Whoever may see or change a source may do so with its targets."""

    store: Store
    kinds: Kinds
    clock: Clock
    sources: Sources
    asking: Asking
    attending: Attending

    # Looking.

    def view(self, principal: Principal, source_id: int, target_id: int) -> TargetView:
        """One target of a source. Raises `NotFound`."""
        target = self._get(self.sources.get(principal, source_id), target_id)
        return TargetView(target, self.store.targets.standings([target_id])[target_id])

    def page(
        self, principal: Principal, source_id: int, *, limit: int = 50, cursor: str | None = None
    ) -> PageOf[TargetView]:
        """A source's targets in the order they were made."""
        source = self.sources.get(principal, source_id)
        found = self.store.targets.page(source.id, limit=check_limit(limit), cursor=cursor)
        standings = self.store.targets.standings([each.id for each in found.items])
        views = [TargetView(each, standings[each.id]) for each in found.items if each.id in standings]
        return PageOf(views, found.next)

    def deliveries(
        self,
        principal: Principal,
        source_id: int,
        target_id: int,
        *,
        failed: bool | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[Delivery]:
        """What became of each record at a target, by its number; those that failed, those that did not, or all."""
        target = self._get(self.sources.get(principal, source_id), target_id)
        return self.store.targets.deliveries(target.id, failed=failed, limit=check_limit(limit), cursor=cursor)

    # Making and changing.

    def create(self, principal: Principal, source_id: int, draft: TargetDraft) -> TargetView:
        """Adds a target to a source. Nothing is pushed yet. Raises `BadInput`, and `Conflict` for a taken name."""
        principal.need(Right.WRITE)
        source, now = self.sources.get(principal, source_id), self.clock()
        blank = Target(0, source.id, source.tenant_id, principal.user_id, "", draft.kind, "", created_at=now)
        target = replace(self._drafted(blank, draft), changed_at=now)
        added = self.store.targets.add(target, draft.credential)
        return self.view(principal, source_id, added.id)

    def change(
        self, principal: Principal, source_id: int, target_id: int, draft: TargetDraft, *, seen: datetime | None = None
    ) -> TargetView:
        """Changes a target. Another URL or other settings have everything pushed there again at the next push.

        It counts as the same place: what stands there keeps its names. `seen` is the `changed_at` that the draft was
        made from: raises `Conflict` when somebody else changed it meanwhile.
        """
        principal.need(Right.WRITE)
        present = self._get(self.sources.get(principal, source_id), target_id)
        if present.state is not TargetState.KEPT:
            raise Conflict(f"Target {target_id} is being taken away: add another one instead.")
        if draft.kind != present.kind:
            raise BadInput.of("kind", "cannot be changed: what stands there has the names of its kind; add a target")
        changed = replace(self._drafted(present, draft), changed_at=self.clock())
        drop = draft.drop_credential or (draft.credential is None and not same_origin(present.url, changed.url))
        self.store.targets.save(changed, credential=draft.credential, drop_credential=drop, seen=seen)
        return self.view(principal, source_id, target_id)

    def delete(self, principal: Principal, source_id: int, target_id: int, *, withdraw: bool = False) -> Run | None:
        """Deletes a target. What stands there stays there, unless it is to be withdrawn.

        To withdraw starts a run that takes away all that was pushed, and deletes the target with the last of it.
        Raises `Conflict` while a push is active.
        """
        principal.need(Right.WRITE)
        source = self.sources.get(principal, source_id)
        target = self._get(source, target_id)
        if active := self.active(principal, source_id):
            raise Conflict(f"Run {active[0].id} pushes to targets of source {source_id}: cancel it, or wait for it.")
        state = TargetState.LEAVING if withdraw else TargetState.DROPPED
        self.store.targets.mark(target.id, state, now=self.clock())
        if withdraw:
            return self.attending.start(source, PUSH, target_id=target.id)
        self.store.targets.delete(target.id)
        return None

    # Doing.

    def check(self, principal: Principal, source_id: int, target_id: int) -> Checked:
        """Asks a target whether it would take records. Raises `BadInput` where it cannot even be asked."""
        principal.need(Right.WRITE)
        target = self._get(self.sources.get(principal, source_id), target_id)
        began = time.monotonic()
        problem = ""
        try:
            asked = self.asking.ready(target, impatient(lambda: None))
            asked.kind.check(asked.request, asked.courier)
        except RemoteError as error:
            problem = tell(error)
        return Checked(not problem, problem, time.monotonic() - began)

    def push(self, principal: Principal, source_id: int, target_id: int | None = None, *, full: bool = False) -> Run:
        """Starts a push of what is due, to all targets or to one; `full` pushes everything again.

        Raises `Conflict` while one is active, and where nothing is switched on.
        """
        principal.need(Right.WRITE)
        source = self.sources.get(principal, source_id)
        if target_id is not None:
            self._get(source, target_id)
        if not pushed_to(self.store, source_id, target_id):
            raise Conflict("There is no target to push to: add one, or switch one on.")
        return self.attending.start(source, PUSH, target_id=target_id, full=full)

    def active(self, principal: Principal, source_id: int) -> list[Run]:
        """The pushes of a source that have not ended, the newest first."""
        source = self.sources.get(principal, source_id)
        task = self.attending.found([source.id]).get(source.id, {}).get(PUSH)
        return [] if task is None else list(self.store.runs.page(RunFilter(None, ACTIVE, task.id), limit=20).items)

    def last_push(self, principal: Principal, source_id: int) -> Run | None:
        """The last run that pushed what this source harvested."""
        source = self.sources.get(principal, source_id)
        task = self.attending.found([source.id]).get(source.id, {}).get(PUSH)
        run_id = None if task is None else task.last_run_id
        return None if run_id is None else self.store.runs.get_many([run_id]).get(run_id)

    def _get(self, source: Source, target_id: int) -> Target:
        return self.store.targets.get(source.id, target_id)

    def _drafted(self, target: Target, draft: TargetDraft) -> Target:
        settings = fill(self.kinds.target(draft.kind).schema, draft.settings, field="settings")
        check_credential(draft.credential)
        return replace(
            target,
            name=check_name(draft.name),
            url=self.asking.places.check(draft.url),
            settings=settings,
            pace=draft.pace,
            enabled=draft.enabled,
        )
