"""GeoNode: another GeoNode's resources, by its API v2, or by its legacy API and CSW where that is older."""

from windrow.sources.geonode.kind import GeoNodeKind

__all__ = ["GeoNodeKind"]
