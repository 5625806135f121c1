"""What can be set for a DCAT catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

AUTO = "auto"
DATASETS = "datasets"
SERVICES = "services"
BY_IDENTIFIER = "identifier"
BY_IRI = "iri"

_ACCEPTED = {
    "turtle": "text/turtle",
    "rdf-xml": "application/rdf+xml",
    "json-ld": "application/ld+json",
    "n-triples": "application/n-triples",
    "json": "application/json",
}
_ANY = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7, "
    "application/json;q=0.5, */*;q=0.1"
)

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "format": {
            "enum": [AUTO, *_ACCEPTED],
            "title": "Format",
            "description": "Which format to ask the catalogue for; what it then sends is recognised whatever it is.",
            "default": AUTO,
        },
        "include": {
            "type": "array",
            "items": {"enum": [DATASETS, SERVICES]},
            "uniqueItems": True,
            "minItems": 1,
            "title": "Include",
            "description": "Datasets (and their series), or data services as well.",
            "default": [DATASETS],
        },
        "identity": {
            "enum": [BY_IDENTIFIER, BY_IRI],
            "title": "Identity",
            "description": "What a dataset is known by: its dct:identifier, where it has one; or its address (IRI), "
            "for a catalogue that gives several datasets the same identifier.",
            "default": BY_IDENTIFIER,
        },
        "languages": {
            "type": "array",
            "items": {"type": "string", "minLength": 2},
            "uniqueItems": True,
            "title": "Languages",
            "description": "Which language to take where the catalogue has texts in several, the best first, such as "
            "de, en; where it has none of these, the first that it has.",
            "default": ["en"],
        },
        "trust_total": {
            "type": "boolean",
            "title": "Hold the catalogue to its count",
            "description": "A pass counts as complete only when as many datasets came as the catalogue announced "
            "(hydra:totalItems). Switch it off where that counts other things too.",
            "default": True,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out."""

    format: str
    include: tuple[str, ...]
    identity: str
    languages: tuple[str, ...]
    trust_total: bool

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        return cls(**{each.name: _value(given, each.name) for each in fields(cls)})

    @property
    def services(self) -> bool:
        """Whether data services are wanted too."""
        return SERVICES in self.include

    @property
    def accept(self) -> str:
        """What to ask for, as HTTP says it."""
        return _ANY if self.format == AUTO else f"{_ACCEPTED[self.format]}, */*;q=0.1"


def _value(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name, SCHEMA["properties"][name]["default"])
    return tuple(value) if isinstance(value, list | tuple) else value
