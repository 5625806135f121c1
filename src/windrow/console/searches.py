"""Between a search in a page's address and one of the catalogue, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.datastructures import QueryParams

from windrow.errors import BadInput
from windrow.model.records import Box
from windrow.ports.catalogue import Search, Sort

SORTS: Mapping[str, str] = {
    Sort.RELEVANCE: "Best match",
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.TITLE: "Title",
}
LONGEST = 2000
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it stands in the address; dates are days, the last of them included."""

    words: str = ""
    bbox: str = ""
    since: str = ""
    until: str = ""
    types: Sequence[str] = ()
    standards: Sequence[str] = ()
    sources: Sequence[str] = ()
    keywords: Sequence[str] = ()
    collections: Sequence[str] = ()
    sort: str = ""

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The address's parameters, without those that narrow nothing."""
        values: dict[str, str | list[str]] = {
            "q": self.words,
            "bbox": self.bbox,
            "since": self.since,
            "until": self.until,
            "type": list(self.types),
            "standard": list(self.standards),
            "source": list(self.sources),
            "keyword": list(self.keywords),
            "collection": list(self.collections),
            "sort": self.sort,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for but an order."""
        return bool(self.parameters.keys() - {"sort"})


def read_asked(query: QueryParams) -> Asked:
    """What the address asks for; nothing is checked yet."""
    return Asked(
        words=_text(query, "q"),
        bbox=_text(query, "bbox").replace(" ", ""),
        since=_text(query, "since"),
        until=_text(query, "until"),
        types=_values(query, "type"),
        standards=_values(query, "standard"),
        sources=_values(query, "source"),
        keywords=_values(query, "keyword"),
        collections=_values(query, "collection"),
        sort=_text(query, "sort"),
    )


def to_search(asked: Asked) -> Search:
    """The catalogue's search. Raises `BadInput` for what cannot be one."""
    end = _day(asked.until, "until")
    return Search(
        words=asked.words,
        bbox=_box(asked.bbox),
        start=_day(asked.since, "since"),
        end=None if end is None else end + timedelta(days=1),
        keywords=asked.keywords,
        types=asked.types,
        standards=asked.standards,
        collections=asked.collections,
        sources=[_number(each) for each in asked.sources],
        sort=_sort(asked),
    )


def export_parameters(search: Search) -> dict[str, object]:
    """The same search as the native API's parameters."""
    return {
        "q": search.words,
        "bbox": None if search.bbox is None else ",".join(f"{each:g}" for each in search.bbox),
        "start": None if search.start is None else search.start.isoformat(),
        "end": None if search.end is None else search.end.isoformat(),
        "type": list(search.types),
        "standard": list(search.standards),
        "source": list(search.sources),
        "keyword": list(search.keywords),
        "collection": list(search.collections),
    }


def _text(query: QueryParams, name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:LONGEST]


def _values(query: QueryParams, name: str) -> list[str]:
    found = [each.replace("\0", "").strip()[:LONGEST] for each in query.getlist(name)]
    return list(dict.fromkeys(each for each in found if each))[:MOST_VALUES]


def _sort(asked: Asked) -> Sort:
    if asked.sort == Sort.RELEVANCE and not asked.words:
        return Sort.NEWEST
    if asked.sort in SORTS:
        return Sort(asked.sort)
    return Sort.RELEVANCE if asked.words else Sort.NEWEST


def _day(text: str, field: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput.of(field, "must be a day, such as 2026-03-01") from error
    if not 1 < day.year < 9999:
        raise BadInput.of(field, "must be a day of the years 2 to 9998")
    return datetime.combine(day, time(), UTC)


def _box(text: str) -> Box | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(each) for each in text.split(","))
    except ValueError as error:
        raise BadInput.of("bbox", "must be west, south, east and north in degrees, separated by commas") from error
    return west, south, east, north


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadInput.of("source", "must be the number of a source")
    return int(text)
