"""CSW-T: the transactions of OGC's Catalogue Service for the Web, version 2.0.2."""

from windrow.targets.csw_t.kind import CswTTarget

__all__ = ["CswTTarget"]
