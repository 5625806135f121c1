"""What can be set for a CKAN portal."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from windrow.errors import BadInput

BY_OFFSET = "offset"
BY_IDENTIFIER = "identifier"


def _names(title: str, description: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "title": title,
        "description": description,
        "default": [],
    }


SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "organisations": _names(
            "Organisations", "Only packages of these organisations, by the name in their address; without any, of all."
        ),
        "without_organisations": _names("Organisations left out", "No packages of these organisations."),
        "groups": _names("Groups", "Only packages in one of these groups, by the name in their address."),
        "without_groups": _names("Groups left out", "No packages that are in one of these groups."),
        "tags": _names("Tags", "Only packages with one of these tags."),
        "types": _names(
            "Types", "Only packages of these types, such as dataset or showcase; without any, all but harvest sources."
        ),
        "q": {
            "type": "string",
            "title": "Words",
            "description": "Only packages that the portal's search finds by these words (q).",
            "default": "",
        },
        "fq": {
            "type": "string",
            "title": "Filter",
            "description": "Only packages that fit this filter in the search engine's own language (fq), such as "
            "res_format:WMS or metadata_created:[2024-01-01T00:00:00Z TO *].",
            "default": "",
        },
        "languages": {
            "type": "array",
            "items": {"type": "string", "minLength": 2},
            "uniqueItems": True,
            "title": "Languages",
            "description": "Which language to take where the portal has texts in several, the best first, such as de, "
            "en; where it has none of these, the first that it has.",
            "default": ["en"],
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "title": "Page size",
            "description": "How many packages to ask for at a time; the portal may send fewer.",
            "default": 100,
        },
        "paging": {
            "enum": [BY_OFFSET, BY_IDENTIFIER],
            "title": "Paging",
            "description": "By offset, several pages at once; or one after the other by the last identifier, for a "
            "portal that refuses large offsets or changes a lot while it is read.",
            "default": BY_OFFSET,
        },
        "trust_total": {
            "type": "boolean",
            "title": "Hold the portal to its count",
            "description": "A pass counts as complete only when as many packages came as the portal announced. "
            "Switch it off for a portal that announces some that it does not show.",
            "default": True,
        },
        "incremental": {
            "type": "boolean",
            "title": "Ask for changes only",
            "description": "Between full passes, ask for packages modified since the last one. Switch it off for a "
            "portal whose metadata_modified does not tell its changes.",
            "default": True,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out."""

    organisations: tuple[str, ...]
    without_organisations: tuple[str, ...]
    groups: tuple[str, ...]
    without_groups: tuple[str, ...]
    tags: tuple[str, ...]
    types: tuple[str, ...]
    q: str
    fq: str
    languages: tuple[str, ...]
    page_size: int
    paging: str
    trust_total: bool
    incremental: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema. Raises `BadInput` for a filter that no portal takes."""
        values = {each.name: _value(given, each.name) for each in fields(cls)}
        if values["fq"].lstrip().startswith("{!"):
            # CKAN answers 400 to "local parameters" since 2.8.
            raise BadInput.of("settings.fq", "must not begin with {!, which portals refuse")
        return cls(**values)


def _value(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name, SCHEMA["properties"][name]["default"])
    return tuple(value) if isinstance(value, list | tuple) else value
