"""What can be set for a CSW-T server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

ISO = "iso19139"
DUBLIN_CORE = "dublin-core"

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "format": {
            "enum": [ISO, DUBLIN_CORE],
            "title": "Format",
            "description": "As what records are sent: iso19139 (gmd:MD_Metadata), as they came where they came as "
            "that; or dublin-core (csw:Record), for catalogues that take nothing richer.",
            "default": ISO,
        },
        "identifier_property": {
            "type": "string",
            "minLength": 1,
            "pattern": "^[A-Za-z_][A-Za-z0-9_.:/-]*$",
            "title": "Queryable of the identifier",
            "description": "By what the server finds the record that is to be deleted; dc:identifier for most, "
            "apiso:Identifier or Identifier for some.",
            "default": "dc:identifier",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A target's settings, with the defaults of those left out."""

    format: str
    identifier_property: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, each["default"]) for name, each in properties.items()})
