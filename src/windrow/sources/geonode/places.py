"""Addresses at a GeoNode: its own base, its lists with their filters, and its resources' own documents."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from windrow.sources.geonode.settings import DATASET, DOCUMENT, MAP, Settings

V2 = "v2"
LEGACY = "legacy"

LEGACY_TYPES: Mapping[str, str] = {DOCUMENT: "documents", DATASET: "layers", MAP: "maps"}
"""What the legacy API calls the types that it lists, in the order in which it is walked."""

_ENVELOPES = {DATASET: "datasets", DOCUMENT: "documents", MAP: "maps"}
_API = re.compile(r"/api(/.*)?$")
_TOKEN_NAME = b"access_token"
_TOKEN = re.compile(rb"(access_token(?:=|%3D))[^&\"'<>\s\\]+", re.IGNORECASE)


def base_of(url: str) -> str:
    """The GeoNode's own address, without a slash at its end, also of an address of its API or of its catalogue page."""
    parts = urlsplit(url)
    path = _API.sub("", parts.path).rstrip("/")
    if parts.fragment.startswith("/"):
        path = path.removesuffix("/catalogue")  # its pages are at /catalogue/#/dataset/7
    return urlunsplit(parts._replace(path=path, query="", fragment=""))


def moved_base(base: str, path: str, answered: str) -> str:
    """The base that answered in the end, where `path` below this one was redirected to the same path elsewhere."""
    found = urlsplit(answered)
    before, same, after = found.path.rpartition(path)
    if not same or after.strip("/"):
        return base
    return urlunsplit(found._replace(path=before.rstrip("/"), query="", fragment=""))


def list_url(base: str, settings: Settings, *, page: int, size: int, sort: bool) -> str:
    """A page of API v2's list of resources; `page` counts from 1. Sorted by identity, pages do not shift."""
    query: list[tuple[str, str | int]] = [("page_size", size), ("page", page)]
    query += [("filter{resource_type.in}", each) for each in settings.types]
    if settings.title:
        query.append(("filter{title.icontains}", settings.title))
    if settings.start:
        query.append(("filter{date.gte}", _moment(settings.start)))
    if settings.end:
        query.append(("filter{date.lte}", _moment(settings.end)))
    query += [("filter{keywords.slug.in}", each) for each in settings.keywords]
    query += [("filter{category.identifier.in}", each) for each in settings.categories]
    if sort:
        query.append(("sort[]", "pk"))
    return f"{base}/api/v2/resources/?{urlencode(query)}"


def detail_url(base: str, kind: str, identifier: str) -> str:
    """A resource's own document in API v2; types that have no list of their own are among all resources."""
    return f"{base}/api/v2/{_ENVELOPES.get(kind, 'resources')}/{quote(identifier, safe='')}/"


def legacy_list_url(base: str, word: str, settings: Settings, *, offset: int, limit: int) -> str:
    """A page of a legacy list; `word` is one of `LEGACY_TYPES`' values, `offset` counts from 0."""
    query: dict[str, str | int] = {"limit": limit, "offset": offset}
    if settings.title:
        query["title__icontains"] = settings.title
    if settings.start:
        query["date__gte"] = _moment(settings.start)
    if settings.end:
        query["date__lte"] = _moment(settings.end)
    if settings.keywords:
        query["keywords__slug__in"] = ",".join(settings.keywords)
    if settings.categories:
        query["category__identifier__in"] = ",".join(settings.categories)
    return f"{base}/api/{word}/?{urlencode(query, safe=',')}"


def legacy_detail_url(base: str, word: str, identifier: str) -> str:
    """A resource's own document in the legacy API."""
    return f"{base}/api/{word}/{quote(identifier, safe='')}/"


def word_in(href: str) -> str:
    """The legacy API's word for the type, of a resource's own document."""
    return urlsplit(href).path.rstrip("/").split("/")[-2]


def csw_url(base: str) -> str:
    """Where a GeoNode's CSW is."""
    return f"{base}/catalogue/csw"


def is_v2(href: str) -> bool:
    """Whether a resource's own document is one of API v2."""
    return "/api/v2/" in urlsplit(href).path


def without_tokens(body: bytes) -> bytes:
    """An answer without the visitor's own token, which GeoNode writes into the links of those who are signed in.

    It is a secret, and another one at each answer.
    """
    return _TOKEN.sub(rb"\1", body) if _TOKEN_NAME in body else body


def without_token_name(url: str) -> str:
    """A link of such an answer without the argument that is left empty."""
    if "access_token" not in url:
        return url
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "access_token"]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def _moment(when: datetime) -> str:
    return f"{when.isoformat()[:19]}Z"
