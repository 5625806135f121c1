"""What can be set for a WFS source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

AUTO = "auto"
VERSIONS = ("2.0.0", "1.1.0", "1.0.0")

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "dataset_title_filter": {
            "type": "string",
            "title": "Title filter",
            "description": "Only feature types whose title holds this text, in upper or lower case.",
            "default": "",
        },
        "version": {
            "enum": [AUTO, *VERSIONS],
            "title": "Version",
            "description": "The version to ask for; auto takes the one in the URL, else the newest of the server.",
            "default": AUTO,
        },
        "downloads": {
            "type": "boolean",
            "title": "Download links",
            "description": "Link to all features of a type as files, in the formats that the server offers.",
            "default": True,
        },
        "trust_addresses": {
            "type": "boolean",
            "title": "Trust advertised addresses",
            "description": "Link to the address that the server advertises for its features, although it is on another "
            "server than the one that was asked. Behind proxies such addresses often lead nowhere.",
            "default": False,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out."""

    dataset_title_filter: str = ""
    version: str = AUTO
    downloads: bool = True
    trust_addresses: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        properties = SCHEMA["properties"]
        return cls(**{name: given.get(name, each["default"]) for name, each in properties.items()})

    def takes(self, title: str) -> bool:
        """Whether a feature type of that title is wanted."""
        return self.dataset_title_filter.strip().lower() in title.lower()
