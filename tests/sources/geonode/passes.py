"""Walks a whole pass, as the core does but without a store."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Fetcher
from windrow.ports.source_kinds import Broken, Opening, PageKey, PageRequest, PassRequest, Reading, Reference
from windrow.sources.geonode import GeoNodeKind

KIND = GeoNodeKind()
DOCUMENTS = 20


@dataclass
class Harvest:
    """What came of a pass; `fetched` are the resources that were asked for one by one."""

    opening: Opening
    records: list[RemoteRecord] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    keys: list[PageKey] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)

    @property
    def identifiers(self) -> list[str]:
        return [each.identifier for each in self.records]

    def take(self, reading: Reading) -> None:
        self.records += reading.records
        self.references += reading.references
        self.broken += reading.broken
        self.failed += reading.failed
        self.refused += reading.refused
        self.left_out += reading.left_out


def harvest(request: PassRequest, fetcher: Fetcher, known: Mapping[str, str] | None = None) -> Harvest:
    """Every page from the opening on, in order; `known` are versions that need not be fetched again."""
    found = Harvest(KIND.open(request, fetcher))
    waiting = [PageRequest(key) for key in found.opening.pages]
    while waiting:
        page = waiting.pop(0)
        loaded = KIND.load(request, page, fetcher)
        reading = KIND.read(request, page, loaded)
        found.take(reading)
        if not page.documents:
            KIND.page_fingerprint(loaded)
            found.keys.append(page.key)
            found.totals.append(reading.total)
        waiting += [PageRequest(key) for key in reading.next]
        # Kept between list and fetch is only what finds the document again, as it is after a restart.
        wanted = [
            Reference(each.identifier, each.href, each.version)
            for each in reading.references
            if not each.version or (known or {}).get(each.identifier) != each.version
        ]
        found.fetched += [each.identifier for each in wanted]
        waiting += [PageRequest({}, wanted[at : at + DOCUMENTS]) for at in range(0, len(wanted), DOCUMENTS)]
        assert len(found.keys) < 1000
    return found
