"""Tasks of geoprocessing services: ArcGIS Server, and what speaks like it."""

from windrow.work.geoprocessing.kind import GeoprocessingWork

__all__ = ["GeoprocessingWork"]
