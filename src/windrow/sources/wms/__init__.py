"""OGC Web Map Service: the layers of map servers."""

from windrow.sources.wms.kind import WmsKind

__all__ = ["WmsKind"]
