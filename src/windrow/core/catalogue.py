"""What people do with the catalogue: search, count, look, download."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from windrow.errors import BadInput, FieldProblem
from windrow.model.accounts import Principal, Right
from windrow.model.paging import PageOf, check_limit
from windrow.ports import catalogue as ports
from windrow.ports.catalogue import Collection, Document, Entry, Facet, Reader, Search, Shelf

MOST_COUNTED = 100_000
LONGEST_WORDS = 1_000
MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Use cases of the catalogue. Everybody may read what is public: `principal` None is somebody not signed in."""

    catalogue: ports.Catalogue

    def search(
        self, principal: Principal | None, search: Search, *, limit: int, cursor: str | None = None
    ) -> PageOf[Entry]:
        """One page of what matches. Raises `BadInput`."""
        reader = reader_for(principal)
        return self.catalogue.search(reader, checked(search), limit=check_limit(limit), cursor=cursor)

    def count(self, principal: Principal | None, search: Search, *, most: int = MOST_COUNTED) -> tuple[int, bool]:
        """How many match, and whether that is exact: counting stops at `most`. Raises `BadInput`."""
        return self.catalogue.count(reader_for(principal), checked(search), most=most)

    def get(self, principal: Principal | None, record_id: int) -> Entry:
        """One record. Raises `NotFound`, also when it is not for this reader."""
        return self.catalogue.get(reader_for(principal), record_id)

    def document(self, principal: Principal | None, record_id: int) -> Document:
        """A record's raw document as it came. Raises `NotFound`."""
        return self.catalogue.document(reader_for(principal), record_id)

    def facets(self, principal: Principal | None, search: Search) -> dict[str, list[Facet]]:
        """For `type`, `source` (ids), `standard` and `collection`: the values among what matches. Raises `BadInput`."""
        return self.catalogue.facets(reader_for(principal), checked(search))

    def shelves(self, principal: Principal | None, *, limit: int, cursor: str | None = None) -> PageOf[Shelf]:
        """The sources whose records this reader may see. Raises `BadInput`."""
        return self.catalogue.shelves(reader_for(principal), limit=check_limit(limit), cursor=cursor)

    def shelf(self, principal: Principal | None, source_id: int) -> Shelf:
        """One of them. Raises `NotFound`."""
        return self.catalogue.shelf(reader_for(principal), source_id)

    def collections(self, principal: Principal | None) -> list[Collection]:
        """The collections of STAC items, by name."""
        return self.catalogue.collections(reader_for(principal))

    def stream(self, principal: Principal | None, search: Search) -> Iterator[Entry]:
        """All that matches, by id, in memory that does not grow. Raises `BadInput` at once."""
        return self.catalogue.stream(reader_for(principal), checked(search))

    def stream_documents(self, principal: Principal | None, search: Search) -> Iterator[tuple[Entry, Document]]:
        """All that matches with its raw documents. Raises `BadInput` at once."""
        return self.catalogue.stream_documents(reader_for(principal), checked(search))


def reader_for(principal: Principal | None) -> Reader:
    """What somebody may see. Raises `NotAllowed` for a token without the right to read."""
    if principal is None:
        return Reader()
    principal.need(Right.READ)
    return Reader(tenant_id=principal.tenant_id, everything=principal.scope is None)


def checked(search: Search) -> Search:
    """The search, if it can be answered. Raises `BadInput` that names every field at fault."""
    problems = [*_wrong_box(search), *_wrong_period(search), *_too_long(search)]
    if problems:
        raise BadInput(problems)
    return search


def _wrong_box(search: Search) -> Iterator[FieldProblem]:
    if search.bbox is None:
        return
    west, south, east, north = search.bbox
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        yield FieldProblem("bbox", "west and east must lie between -180 and 180 degrees")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        yield FieldProblem("bbox", "south and north must lie between -90 and 90 degrees")
    elif south > north:
        yield FieldProblem("bbox", "south must not exceed north; the order is west, south, east, north")


def _wrong_period(search: Search) -> Iterator[FieldProblem]:
    moments = {"start": search.start, "end": search.end, "modified_after": search.modified_after}
    zoneless = [name for name, moment in moments.items() if moment is not None and moment.tzinfo is None]
    for name in zoneless:
        yield FieldProblem(name, "needs a time zone; write it in UTC, such as 2026-01-01T00:00:00Z")
    if not zoneless and search.start is not None and search.end is not None and search.start > search.end:
        yield FieldProblem("end", "must not be before the start")


def _too_long(search: Search) -> Iterator[FieldProblem]:
    for name, length in (("words", len(search.words)), ("phrases", sum(map(len, search.phrases)))):
        if length > LONGEST_WORDS:
            yield FieldProblem(name, f"must have at most {LONGEST_WORDS} characters")
    lists: dict[str, Sequence[object]] = {
        "phrases": search.phrases,
        "keywords": search.keywords,
        "types": search.types,
        "standards": search.standards,
        "collections": search.collections,
        "sources": search.sources,
        "ids": search.ids,
        "identifiers": search.identifiers,
    }
    for name, values in lists.items():
        if len(values) > MOST_VALUES:
            yield FieldProblem(name, f"must have at most {MOST_VALUES} values")
