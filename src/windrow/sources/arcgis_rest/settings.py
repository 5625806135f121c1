"""What can be set for an ArcGIS REST services directory; the first two and the last two keys are GeoNode's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "harvest_map_services": {
            "type": "boolean",
            "title": "Map services",
            "description": "The layers and tables of map services (MapServer).",
            "default": True,
        },
        "harvest_image_services": {
            "type": "boolean",
            "title": "Image services",
            "description": "Image services (ImageServer), each as one record.",
            "default": True,
        },
        "harvest_feature_services": {
            "type": "boolean",
            "title": "Feature services",
            "description": "The layers and tables of feature services (FeatureServer). What a map service of the same "
            "name publishes too is harvested once, as the map service's, with a link to the feature service.",
            "default": True,
        },
        "resource_name_filter": {
            "type": "string",
            "title": "Name",
            "description": "Only layers, tables and image services with this text in their name, in any case.",
            "default": "",
        },
        "service_names_filter": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "title": "Services",
            "description": "Only these services, by name, with or without their folder, such as Roads or "
            "Transport/Roads; without any, all.",
            "default": [],
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, with the defaults of those left out. Names are compared in any case, as the server does."""

    types: frozenset[str]
    text: str = ""
    services: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Takes what was checked against the schema."""
        chosen = {
            "MapServer": given.get("harvest_map_services", True),
            "ImageServer": given.get("harvest_image_services", True),
            "FeatureServer": given.get("harvest_feature_services", True),
        }
        return cls(
            types=frozenset(each for each, wanted in chosen.items() if wanted),
            text=str(given.get("resource_name_filter", "")).strip().casefold(),
            services=frozenset(name.strip("/ ").casefold() for name in given.get("service_names_filter", ())),
        )

    def takes(self, name: str) -> bool:
        """Whether a layer, table or image service of that name is wanted."""
        return self.text in name.casefold()

    def takes_service(self, name: str) -> bool:
        """Whether a service is wanted, by its whole name (`Transport/Roads`)."""
        whole = name.casefold()
        return not self.services or whole in self.services or whole.rpartition("/")[2] in self.services

    def enters(self, folder: str) -> bool:
        """Whether wanted services may lie in a folder or below it."""
        inside = f"{folder.casefold()}/"
        return not self.services or any("/" not in name or name.startswith(inside) for name in self.services)
