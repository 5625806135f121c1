"""What clients send and get, in the spelling of the STAC API."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

STAC_VERSION = "1.0.0"

GEOJSON = "application/geo+json"
JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"

CONFORMANCE = (
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "https://api.stacspec.org/v1.0.0-rc.1/item-search#sort",
    "https://api.stacspec.org/v1.0.0-rc.1/ogcapi-features#sort",
    "https://api.stacspec.org/v1.0.0-rc.1/item-search#free-text",
    "https://api.stacspec.org/v1.0.0-rc.1/ogcapi-features#free-text",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)

DEFAULT_LIMIT = 10
DEFAULT_COLLECTIONS = 100
LARGEST_LIMIT = 1000
"""More than this is asked for in vain: the page then holds this many."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Word = Annotated[str, StringConstraints(max_length=1000)]
MOST_WORDS = 50
Limit = Annotated[int, Field(ge=1, description=f"Items on a page; at most {LARGEST_LIMIT} are given.")]
DateTime = Annotated[
    str,
    Field(
        max_length=200,
        description="A moment or an interval of RFC 3339, both ends included; .. is an open end.",
        examples=["2024-06-01T00:00:00Z/2024-06-30T23:59:59Z", "2024-06-01T00:00:00Z/.."],
    ),
]
Token = Annotated[str, Field(max_length=2000, description="Where the page begins, as a next link gives it.")]


class CollectionsQuery(BaseModel):
    """The parameters of a list of collections."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = DEFAULT_COLLECTIONS
    token: Token | None = None


class SearchQuery(BaseModel):
    """The parameters of a search by GET, of all items or of a collection's."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = DEFAULT_LIMIT
    bbox: Annotated[
        str | None,
        Field(description="West, south, east, north in degrees (or with heights).", examples=["5,45,16,55"]),
    ] = None
    datetime: DateTime | None = None
    sortby: Annotated[
        str | None, Field(description="`updated` or `title`; - before it sorts down.", examples=["-updated"])
    ] = None
    q: Annotated[str | None, Field(description="Words; one of those between commas must occur.")] = None
    token: Token | None = None
    collections: Annotated[str | None, Field(description="Ids of collections, separated by commas.")] = None
    ids: Annotated[str | None, Field(description="Ids of items, separated by commas.")] = None
    intersects: Annotated[str | None, Field(description="A GeoJSON geometry that the items' own must meet.")] = None


class SortField(BaseModel):
    """A field to sort by."""

    field: str
    direction: Literal["asc", "desc"] = "asc"


class SearchBody(BaseModel):
    """A search by POST; one by GET is read as the same."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit | None = None
    bbox: list[float] | None = None
    datetime: DateTime | None = None
    intersects: dict[str, Any] | None = None
    ids: list[Name] | None = None
    collections: list[Name] | None = None
    sortby: list[SortField] | None = None
    q: Annotated[list[Word], Field(max_length=MOST_WORDS)] | Word | None = None
    token: Token | None = None


class FieldProblem(BaseModel):
    """One wrong parameter."""

    field: str
    problem: str


class Problem(BaseModel):
    """An error: a problem of RFC 9457 which has the members of the STAC API's errors too."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    description: str
    errors: list[FieldProblem]
