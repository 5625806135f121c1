"""Walks a whole pass, as the core does but without a store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Fetcher, Validators
from windrow.ports.source_kinds import Broken, Opening, PageKey, PageRequest, PassRequest, Reading, Reference
from windrow.sources.stac import StacKind

KIND = StacKind()
DOCUMENTS = 3
"""Documents to a page; the core takes more."""


@dataclass
class Harvest:
    opening: Opening
    records: list[RemoteRecord] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)
    keys: list[PageKey] = field(default_factory=list)
    fingerprints: list[bytes | None] = field(default_factory=list)
    referred: int = 0

    @property
    def identifiers(self) -> list[str]:
        return sorted(each.identifier for each in self.records)

    @property
    def validators(self) -> dict[str, Validators]:
        return {each.identifier: Validators(each.etag, each.last_modified) for each in self.records}

    def add(self, reading: Reading) -> None:
        self.records += reading.records
        self.left_out += reading.left_out
        self.unchanged += reading.unchanged
        self.broken += reading.broken
        self.failed += reading.failed
        self.totals.append(reading.total)
        self.referred += len(reading.references)


def harvest(
    fetcher: Fetcher,
    url: str,
    *,
    known: Mapping[str, Validators] | None = None,
    since: datetime | None = None,
    cursor: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Harvest:
    """Every page from the opening on; equal keys are the same page. No walk here is longer than 5,000 pages."""
    request = PassRequest(url, settings, since, cursor or {})
    found = Harvest(KIND.open(request, fetcher))
    waiting = [PageRequest(as_stored(key)) for key in found.opening.pages]
    met = {orjson.dumps(page.key, option=orjson.OPT_SORT_KEYS) for page in waiting}
    while waiting:
        page = waiting.pop(0)
        loaded = KIND.load(request, page, fetcher)
        reading = KIND.read(request, page, loaded)
        ahead = KIND.leads_to(page, loaded)
        assert ahead == [] if page.documents or reading.broken else all(each in reading.next for each in ahead)
        assert ahead or page.key.get("page") != "items" or reading.broken or not reading.next
        found.add(reading)
        if not page.documents:
            found.keys.append(page.key)
            found.fingerprints.append(KIND.page_fingerprint(loaded))
        for key in map(as_stored, reading.next):
            spelled = orjson.dumps(key, option=orjson.OPT_SORT_KEYS)
            if spelled not in met:
                met.add(spelled)
                waiting.append(PageRequest(key))
        waiting += _document_pages(reading.references, known or {})
        assert len(found.keys) < 5_000
    return found


def as_stored(key: PageKey) -> PageKey:
    """The key as it comes back from a database."""
    stored: dict[str, Any] = orjson.loads(orjson.dumps(key))
    return stored


def _document_pages(references: Any, known: Mapping[str, Validators]) -> list[PageRequest]:
    listed: list[Reference] = list(references)
    return [PageRequest({}, listed[start : start + DOCUMENTS], known) for start in range(0, len(listed), DOCUMENTS)]
