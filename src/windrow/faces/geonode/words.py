"""Words: GeoNode's own names for what we call otherwise, both ways."""

from collections.abc import Mapping
from types import MappingProxyType

from windrow.model.runs import RunState

READY = "ready"
UPDATING = "updating-harvestable-resources"
ABORTING_UPDATE = "aborting-update-harvestable-resources"
HARVESTING = "harvesting-resources"
ABORTING_HARVEST = "aborting-harvesting-resources"
CHECKING = "checking-availability"

STATUSES = (READY, UPDATING, ABORTING_UPDATE, HARVESTING, ABORTING_HARVEST, CHECKING)

ACTIVITIES: Mapping[str, str] = MappingProxyType(
    {
        "": READY,
        "refresh": UPDATING,
        "cancelling refresh": ABORTING_UPDATE,
        "harvest": HARVESTING,
        "cancelling harvest": ABORTING_HARVEST,
        "availability": CHECKING,
        "cancelling availability": CHECKING,
    }
)
"""What is at work on a source, and the status that its harvester has meanwhile."""

SESSION_TYPES: Mapping[str, str] = MappingProxyType(
    {"harvest": "harvesting", "refresh": "discover-harvestable-resources"}
)

SESSION_STATUSES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.SCHEDULED: "pending",
        RunState.QUEUED: "pending",
        RunState.RUNNING: "on-going",
        RunState.WAITING: "on-going",
        RunState.CANCELLING: "aborting",
        RunState.CANCELLED: "aborted",
        RunState.SKIPPED: "aborted",
        RunState.SUCCEEDED: "finished-all-ok",
        RunState.PARTIAL: "finished-some-failed",
        RunState.FAILED: "finished-all-failed",
    }
)

CLASS_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "geonode.harvesting.harvesters.wms.OgcWmsHarvester": "wms",
        "geonode.harvesting.harvesters.geonodeharvester.GeonodeUnifiedHarvesterWorker": "geonode",
        "geonode.harvesting.harvesters.geonodeharvester.GeonodeCurrentHarvester": "geonode",
        "geonode.harvesting.harvesters.geonodeharvester.GeonodeLegacyHarvester": "geonode",
        "geonode.harvesting.harvesters.arcgis.ArcgisHarvesterWorker": "arcgis_rest",
    }
)
"""The workers that GeoNode brings, and the source kinds that do the same here. The first of a kind is its name."""

DEFAULT_TYPE = "geonode.harvesting.harvesters.wms.OgcWmsHarvester"


def class_path_of(kind: str) -> str:
    """What a source kind is called as a worker; kinds that GeoNode does not have go by their own names."""
    return next((path for path, each in CLASS_PATHS.items() if each == kind), kind)


def kinds_of(harvester_type: str) -> str:
    """The source kind that a worker's class path or a kind's name stands for."""
    return CLASS_PATHS.get(harvester_type, harvester_type)
