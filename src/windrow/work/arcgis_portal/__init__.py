"""Tasks that only an ArcGIS portal can do: scene caches, Insights workbooks, Workflow Manager, and whatever it has."""

from windrow.work.arcgis_portal.kind import ArcgisPortalWork
from windrow.work.arcgis_portal.signing import Portal

__all__ = ["ArcgisPortalWork", "Portal"]
