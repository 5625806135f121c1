"""What can be set for an OAI-PMH source, and the base URL without the arguments of a request."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

AUTO = "auto"

_DATE = r"^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?)?$"

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "metadata_prefix": {
            "type": "string",
            "title": "Metadata format",
            "description": "The repository's metadataPrefix, such as iso19139 or oai_dc; "
            "auto takes the richest one that can be read: ISO 19139, ISO 19115-3, then Dublin Core.",
            "default": AUTO,
            "pattern": r"^[A-Za-z0-9\-_.!~*'()]+$",
        },
        "sets": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
            "title": "Sets",
            "description": "Only records of these sets (setSpec); without any, the whole repository.",
            "default": [],
        },
        "from": {
            "type": "string",
            "pattern": _DATE,
            "title": "From",
            "description": "Only records changed on or after this date or moment (UTC), such as 2024-01-31.",
            "default": "",
        },
        "until": {
            "type": "string",
            "pattern": _DATE,
            "title": "Until",
            "description": "Only records last changed on or before this date or moment (UTC), such as 2024-12-31.",
            "default": "",
        },
        "trust_total": {
            "type": "boolean",
            "title": "Hold the repository to its count",
            "description": "A pass counts as complete only when as many records came as the repository announced "
            "(completeListSize). Switch it off where that is an estimate.",
            "default": True,
        },
        "incremental": {
            "type": "boolean",
            "title": "Ask for changes only",
            "description": "Between full passes, ask for what changed since the last one. "
            "Switch it off for a repository whose date stamps do not tell its changes.",
            "default": True,
        },
    },
}

_ARGUMENTS = frozenset(["verb", "metadataPrefix", "set", "from", "until", "resumptionToken", "identifier"])


def base_url(url: str) -> str:
    """The URL without OAI-PMH arguments, which come back with each request; what else its query holds stays."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in _query(url) if name not in _ARGUMENTS]
    return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))


def settings_of(url: str) -> dict[str, Any]:
    """The settings that a copied request says: its format, set and dates."""
    arguments = {name: value for name, value in _query(url) if name in _ARGUMENTS and value}
    found: dict[str, Any] = {name: arguments[name] for name in ("from", "until") if name in arguments}
    if "metadataPrefix" in arguments:
        found["metadata_prefix"] = arguments["metadataPrefix"]
    if "set" in arguments:
        found["sets"] = [arguments["set"]]
    return found


def is_request(url: str) -> bool:
    """Whether the URL itself says OAI-PMH: by its arguments, or as pycsw and GeoNetwork spell their end points."""
    names = {name for name, _ in _query(url)}
    return bool(names & {"verb", "metadataPrefix"}) or is_pycsw(url)


def is_pycsw(url: str) -> bool:
    """Whether this is pycsw's OAI-PMH, which shares one address with its CSW."""
    return ("mode", "oaipmh") in _query(url)


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
