"""CKAN portals, by their Action API."""

from windrow.targets.ckan.kind import CkanTarget

__all__ = ["CkanTarget"]
