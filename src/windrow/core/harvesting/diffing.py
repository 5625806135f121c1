"""The kind of work `source_diff`: what a changed configuration would add, change and remove, with nothing written."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import orjson

from windrow.core.harvesting.comparing import Comparison, Intake, compare, documents_of, identifiers_in, plain
from windrow.core.harvesting.idset import IdSet
from windrow.core.harvesting.kind import KindFinder, manners_of
from windrow.core.harvesting.reading import read_page
from windrow.errors import NotFound
from windrow.model.resources import Outcome
from windrow.model.runs import Part, Progress
from windrow.model.sources import Source
from windrow.ports.fetching import Fetcher
from windrow.ports.harvests import Change
from windrow.ports.source_kinds import Opening, PageKey, PageRequest, PassRequest, Reading, SourceKind
from windrow.ports.store import Store
from windrow.ports.work import Done, Performed, Work

OUTPUT = "diff.jsonl"
REMOVED = "removed"
TITLED = 500


@dataclass(frozen=True, slots=True)
class DiffWork:
    """Walks a source as it would be configured and compares it with what is kept.

    The result holds the counts; the output `diff.jsonl` a line for each resource that would change. A diff that is
    interrupted begins again.
    """

    store: Store
    find_kind: KindFinder

    name: ClassVar[str] = "source_diff"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "The source to compare with."},
            "kind": {"type": "string", "title": "Kind", "description": "The source kind to try."},
            "url": {"type": "string", "title": "URL", "description": "The URL to try."},
            "settings": {"type": "object", "title": "Settings", "description": "The kind's settings to try."},
            "same_origin": {
                "type": "boolean",
                "title": "Same origin",
                "description": "Whether the source's credential may be used.",
            },
        },
        "required": ["source_id", "kind", "url", "settings", "same_origin"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Compares everything, and lists the differences."""
        given = work.run.parameters
        source = self.store.sources.get(given["source_id"], tenant_id=work.run.tenant_id)
        kind = self.find_kind(given["kind"])
        request = PassRequest(given["url"], given["settings"])
        credential = self.store.sources.credential(source.id) if given["same_origin"] else None
        fetcher = work.fetcher_maker(
            manners_of(source.policies), origin=request.url, credential=credential, check=work.check
        )
        opening = kind.open(request, fetcher)
        readings = Readings(kind, request, fetcher, deque(() if opening.unchanged else opening.pages))
        with work.output(OUTPUT, "application/jsonl") as file:
            counts = self._compare_all(work, source, opening, readings, file)
        return Done({"counts": plain(counts)}, message=_tell(counts))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a diff is done by one worker."""
        raise NotFound("part of a diff", part.id)

    def _compare_all(
        self, work: Work, source: Source, opening: Opening, readings: "Readings", file: BinaryIO
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        seen = IdSet()
        for reading in readings:
            work.check()
            known = self.store.harvests.known(source.id, identifiers_in(reading))
            compared = compare(reading, known, Intake(source.policies.new_wanted))
            readings.pages.extend(compared.next)
            _note(compared, seen, counts, file)
            work.report(Progress(sum(counts.values()), opening.total, plain(counts)))
        if opening.listing:
            counts[REMOVED] = self._note_removed(source, seen, file)
        return counts

    def _note_removed(self, source: Source, seen: IdSet, file: BinaryIO) -> int:
        removed = 0
        for number in self.store.harvests.ids(source.id):
            if number not in seen:
                removed += 1
                _write(file, [{"change": REMOVED, "id": number}])
        return removed


@dataclass(slots=True)
class Readings:
    """What the pages hold, one after another; pages found on the way are added to `pages`."""

    kind: SourceKind
    request: PassRequest
    fetcher: Fetcher
    pages: deque[PageKey]

    def __iter__(self) -> Iterator[Reading]:
        done: set[bytes] = set()
        while self.pages:
            key = self.pages.popleft()
            name = orjson.dumps(dict(key), option=orjson.OPT_SORT_KEYS)
            if name not in done:
                done.add(name)
                yield self._read(key)

    def _read(self, key: PageKey) -> Reading:
        documents = documents_of(key)
        page = PageRequest({} if documents else key, documents)
        return read_page(self.kind, self.request, page, self.kind.load(self.request, page, self.fetcher))


def _word_of(change: Change) -> str:
    if change.outcome is Outcome.QUARANTINED:
        return "quarantined"
    return "added" if change.id is None else "changed"


def _note(compared: Comparison, seen: IdSet, counts: Counter[str], file: BinaryIO) -> None:
    for number in (*compared.seen, *compared.returned, *(each.id or 0 for each in compared.changed)):
        seen.add(number)
    counts.update(compared.counts)
    changes = [*compared.fresh, *compared.changed]
    _write(
        file,
        [
            {
                "change": _word_of(each),
                "identifier": each.identifier,
                "title": (each.record.title if each.record else each.title)[:TITLED],
                "problem": each.problem,
            }
            for each in changes
        ],
    )


def _write(file: BinaryIO, lines: Sequence[Mapping[str, Any]]) -> None:
    file.write(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _tell(counts: Counter[str]) -> str:
    words = ("added", "changed", REMOVED, "quarantined")
    told = [f"{counts[word]} {word}" for word in words if counts[word]]
    return ", ".join(told) or "nothing would change"
