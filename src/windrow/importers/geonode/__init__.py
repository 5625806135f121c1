"""From GeoNode: harvesters with what was chosen of their resources, by its API or from a dump of its database."""

from windrow.importers.geonode.dump import read_dump
from windrow.importers.geonode.harvesters import Harvester
from windrow.importers.geonode.importing import Imported, take_over
from windrow.importers.geonode.site import read_site

__all__ = ["Harvester", "Imported", "read_dump", "read_site", "take_over"]
