"""OGC Web Feature Service: the feature types of feature servers."""

from windrow.sources.wfs.kind import WfsKind

__all__ = ["WfsKind"]
