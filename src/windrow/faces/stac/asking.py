"""What a request asks for: the parameters of GET and POST read as one question to the catalogue; pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError

from windrow.core.extents import box_of, read_bbox, read_period
from windrow.errors import BadInput
from windrow.faces.stac.errors import bad_input_of
from windrow.faces.stac.naming import identifiers_of, kept_collections
from windrow.faces.stac.wire import DEFAULT_LIMIT, LARGEST_LIMIT, SearchBody, SearchQuery, SortField
from windrow.ports.catalogue import Search, Sort

if TYPE_CHECKING:
    from windrow.faces.stac.places import Place

ITEMS = "stac-item"
COLLECTIONS = "stac-collection"

_SORTS = {
    "properties.updated": (Sort.OLDEST, Sort.NEWEST),
    "updated": (Sort.OLDEST, Sort.NEWEST),
    "properties.title": (Sort.TITLE, Sort.TITLE_DOWN),
    "title": (Sort.TITLE, Sort.TITLE_DOWN),
}
"""The fields that the catalogue can sort by: upwards and downwards."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the catalogue, and the tests that it cannot make itself.

    place  the item's geometry must meet it
    names  the item's id in our API must be one of these; None for any
    """

    search: Search
    limit: int
    token: str | None = None
    place: "Place | None" = None
    names: frozenset[str] | None = None


def read_question(body: SearchBody) -> Question:
    """A search. Raises `BadInput` that names the parameter."""
    place = _read_place(body)
    start, end = read_period(body.datetime) if body.datetime is not None else (None, None)
    names = frozenset(body.ids) if body.ids else None
    return Question(
        Search(
            phrases=_words(body.q) or () if isinstance(body.q, str) else body.q or (),
            bbox=place.box if place else None,
            start=start,
            end=end,
            standards=(ITEMS,),
            collections=[kept for shown in body.collections or () for kept in kept_collections(shown)],
            identifiers=identifiers_of(names) if names else (),
            sort=read_sort(body.sortby),
        ),
        limit=min(body.limit or DEFAULT_LIMIT, LARGEST_LIMIT),
        token=body.token,
        place=place,
        names=names,
    )


def body_of(search: SearchQuery, collection: str | None = None) -> SearchBody:
    """Parameters of a URL, below that of a collection, as the search that they would be by POST. Raises `BadInput`."""
    collections = _words(search.collections)
    if collection is not None:
        # pystac-client names the collection of the path once more in a parameter.
        if collections and collections != [collection]:
            raise BadInput.of("collections", f"must be {collection} below this path; search all of them at /search")
        collections = [collection]
    fields: dict[str, Any] = {
        "limit": search.limit,
        "bbox": None if search.bbox is None else read_bbox(search.bbox),
        "datetime": search.datetime,
        "intersects": _object(search.intersects),
        "ids": _words(search.ids),
        "collections": collections,
        "sortby": _sort_fields(search.sortby),
        "q": _words(search.q),
        "token": search.token,
    }
    try:
        return SearchBody.model_validate(fields)
    except ValidationError as error:
        raise bad_input_of(error.errors(include_url=False, include_context=False)) from error


def read_sort(fields: list[SortField] | None) -> Sort:
    """The order. Raises `BadInput` for one that the catalogue does not have."""
    if not fields:
        return Sort.ID
    ways = _SORTS.get(fields[0].field)
    if ways is None or len(fields) > 1:
        raise BadInput.of("sortby", f"must be one of the fields {', '.join(sorted(_SORTS))}")
    return ways[fields[0].direction == "desc"]


def _read_place(body: SearchBody) -> "Place | None":
    if body.bbox is not None and body.intersects is not None:
        raise BadInput.of("intersects", "cannot be used together with bbox; send one of the two")
    # What computes with geometries takes long to load, and most searches have none.
    if body.intersects is not None:
        from windrow.faces.stac.places import read_place

        return read_place(body.intersects)
    if body.bbox is not None:
        from windrow.faces.stac.places import place_of_box

        return place_of_box(box_of(body.bbox))
    return None


def _object(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput.of("intersects", f"is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadInput.of("intersects", "must be a GeoJSON geometry")
    return found


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word for each in text.split(",") if (word := each.strip())]


def _sort_fields(text: str | None) -> list[SortField] | None:
    """`-updated` sorts down, `+updated` and `updated` up; a plus that was not escaped arrives as a space."""
    return [
        SortField(field=word.lstrip("+-").strip(), direction="desc" if word.startswith("-") else "asc")
        for word in _words(text) or ()
    ]
