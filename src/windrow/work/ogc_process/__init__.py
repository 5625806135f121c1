"""Processes of servers of OGC API - Processes 1.0, part 1 (OGC 18-062r2)."""

from windrow.work.ogc_process.kind import OgcProcessWork

__all__ = ["OgcProcessWork"]
