"""What can be set for a WMS source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

AUTO = "auto"
VERSIONS = ("1.3.0", "1.1.1", "1.1.0", "1.0.0")

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "dataset_title_filter": {
            "type": "string",
            "title": "Title filter",
            "description": "Only layers whose title holds this text, in upper or lower case.",
            "default": "",
        },
        "groups": {
            "type": "boolean",
            "title": "Group layers",
            "description": "Also harvest layers that hold others, where they can be asked for by a name of their own.",
            "default": False,
        },
        "version": {
            "enum": [AUTO, *VERSIONS],
            "title": "Version",
            "description": "The version to ask for; auto takes the one in the URL, else the newest of the server.",
            "default": AUTO,
        },
        "thumbnail_size": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2000,
            "title": "Thumbnail size",
            "description": "The longer side in pixels of the picture that each layer's preview link asks for; "
            "0 leaves the link out.",
            "default": 300,
        },
        "trust_addresses": {
            "type": "boolean",
            "title": "Trust advertised addresses",
            "description": "Link to the address that the server advertises for its maps, although it is on another "
            "server than the one that was asked. Behind proxies such addresses often lead nowhere.",
            "default": False,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out."""

    dataset_title_filter: str = ""
    groups: bool = False
    version: str = AUTO
    thumbnail_size: int = 300
    trust_addresses: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, each["default"]) for name, each in properties.items()})

    def takes(self, title: str) -> bool:
        """Whether a layer of that title is wanted."""
        return self.dataset_title_filter.strip().lower() in title.lower()
