"""Walks a whole pass, as the core does but without a store."""

from dataclasses import dataclass, field

from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Fetcher
from windrow.ports.source_kinds import Broken, Opening, PageKey, PageRequest, PassRequest
from windrow.sources.ogc_records import OgcRecordsKind

KIND = OgcRecordsKind()


@dataclass
class Harvest:
    opening: Opening
    records: list[RemoteRecord] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    keys: list[PageKey] = field(default_factory=list)
    fingerprints: list[bytes | None] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)

    @property
    def identifiers(self) -> list[str]:
        return [each.identifier for each in self.records]


def harvest(request: PassRequest, fetcher: Fetcher) -> Harvest:
    """Every page from the opening on, in order. No walk here is longer than 10,000 pages."""
    found = Harvest(KIND.open(request, fetcher))
    waiting = list(found.opening.pages)
    while waiting:
        page = PageRequest(waiting.pop(0))
        loaded = KIND.load(request, page, fetcher)
        reading = KIND.read(request, page, loaded)
        assert KIND.leads_to(page, loaded) == reading.next
        assert KIND.page_fingerprint(loaded) == reading.fingerprint
        found.records += reading.records
        found.broken += reading.broken
        found.keys.append(page.key)
        found.fingerprints.append(KIND.page_fingerprint(loaded))
        found.totals.append(reading.total)
        waiting += reading.next
        assert len(found.keys) < 10_000
    return found
