"""What can be set for a folder of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

ISO = "iso"
STAC = "stac"

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "format": {
            "enum": [ISO, STAC],
            "title": "Format",
            "description": "What is written: iso, one ISO 19139 document per record; or stac, a static STAC catalogue "
            "with one item per record.",
            "default": ISO,
        },
        "catalogue_title": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "title": "Title of the catalogue",
            "description": "What a STAC catalogue is called; of no matter to iso.",
            "default": "Records from Windrow",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A target's settings, with the defaults of those left out."""

    format: str
    catalogue_title: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, each["default"]) for name, each in properties.items()})
