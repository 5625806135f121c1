"""The kind of work `copy`: fetches the data that the records of a source link to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from windrow.core.copying.bringing import Bringing, told_counts
from windrow.core.harvesting.kind import manners_of
from windrow.model.copies import Copying
from windrow.model.runs import Part, PartState
from windrow.model.sources import Source
from windrow.ports.clocks import Clock
from windrow.ports.copies import Due
from windrow.ports.fetching import DownloaderMaker
from windrow.ports.store import Blobs, Store
from windrow.ports.work import Done, Fanned, Performed, Work

BATCH = 20
"""Resources of one part: few enough that a large file holds up few others."""

ASKED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class CopyWork:
    """Copies the data of a source. Parameters: `source_id`; `full` asks also for what is copied and did not change;
    `only` looks at these resources alone."""

    store: Store
    blobs: Blobs
    clock: Clock
    make_downloader: DownloaderMaker

    name: ClassVar[str] = "copy"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source to copy from."},
            "full": {
                "type": "boolean",
                "title": "Ask for everything",
                "description": "Also for files that are copied and whose records did not change.",
                "default": False,
            },
            "only": {
                "type": "array",
                "items": {"type": "integer"},
                "title": "Only these",
                "description": "Numbers of the resources to look at; without them, all that have something to be done.",
            },
        },
        "required": ["source_id"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Finds out what there is to do and fans it out; in the end, tells what became of it."""
        if work.run.phase == "finish":
            return _finished(work)
        source = self._source(work)
        if source.policies.copying is Copying.NONE:
            return Done({}, message="copying is switched off for this source")
        if work.fan_out(self._batches(work, source)) or work.part_states():
            return Fanned()
        return Done({}, message=told_counts({}))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Brings the files of some resources up to date. What fails is tried again with the part, as long as it may."""
        source = self._source(work)
        downloader = self.make_downloader(
            manners_of(source.policies),
            origin=source.url,
            credential=self.store.sources.credential(source.id),
            check=work.check,
        )
        full = bool(work.run.parameters.get("full"))
        bringing = Bringing(work, source, self.store, self.blobs, self.clock, downloader, full)
        for resource_id in part.key["resources"]:
            bringing.look_at(resource_id)
        if bringing.trouble is not None and part.attempts < work.run.retry.attempts:
            raise bringing.trouble
        return bringing.counts

    def _source(self, work: Work) -> Source:
        return self.store.sources.get(work.run.parameters["source_id"], tenant_id=work.run.tenant_id)

    def _batches(self, work: Work, source: Source) -> Iterator[Mapping[str, Any]]:
        parameters = work.run.parameters
        which = Due(source.id, everything=bool(parameters.get("full")), only=parameters.get("only"))
        after = 0
        while found := self.store.copies.due(which, after=after, limit=ASKED_AT_ONCE):
            work.check()
            for start in range(0, len(found), BATCH):
                yield {"resources": found[start : start + BATCH]}
            after = found[-1]


def _finished(work: Work) -> Done:
    counts = dict(work.part_counts())
    lost = work.part_states().get(PartState.FAILED, 0)
    failed = counts.get("failed", 0) + lost
    done = sum(counts.get(name, 0) for name in ("copied", "unchanged", "too_large", "refused"))
    told = told_counts(counts) + (f", {lost:,} batches lost" if lost else "")
    # Where nothing was to be fetched, that is no failure.
    return Done(counts, succeeded=done if failed else 1, failed=failed, message=told)
