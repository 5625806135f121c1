"""CKAN: open data portals by their Action API."""

from windrow.sources.ckan.kind import CkanKind

__all__ = ["CkanKind"]
