"""DCAT catalogues: RDF documents, with or without pages, and data.json files."""

from windrow.sources.dcat.kind import DcatKind

__all__ = ["DcatKind"]
