"""What can be set for a source of OGC API Records, and the addresses of queries."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "collections": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
            "title": "Collections",
            "description": "The catalogues to harvest, by their identifiers; without any, all that hold records.",
            "default": [],
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "title": "Page size",
            "description": "Records to ask for at a time; the server may give fewer.",
            "default": 100,
        },
        "bbox": {
            "type": "array",
            "items": {"type": "number"},
            "maxItems": 4,
            "title": "Area",
            "description": "Only records that touch this box: west, south, east, north in degrees (EPSG:4326).",
            "default": [],
        },
        "q": {
            "type": "string",
            "title": "Words",
            "description": "Only records with these words, as the server searches them; commas stand for or.",
            "default": "",
        },
        "type": {
            "type": "string",
            "title": "Type",
            "description": "Only records of this type, such as dataset or service; several with commas.",
            "default": "",
        },
        "trust_total": {
            "type": "boolean",
            "title": "Hold the server to its count",
            "description": "A pass counts as complete only when as many records came as the server announced "
            "(numberMatched). Switch it off where that is an estimate.",
            "default": True,
        },
        "incremental": {
            "type": "boolean",
            "title": "Ask for changes only",
            "description": "Between full passes, ask for what changed since the last one, where the server can filter "
            "by its records' updated. Switch it off for a server whose updated does not tell its changes.",
            "default": True,
        },
    },
}

_FILTERS = ("bbox", "q", "type")
_PAGING = frozenset(("limit", "offset", "startindex", "f"))


def query_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that select and page."""
    bbox = ",".join(f"{number:.15g}" for number in settings.get("bbox", ()))
    given = {"bbox": bbox, "q": settings.get("q", ""), "type": settings.get("type", "")}
    chosen = {name: value for name, value in given.items() if value}
    return {"limit": str(settings.get("page_size", SCHEMA["properties"]["page_size"]["default"])), **chosen}


def settings_of(url: str) -> dict[str, Any]:
    """The settings that a copied query says: its area, words and type."""
    given = {name: value for name, value in _query(url) if name in _FILTERS and value}
    found: dict[str, Any] = {name: value for name, value in given.items() if name != "bbox"}
    bbox = _numbers(given.get("bbox", ""))
    return {"bbox": bbox, **found} if len(bbox) == 4 else found


def plain(url: str) -> str:
    """The URL without what selects or pages; what else its query holds (a key, say) stays."""
    kept = [(name, value) for name, value in _query(url) if name not in _PAGING and name not in _FILTERS]
    return urlunsplit(urlsplit(url)._replace(query=urlencode(kept), fragment=""))


def with_query(url: str, query: Mapping[str, str]) -> str:
    """The URL with these parameters, in place of its own of the same names."""
    kept = [(name, value) for name, value in _query(url) if name not in query]
    return urlunsplit(urlsplit(url)._replace(query=urlencode([*kept, *query.items()], safe=",:"), fragment=""))


def below(url: str, name: str) -> str:
    """The address of a resource one step below another, whatever the other's query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}", fragment=""))


def _numbers(text: str) -> list[float]:
    try:
        return [float(each) for each in text.split(",")] if text else []
    except ValueError:
        return []


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
