"""The kinds of work `harvest` and `refresh`: one pass over one source.

A harvest walks the remote's list and fetches what is wanted and new or changed. A refresh walks the same list and
fetches nothing apart from it, so that people can choose before anything is fetched; where the list carries whole
records, it is a harvest.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from windrow.core.harvesting.committing import Committer
from windrow.core.harvesting.comparing import UNFETCHED, documents_keys
from windrow.core.harvesting.ending import Verdict, Walked, judge, unseen_ids
from windrow.core.harvesting.idset import IdSet
from windrow.core.harvesting.open_pages import OpenPages
from windrow.core.harvesting.preparing import Preparer, config_of
from windrow.core.harvesting.tally import Tally
from windrow.core.harvesting.walking import RestNeeded, Walk
from windrow.core.retrying import wait_before
from windrow.errors import Conflict, NotFound, RemoteError, Stopped, StoreUnavailable
from windrow.model.resources import Outcome
from windrow.model.runs import Level, Part, PartState, RunState
from windrow.model.sources import Policies, Source
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Fetcher, Manners
from windrow.ports.harvests import Pass, PassEnd
from windrow.ports.offloading import Offload
from windrow.ports.runs import Entry
from windrow.ports.source_kinds import PassRequest, Reference, SourceKind
from windrow.ports.store import Store
from windrow.ports.work import Ended, Later, Performed, Work

KindFinder = Callable[[str], SourceKind]
"""Gives the source kind of a name; raises `BadInput` for one that is not installed."""


def manners_of(policies: Policies) -> Manners:
    """How a source's host is to be treated."""
    return Manners(requests_per_second=policies.requests_per_second, concurrency=policies.concurrency)


