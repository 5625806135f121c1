"""What can be set for a GeoNode that records are pushed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "document_url": {
            "type": "string",
            "maxLength": 1000,
            "pattern": "^$|^https?://[^ ]*[{]identifier[}][^ ]*$",
            "title": "Address of the documents",
            "description": "What a document leads to, with {identifier} where the record's identifier is to stand, "
            "such as https://example.org/records/{identifier}; without it, the record's own first link.",
            "default": "",
        },
        "extension": {
            "type": "string",
            "pattern": "^[a-z0-9]{1,10}$",
            "title": "Extension",
            "description": "The kind of file that GeoNode is to take a document for where its address does not end in "
            "one; it must be one that the GeoNode allows.",
            "default": "txt",
        },
        "keywords": {
            "type": "boolean",
            "title": "Send keywords",
            "description": "Gives documents the record's keywords. Switch it off for a GeoNode that refuses new ones.",
            "default": True,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A target's settings, with the defaults of those left out."""

    document_url: str
    extension: str
    keywords: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, each["default"]) for name, each in properties.items()})
