"""Another GeoNode, by its API v2."""

from windrow.targets.geonode.kind import GeoNodeTarget

__all__ = ["GeoNodeTarget"]
