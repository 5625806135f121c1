"""ArcGIS REST services directories: map, image and feature services, layer by layer."""

from windrow.sources.arcgis_rest.kind import ArcgisRestKind

__all__ = ["ArcgisRestKind"]
