"""What can be set for a CKAN portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 100}, "uniqueItems": True}

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "owner_org": {
            "type": "string",
            "maxLength": 100,
            "title": "Organisation",
            "description": "The organisation that is to own the packages, by the name in its address or by its id; "
            "most portals ask for one.",
            "default": "",
        },
        "groups": {
            **_NAMES,
            "title": "Groups",
            "description": "Groups that every package is put into, by the names in their addresses.",
            "default": [],
        },
        "tags": {
            **_NAMES,
            "title": "More tags",
            "description": "Tags that every package gets beside the record's own keywords.",
            "default": [],
        },
        "private": {
            "type": "boolean",
            "title": "Private",
            "description": "Packages are seen by the organisation's members only.",
            "default": False,
        },
        "purge": {
            "type": "boolean",
            "title": "Purge what is removed",
            "description": "Takes removed packages out of the portal's database, for which it wants a system "
            "administrator's key; without it they are only marked as deleted, and their names stay taken.",
            "default": False,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A target's settings, with the defaults of those left out."""

    owner_org: str
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    private: bool
    purge: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        chosen: dict[str, Any] = {name: given.get(name, each["default"]) for name, each in SCHEMA["properties"].items()}
        return cls(**{**chosen, "groups": tuple(chosen["groups"]), "tags": tuple(chosen["tags"])})
