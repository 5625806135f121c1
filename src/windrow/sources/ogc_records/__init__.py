"""OGC API - Records - Part 1: Core: catalogues of records as JSON over HTTP."""

from windrow.sources.ogc_records.kind import OgcRecordsKind

__all__ = ["OgcRecordsKind"]
