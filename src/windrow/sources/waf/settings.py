"""What can be set for a web accessible folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "pattern": {
            "type": "string",
            "minLength": 1,
            "title": "File names",
            "description": "Which files are metadata records: a pattern such as *.xml or iso_*.xml, in any case.",
            "default": "*.xml",
        },
        "depth": {
            "type": "integer",
            "minimum": 0,
            "maximum": 50,
            "title": "Depth",
            "description": "How many levels of subfolders to enter; 0 stays in the folder itself.",
            "default": 10,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out."""

    pattern: str
    depth: int

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, properties[name]["default"]) for name in ("pattern", "depth")})

    def takes(self, name: str) -> bool:
        """Whether a file of that name is wanted."""
        return fnmatchcase(name.lower(), self.pattern.lower())
