"""Walks a whole pass, as the core does but without a store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Fetcher, Validators
from windrow.ports.source_kinds import Broken, Opening, PageKey, PageRequest, PassRequest, Reference
from windrow.sources.arcgis_rest import ArcgisRestKind

KIND = ArcgisRestKind()


@dataclass
class Harvest:
    opening: Opening
    records: list[RemoteRecord] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    keys: list[PageKey] = field(default_factory=list)
    fingerprints: list[bytes | None] = field(default_factory=list)

    @property
    def identifiers(self) -> list[str]:
        return [each.identifier for each in self.records]

    @property
    def read(self) -> dict[str, Record]:
        """The normalised records by title."""
        return {record.title: record for record in (each.read() for each in self.records)}


def harvest(url: str, fetcher: Fetcher, validators: Mapping[str, Validators] | None = None, **settings: Any) -> Harvest:
    """Every page from the opening on, references and all."""
    request = PassRequest(url, settings)
    found = Harvest(KIND.open(request, fetcher))
    waiting = [PageRequest(key) for key in found.opening.pages]
    while waiting:
        page = waiting.pop(0)
        loaded = KIND.load(request, page, fetcher)
        reading = KIND.read(request, page, loaded)
        found.records += reading.records
        found.references += reading.references
        found.unchanged += reading.unchanged
        found.left_out += reading.left_out
        found.broken += reading.broken
        found.failed += reading.failed
        if not page.documents:
            found.keys.append(page.key)
            found.fingerprints.append(KIND.page_fingerprint(loaded))
        if reading.references:
            waiting.append(PageRequest({}, reading.references, validators or {}))
        waiting += [PageRequest(key) for key in reading.next]
        assert len(found.keys) < 1_000
    return found
