"""Reading requests: the parameters of a query, as a search of ours."""

from collections.abc import Iterable, Mapping

from windrow.core.extents import read_bbox, read_period
from windrow.errors import BadInput, FieldProblem
from windrow.ports.catalogue import Search, Sort

EVERYTHING = "all"
"""The id of the collection that holds the records of all sources."""

SOURCE = "source-"
"""What the ids of all other collections begin with; the source's number follows."""

PARAMETERS = (
    *("bbox", "datetime", "limit", "cursor", "q", "type", "ids", "externalIds", "sortby"),
    *("keywords", "standard", "f"),
)
DEFAULT_LIMIT = 10
MOST = 1000

SORTS = {
    "id": (Sort.ID, Sort.ID_DOWN),
    "title": (Sort.TITLE, Sort.TITLE_DOWN),
    "updated": (Sort.OLDEST, Sort.NEWEST),
}
"""What can be sorted by, upwards and downwards."""


def check_parameters(given: Iterable[str], known: Iterable[str]) -> None:
    """Raises `BadInput` for every parameter that there is not (OGC API - Features, /req/core/query-param-unknown)."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        told = f"is not known here; use {', '.join(sorted(known))}"
        raise BadInput([FieldProblem(name, told) for name in unknown])


def read_search(query: Mapping[str, str], source_id: int | None) -> Search:
    """What the query asks for in a collection; `source_id` None is the one of everything. Raises `BadInput`."""
    check_parameters(query, PARAMETERS)
    _check_format(query.get("f", "json"))
    start, end = read_period(query["datetime"]) if query.get("datetime") else (None, None)
    return Search(
        # Between commas stands what may occur, and words that stand together must be found together (20-004r1, 8.4.5).
        phrases=_list(query.get("q", "")),
        bbox=read_bbox(query["bbox"]) if query.get("bbox") else None,
        start=start,
        end=end,
        keywords=_list(query.get("keywords", "")),
        types=_list(query.get("type", "")),
        standards=_list(query.get("standard", "")),
        sources=() if source_id is None else (source_id,),
        ids=_numbers(_list(query.get("ids", ""))),
        identifiers=_list(query.get("externalIds", "")),
        sort=read_sort(query.get("sortby", "")),
    )


def read_limit(text: str | None) -> int:
    """How many are wanted; more than there may be are cut (OGC API - Features, /req/core/fc-limit-response-1)."""
    if text is None:
        return DEFAULT_LIMIT
    digits = text.lstrip("0")
    if not digits.isascii() or not digits.isdigit():
        raise BadInput.of("limit", f"must be a whole number from 1 to {MOST}")
    return min(int(digits), MOST) if len(digits) < 5 else MOST


def read_sort(text: str) -> Sort:
    """One field, with `-` before it for the other way round. Raises `BadInput`."""
    if not text:
        return Sort.ID
    down = text.startswith("-")
    field = text[1:] if text[0] in "+- " else text  # an unquoted plus arrives as a space
    if field not in SORTS:
        raise BadInput.of("sortby", f"must be one of {', '.join(SORTS)}, with - before it for descending order")
    return SORTS[field][down]


def read_collection(collection_id: str) -> int | None:
    """The source that a collection stands for; None for everything; an id that cannot be is no source's."""
    if collection_id == EVERYTHING:
        return None
    return _number(collection_id.removeprefix(SOURCE)) if collection_id.startswith(SOURCE) else -1


def read_item(item_id: str) -> int:
    """A record's number; -1, which none has, for what is no number."""
    return _number(item_id)


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    return tuple(map(_number, texts))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(",") if (part := each.strip()))


def _check_format(name: str) -> None:
    if name != "json":
        raise BadInput.of("f", "must be json, which is all there is")
