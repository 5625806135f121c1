"""Harvesters as GeoNode has them, wherever they were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windrow.ports.sources import Choice

FIELDS = (
    "name",
    "remote_url",
    "scheduling_enabled",
    "harvesting_session_update_frequency",
    "refresh_harvestable_resources_update_frequency",
    "check_availability_frequency",
    "harvester_type",
    "harvester_type_specific_configuration",
    "harvest_new_resources_by_default",
    "delete_orphan_resources_automatically",
)
"""What is taken over of a harvester. Its owner here is whoever imports it."""


@dataclass(frozen=True, slots=True)
class Harvester:
    """A harvester in the words of GeoNode's API, with its resources. `problem` tells what could not be read of them."""

    fields: Mapping[str, Any]
    resources: Sequence[Choice] = ()
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.fields.get("name") or "")


def picked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is taken over, of everything that is told of a harvester."""
    return {name: fields[name] for name in FIELDS if fields.get(name) is not None}


def to_choice(fields: Mapping[str, Any]) -> Choice:
    """A harvestable resource. Raises `KeyError` where it has no identifier."""
    return Choice(
        identifier=str(fields["unique_identifier"]),
        title=str(fields.get("title") or ""),
        type=str(fields.get("remote_resource_type") or ""),
        wanted=bool(fields.get("should_be_harvested")),
    )
