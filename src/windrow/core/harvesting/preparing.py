"""Preparing a page: load, read, look up, compare. Done ahead of the commits, in threads of its own."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson

from windrow.core.harvesting.comparing import Comparison, Intake, compare, documents_of, identifiers_in
from windrow.core.harvesting.reading import read_page, skim_page
from windrow.errors import RemoteUnreadable
from windrow.model.resources import Outcome, RemoteRecord
from windrow.model.runs import Part
from windrow.model.sources import Source
from windrow.ports.fetching import Fetcher
from windrow.ports.harvests import Harvests, Known, PageMemory
from windrow.ports.offloading import Offload
from windrow.ports.source_kinds import (
    Loaded,
    PageKey,
    PageRequest,
    PassRequest,
    Reading,
    SourceKind,
    lead_of,
    left_behind,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that is ready to be committed. `fingerprint` is kept for the next pass; None keeps nothing."""

    part: Part
    comparison: Comparison
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Preparer:
    """Everything that preparing a page needs; used by several threads at once.

    fetches, only   see `Intake`
    blank   nothing was kept of the source when this attempt began: what its own pages add, their commits notice
    offload, check   other processes that read pages, if there are some, and what ends that early
    """

    harvests: Harvests
    kind: SourceKind
    source: Source
    request: PassRequest
    fetcher: Fetcher
    blank: bool = False
    fetches: bool = True
    only: frozenset[str] | None = None
    offload: Offload | None = None
    check: Callable[[], None] = lambda: None

    def prepare(self, part: Part, begin: Callable[[PageKey], None]) -> Prepared:
        """Loads a page and finds out what it changes. Raises `RemoteError`, `Stopped`, and what a kind trips over.

        `begin` is told of the pages that this one leads to as soon as it is loaded, where the kind finds them so early.
        """
        page = self._page(part)
        loaded = self.kind.load(self.request, page, self.fetcher)
        if (lead := lead_of(self.kind)) is not None and not page.documents:
            with suppress(RemoteUnreadable):  # reading it tells
                for key in lead(page, loaded):
                    begin(key)
        if self.offload is not None and self.blank and not page.documents:
            return self._take_in(self.offload, part, page, loaded)
        fingerprint = None if page.documents else self._fingerprint(self.kind.page_fingerprint(loaded))
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

    def _take_in(self, offload: Offload, part: Part, page: PageRequest, loaded: Loaded) -> Prepared:
        # There is no memory to compare the page with, so that its fingerprint can wait for the process that reads it.
        found, fingerprint = offload(self.check, take_in, self.kind, self.request, page, loaded, self._intake())
        comparison = self._compare(page, loaded) if found is None else found
        return Prepared(part, comparison, self._fingerprint(fingerprint))

    def _intake(self) -> Intake:
        encoder = self.harvests.encoder(self.source.id)
        return Intake(self.source.policies.new_wanted, encoder, self.fetches, self.only)

    def _fingerprint(self, found: bytes | None) -> bytes | None:
        # The same page under other settings is not read the same.
        return None if found is None else blake2b(found, digest_size=16, key=digest_of(config_of(self.source))).digest()

    def _memory(self, part: Part, fingerprint: bytes | None) -> PageMemory | None:
        if fingerprint is None or self.blank or self.only is not None:
            return None
        return self.harvests.page_memory(self.source.id, part.key, fingerprint)

    def _compare(self, page: PageRequest, loaded: Loaded) -> Comparison:
        intake = self._intake()
        if page.documents:
            # Errors may stand among documents, and they come few at a time.
            return self._read(page, loaded, intake)
        if not self.blank and (skimmed := skim_page(self.kind, page, loaded)) is not None:
            found = self._compare_named(page, loaded, skimmed, intake)
            if found is not None:
                return found
        if self.offload is None:
            return self._read(page, loaded, intake)
        survey = self.offload(self.check, survey_page, self.kind, self.request, page, loaded)
        found = self._compare_named(page, loaded, survey, intake)
        return self._read(page, loaded, intake) if found is None else found

    def _read(self, page: PageRequest, loaded: Loaded, intake: Intake) -> Comparison:
        reading = read_page(self.kind, self.request, page, loaded)
        known = self.harvests.known(self.source.id, identifiers_in(reading))
        return compare(reading, known, intake, page.documents)

    def _compare_named(self, page: PageRequest, loaded: Loaded, survey: Reading, intake: Intake) -> Comparison | None:
        """What the page changes, given what is named on it; None where there is more than that."""
        named = identifiers_in(survey)
        known = self.harvests.known(self.source.id, named)
        if all(_is_kept(each, known) for each in survey.records):
            return compare(survey, known, intake)
        compared = compare_page if self.offload is None else partial(self.offload, self.check, compare_page)
        return compared(self.kind, self.request, page, loaded, frozenset(named), known, intake)


# What is done with a page in another process, if there are some: pure, and with results that are quickly sent back.


def take_in(
    kind: SourceKind, request: PassRequest, page: PageRequest, loaded: Loaded, intake: Intake
) -> tuple[Comparison | None, bytes | None]:
    """All of it, for a page of which nothing is kept: what a first harvest spends its time on; and its fingerprint.

    No comparison when the page names documents: one that two listings name need not be fetched twice.
    """
    reading = read_page(kind, request, page, loaded)
    fingerprint = kind.page_fingerprint(loaded) if reading.fingerprint is None else reading.fingerprint
    return None if reading.references else compare(reading, {}, intake), fingerprint


def survey_page(kind: SourceKind, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
    """What is on a page, but for the records themselves: of most of them the fingerprint is enough."""
    reading = read_page(kind, request, page, loaded)
    return replace(reading, records=[each._replace(raw=b"", read=left_behind) for each in reading.records])


def compare_page(
    kind: SourceKind,
    request: PassRequest,
    page: PageRequest,
    loaded: Loaded,
    named: frozenset[str],
    known: Mapping[str, Known],
    intake: Intake,
) -> Comparison | None:
    """What a page changes, given what is known of everything that is named; None where the page names more."""
    reading = read_page(kind, request, page, loaded)
    return compare(reading, known, intake) if named.issuperset(identifiers_in(reading)) else None


def _is_kept(remote: RemoteRecord, known: Mapping[str, Known]) -> bool:
    kept = known.get(remote.identifier)
    return kept is not None and kept.fingerprint == remote.fingerprint


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
