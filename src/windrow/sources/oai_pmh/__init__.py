"""OAI-PMH 2.0: the Open Archives Initiative's protocol for metadata harvesting."""

from windrow.sources.oai_pmh.kind import OaiPmhKind

__all__ = ["OaiPmhKind"]
