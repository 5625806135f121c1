"""STAC: the SpatioTemporal Asset Catalog, as an API and as a tree of static files."""

from windrow.sources.stac.kind import StacKind

__all__ = ["StacKind"]
