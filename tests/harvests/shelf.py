"""A shelf: a remote that exists only in this process, and the source kind that reads it; it does what a test says."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, ClassVar, TypeAlias

from windrow.errors import RemoteUnreadable
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading

Page: TypeAlias = Reading | Exception | Callable[[], Reading]


@dataclass
class Shelf:
    """Pages by name, as they are read, raised or made; documents by href.

    opening       what the pass begins with; its pages are those named in `first`, or else all
    fingerprints  pages that have one
    asked         names and hrefs asked for, in order
    """

    pages: dict[str, Page] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    opening: Opening = Opening(())
    first: Sequence[str] | None = None
    fingerprints: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    requests: list[PassRequest] = field(default_factory=list)

    def put(self, *names: str, total: int | None = None, **changes: Any) -> None:
        """One page of records with these identifiers; `changes` are further fields of the reading."""
        self.pages = {"1": Reading(records=[record(each) for each in names], total=total, **changes)}


class ShelfKind:
    """Reads the shelf that it was made with."""

    name: ClassVar[str] = "shelf"
    title: ClassVar[str] = "Shelf"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"taste": {"type": "string", "title": "Taste", "description": "Of no matter.", "default": ""}},
    }

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        self._shelf.requests.append(request)
        names = self._shelf.pages if self._shelf.first is None else self._shelf.first
        return replace(self._shelf.opening, pages=[{"page": name} for name in names])

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        with self._lock:
            self._shelf.asked += [each.href for each in page.documents] or [page.key["page"]]
        if page.documents:
            return Loaded([self._document(each.href) for each in page.documents])
        found = self._shelf.pages[page.key["page"]]
        if isinstance(found, Exception):
            raise found
        return Loaded([Answer(page.key["page"], 200, {}, b"")])

    def _document(self, href: str) -> Answer | Exception:
        found = self._shelf.documents[href]
        return found if isinstance(found, Exception) else Answer(href, 200, {}, b"")

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        if page.documents:
            return _joined([_reading(each.identifier, self._shelf.documents[each.href]) for each in page.documents])
        found = self._shelf.pages[page.key["page"]]
        if isinstance(found, Exception):
            raise RemoteUnreadable("it changed since it was loaded")
        return found() if callable(found) else found

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        (answer,) = loaded.answers
        assert isinstance(answer, Answer)
        return self._shelf.fingerprints.get(answer.url)


def _reading(identifier: str, found: Reading | Exception) -> Reading:
    return Reading(failed=[(identifier, str(found))]) if isinstance(found, Exception) else found


def _joined(readings: Sequence[Reading]) -> Reading:
    return Reading(
        records=[each for reading in readings for each in reading.records],
        unchanged=[each for reading in readings for each in reading.unchanged],
        gone=[each for reading in readings for each in reading.gone],
        broken=[each for reading in readings for each in reading.broken],
        failed=[each for reading in readings for each in reading.failed],
        refused=[each for reading in readings for each in reading.refused],
        left_out=[each for reading in readings for each in reading.left_out],
    )


def record(identifier: str, title: str = "", *, version: str = "", readable: bool = True) -> RemoteRecord:
    """A remote record; its fingerprint and raw bytes are those of its title."""
    title = title or f"Title of {identifier}"

    def read() -> Record:
        if not readable:
            raise ValueError("it has no title")
        return Record(identifier, title, standard="dublin-core")

    raw = title.encode(errors="replace")
    return RemoteRecord(
        identifier=identifier,
        fingerprint=blake2b(raw, digest_size=16).digest(),
        raw=raw,
        media_type="text/plain",
        read=read,
        version=version,
    )


def unreadable(identifier: str, title: str = "spoilt") -> RemoteRecord:
    """A remote record that cannot be read."""
    return record(identifier, title, readable=False)
