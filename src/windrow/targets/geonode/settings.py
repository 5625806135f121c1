"""What can be set for a GeoNode that records are pushed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

METADATA = ("keywords", "language", "dates", "extent", "licence", "attribution", "links")

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
        "metadata": {
            "type": "array",
            "items": {"enum": list(METADATA)},
            "uniqueItems": True,
            "title": "Metadata",
            "description": "What is sent beside the title, the abstract and the address. Versions differ in what they "
            "take: leave out what the GeoNode refuses.",
            "default": list(METADATA),
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A target's settings, with the defaults of those left out."""

    document_url: str
    extension: str
    metadata: tuple[str, ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        chosen: dict[str, Any] = {name: given.get(name, each["default"]) for name, each in SCHEMA["properties"].items()}
        return cls(**{**chosen, "metadata": tuple(chosen["metadata"])})