@dataclass(frozen=True, slots=True)
class HarvestWork:
    """Harvests a source. Parameters: `source_id`; `full` looks at everything although changes could be asked for;
    `only` takes these resources and looks at no others."""

    store: Store
    find_kind: KindFinder
    clock: Clock
    offload: Offload | None = None

    fetches: ClassVar[bool] = True
    name: ClassVar[str] = "harvest"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source to harvest."},
            "full": {
                "type": "boolean",
                "default": False,
                "title": "Whole pass",
                "description": "Look at every record, also where the source could tell what changed.",
            },
            "only": {
                "type": "array",
                "items": {"type": "integer"},
                "maxItems": 100_000,
                "default": [],
                "title": "Only these",
                "description": "Numbers of the resources to harvest; none means all that are wanted.",
            },
        },
        "required": ["source_id"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """One attempt at a pass; goes on where the last attempt stopped."""
        source = self.store.sources.get(work.run.parameters["source_id"], tenant_id=work.run.tenant_id)
        try:
            return self._harvest(work, source)
        except (Stopped, StoreUnavailable):
            raise
        except RestNeeded as rest:
            return Later(rest.ready_at, str(rest))
        except Exception as error:
            if wait_before(error, work.run.retry, work.run.failures + 1) is None:
                self.store.harvests.miss_pass(work.run.id, source.id, RunState.FAILED)
            raise

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a harvest's pages are done by the worker that holds its run."""
        raise NotFound("part of a harvest", part.id)

    def _harvest(self, work: Work, source: Source) -> Performed:
        kind = self.find_kind(source.kind)
        fetcher = work.fetcher_maker(
            manners_of(source.policies),
            origin=source.url,
            credential=self.store.sources.credential(source.id),
            check=work.check,
        )
        begun = self._resumed(work, source)
        request = self._request(work, source, begun)
        chosen = self._chosen(work, source)
        if begun is None and chosen and all(each.href for each in chosen):
            begun = self._begin_chosen(work, source, chosen)
        elif begun is None:
            begun = self._begin(work, source, kind, request, fetcher)
        preparer = Preparer(
            self.store.harvests,
            kind,
            source,
            request,
            fetcher,
            blank=self.store.harvests.is_blank(source.id),
            fetches=self.fetches,
            only=frozenset(each.identifier for each in chosen) or None,
            offload=self.offload,
            check=work.check,
        )
        walk = self._walk(work, begun, preparer)
        walk.run()
        return self._end(work, source, walk)

    def _resumed(self, work: Work, source: Source) -> Pass | None:
        begun = self.store.harvests.find_pass(work.run.id)
        if begun is not None and begun.config != config_of(source):
            # Half a pass over one place and half over another would make neither.
            raise Conflict(f"Source {source.id} was changed while this harvest rested; harvest it anew.")
        return begun

    def _walk(self, work: Work, begun: Pass, preparer: Preparer) -> Walk:
        progress, harvests = work.run.progress, self.store.harvests
        tally = Tally(
            counts=Counter(progress.counts),
            seen=self._seen_before(work.run.id),
            announced=begun.total,
            total=progress.total if progress.total is not None else begun.total,
        )
        attempts = preparer.source.policies.page_attempts
        pages = OpenPages(harvests, work.run.id, self.clock)
        committer = Committer(work, harvests, begun, self.clock, tally, pages, attempts, total_said=begun.total)
        return Walk(work, preparer, committer, self.clock, pages)

    def _request(self, work: Work, source: Source, begun: Pass | None) -> PassRequest:
        since = begun.asked_since if begun is not None else self._since(work, source)
        return PassRequest(source.url, source.settings, since, source.cursor)

    def _since(self, work: Work, source: Source) -> datetime | None:
        if (
            work.run.parameters.get("full")
            or work.run.parameters.get("only")
            or source.since is None
            or source.last_complete is None
        ):
            return None
        return source.since if self.clock() - source.last_complete < source.policies.full_every else None

    def _begin(self, work: Work, source: Source, kind: SourceKind, request: PassRequest, fetcher: Fetcher) -> Pass:
        now = self.clock()
        try:
            opening = kind.open(request, fetcher)
        except RemoteError as error:
            work.log(Level.ERROR, f"The source could not be opened: {error}")
            raise
        begun = Pass(
            run_id=work.run.id,
            source_id=source.id,
            started_at=now,
            listing=opening.listing and not opening.unchanged and not work.run.parameters.get("only"),
            asked_since=None if opening.listing else request.since,
            next_since=opening.since,
            total=opening.total,
            cursor=opening.cursor,
            config=config_of(source),
            overlaps=opening.overlaps,
        )
        pages = () if opening.unchanged else opening.pages
        self.store.harvests.begin_pass(begun, work.run.attempt, pages, now=now)
        work.log(Level.INFO, _begun(begun, unchanged=opening.unchanged), total=opening.total, pages=len(pages))
        return begun

    def _chosen(self, work: Work, source: Source) -> list[Reference]:
        only = work.run.parameters.get("only") or ()
        chosen = self.store.harvests.chosen(source.id, only) if only else []
        if only and not chosen:
            raise NotFound("resource", only[0])
        return chosen

    def _begin_chosen(self, work: Work, source: Source, chosen: Sequence[Reference]) -> Pass:
        """What lies apart from its list is fetched without it."""
        now = self.clock()
        begun = Pass(
            run_id=work.run.id,
            source_id=source.id,
            started_at=now,
            listing=False,
            total=len(chosen),
            config=config_of(source),
        )
        pages = list(documents_keys(chosen))
        self.store.harvests.begin_pass(begun, work.run.attempt, pages, now=now)
        work.log(Level.INFO, f"Asking for {len(chosen)} chosen resources.", total=len(chosen), pages=len(pages))
        return begun

    def _seen_before(self, run_id: str) -> IdSet:
        return IdSet(number for seen, _ in self.store.harvests.seen(run_id) for number in seen)

    def _end(self, work: Work, source: Source, walk: Walk) -> Performed:
        verdict = self._judge(work, source, walk)
        now = self.clock()
        level = Level.INFO if not verdict.ending.error else Level.WARNING
        told = verdict.ending.error or verdict.ending.progress.message or "everything was seen"
        end = PassEnd(
            absent=verdict.absent,
            hold=verdict.hold,
            complete=verdict.complete and self._leaves_nothing(work, source, walk),
            keep=source.policies.keep_gone,
            tallied=verdict.tallied if self.fetches else None,
            ending=verdict.ending,
            log=[Entry(now, level, told, data=verdict.ending.progress.counts)],
        )
        self.store.harvests.end_pass(work.run.id, work.run.attempt, source.id, end, now=now)
        return Ended(verdict.ending)

    def _leaves_nothing(self, work: Work, source: Source, walk: Walk) -> bool:
        """Whether the next pass may ask for changes only: not where this one left out what a harvest would fetch."""
        counts = walk.committer.tally.counts
        waiting = counts[UNFETCHED] or (source.policies.new_wanted and counts[Outcome.LISTED])
        return not waiting and not work.run.parameters.get("only")

    def _not_seen(
        self, work: Work, source: Source, walk: Walk, *, whole: bool
    ) -> tuple[Sequence[int], int, Sequence[int]]:
        """What the remote declared deleted, how many resources there are, and those of them that it did not list."""
        harvests, tally = self.store.harvests, walk.committer.tally
        if walk.preparer.blank:
            return (), len(tally.seen), ()  # whatever there is came with this walk
        # What the remote both lists and declares deleted is there.
        declared = [each for _, gone in harvests.seen(work.run.id) for each in gone if each not in tally.seen]
        looks = whole and tally.done > 0
        return declared, *(unseen_ids(harvests.ids(source.id), tally.seen) if looks else (source.resources, ()))

    def _judge(self, work: Work, source: Source, walk: Walk) -> Verdict:
        harvests, tally = self.store.harvests, walk.committer.tally
        # Problems and doubts were noted with the pages, by this attempt and by those before it.
        begun = harvests.find_pass(work.run.id) or walk.committer.begun
        declared, present, unseen = self._not_seen(work, source, walk, whole=begun.whole)
        failed = self.store.runs.count_parts(work.run.id).get(PartState.FAILED, 0)
        walked = Walked(
            begun, tally.counts, tally.announced, tally.total, present, unseen, declared, failed, len(tally.seen)
        )
        return judge(walked, source.policies)


@dataclass(frozen=True, slots=True)
class RefreshWork(HarvestWork):
    """Looks what there is. Parameters: `source_id`; `full` as for a harvest."""

    fetches: ClassVar[bool] = False
    name: ClassVar[str] = "refresh"
    schema: ClassVar[Mapping[str, Any]] = {
        **HarvestWork.schema,
        "properties": {name: each for name, each in HarvestWork.schema["properties"].items() if name != "only"},
    }


def _begun(begun: Pass, *, unchanged: bool) -> str:
    if unchanged:
        return "The source says that nothing has changed."
    asked = "everything" if begun.asked_since is None else f"changes since {begun.asked_since:%Y-%m-%d %H:%M:%S} UTC"
    return f"Asking for {asked}: {'unknown' if begun.total is None else begun.total} records."
