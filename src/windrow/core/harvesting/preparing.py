"""Preparing a page: load, read, look up, compare. Done ahead of the commits, in threads of its own."""

from dataclasses import dataclass

from windrow.core.harvesting.comparing import Comparison, compare, documents_of, identifiers_in
from windrow.model.resources import Outcome
from windrow.model.runs import Part
from windrow.model.sources import Source
from windrow.ports.fetching import Fetcher
from windrow.ports.harvests import Harvests, PageMemory
from windrow.ports.source_kinds import Loaded, PageRequest, PassRequest, SourceKind


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that is ready to be committed. `fingerprint` is kept for the next pass; None keeps nothing."""

    part: Part
    comparison: Comparison
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Preparer:
    """Everything that preparing a page needs; used by several threads at once."""

    harvests: Harvests
    kind: SourceKind
    source: Source
    request: PassRequest
    fetcher: Fetcher

    def prepare(self, part: Part) -> Prepared:
        """Loads a page and finds out what it changes. Raises `RemoteError` and `Stopped`."""
        page = self._page(part)
        loaded = self.kind.load(self.request, page, self.fetcher)
        fingerprint = None if page.documents else self.kind.page_fingerprint(loaded)
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

    def _memory(self, part: Part, fingerprint: bytes | None) -> PageMemory | None:
        if fingerprint is None:
            return None
        (memory,) = self.harvests.page_memories(self.source.id, [part.key])
        return memory if memory is not None and memory.fingerprint == fingerprint else None

    def _compare(self, page: PageRequest, loaded: Loaded) -> Comparison:
        reading = self.kind.read(self.request, page, loaded)
        known = self.harvests.known(self.source.id, identifiers_in(reading))
        return compare(reading, known, new_wanted=self.source.policies.new_wanted)


def _unchanged(memory: PageMemory) -> Comparison:
    result = Comparison(seen=list(memory.seen), next=list(memory.next), total=memory.total)
    result.counts[Outcome.UNCHANGED] += len(memory.seen)
    return result
