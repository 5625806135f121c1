"""CSW 2.0.2: OGC's Catalogue Service for the Web."""

from windrow.sources.csw.kind import CswKind

__all__ = ["CswKind"]
