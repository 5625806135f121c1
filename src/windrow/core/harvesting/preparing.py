"""Preparing a page: load, read, look up, compare. Done ahead of the commits, in threads of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from windrow.core.harvesting.comparing import Comparison, Intake, compare, documents_of, identifiers_in
from windrow.core.harvesting.reading import read_page
from windrow.model.resources import Outcome
from windrow.model.runs import Part
from windrow.model.sources import Source
from windrow.ports.fetching import Fetcher
from windrow.ports.harvests import Harvests, PageMemory
from windrow.ports.offloading import Offload, in_place
from windrow.ports.source_kinds import Loaded, PageRequest, PassRequest, SourceKind


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that is ready to be committed. `fingerprint` is kept for the next pass; None keeps nothing."""

    part: Part
    comparison: Comparison
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Preparer:
    """Everything that preparing a page needs; used by several threads at once.

    blank   nothing was kept of the source when this attempt began: what its own pages add, their commits notice
    offload, check   where pages are read, and what ends that early
    """

    harvests: Harvests
    kind: SourceKind
    source: Source
    request: PassRequest
    fetcher: Fetcher
    blank: bool = False
    offload: Offload = in_place
    check: Callable[[], None] = lambda: None

    def prepare(self, part: Part) -> Prepared:
        """Loads a page and finds out what it changes. Raises `RemoteError`, `Stopped`, and what a kind trips over."""
        page = self._page(part)
        loaded = self.kind.load(self.request, page, self.fetcher)
        fingerprint = None if page.documents else self._fingerprint(loaded)
        memory = self._memory(part, fingerprint)
        if memory is not None:
            return Prepared(part, _unchanged(memory))
        return Prepared(part, self._compare(page, loaded), fingerprint)

    def _page(self, part: Part) -> PageRequest:
        documents = documents_of(part.key)
        if not documents:
            return PageRequest(part.key)
        known = self.harvests.known(self.source.id, [each.identifier for each in documents])
        # A document whose last version could not be read is asked for whole, in case it was mended under its old date.
        validators = {name: kept.validators for name, kept in known.items() if kept.outcome != Outcome.QUARANTINED}
        return PageRequest({}, documents, validators)

    def _fingerprint(self, loaded: Loaded) -> bytes | None:
        found = self.kind.page_fingerprint(loaded)
        # The same page under other settings is not read the same.
        return None if found is None else blake2b(found, digest_size=16, key=digest_of(config_of(self.source))).digest()

    def _memory(self, part: Part, fingerprint: bytes | None) -> PageMemory | None:
        if fingerprint is None or self.blank:
            return None
        (memory,) = self.harvests.page_memories(self.source.id, [part.key])
        return memory if memory is not None and memory.fingerprint == fingerprint else None

    def _compare(self, page: PageRequest, loaded: Loaded) -> Comparison:
        intake = Intake(self.source.policies.new_wanted, self.harvests.encoder(self.source.id))
        if self.blank and not page.documents:
            found = self.offload(self.check, take_in, self.kind, self.request, page, loaded, intake)
            if found is not None:
                return found
        reading = read_page(self.kind, self.request, page, loaded)
        return compare(reading, self.harvests.known(self.source.id, identifiers_in(reading)), intake)


def take_in(
    kind: SourceKind, request: PassRequest, page: PageRequest, loaded: Loaded, intake: Intake
) -> Comparison | None:
    """Everything that is to be done with a page of which nothing is kept. Pure, and what a first harvest spends its
    time on. None when the page names documents: one that two listings name need not be fetched twice."""
    reading = read_page(kind, request, page, loaded)
    return None if reading.references else compare(reading, {}, intake)


def config_of(source: Source) -> dict[str, Any]:
    """What of a source makes a pass what it is."""
    return {"kind": source.kind, "url": source.url, "settings": dict(source.settings)}


def digest_of(config: Mapping[str, Any]) -> bytes:
    """16 bytes that are the same for the same configuration."""
    return blake2b(orjson.dumps(config, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def _unchanged(memory: PageMemory) -> Comparison:
    result = Comparison(
        seen=dict.fromkeys(memory.seen, Outcome.UNCHANGED.value),
        next=list(memory.next),
        total=memory.total,
        own=len(memory.seen),
    )
    result.counts[Outcome.UNCHANGED] += len(memory.seen)
    return result
