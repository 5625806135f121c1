"""Formats of features: which of those that a server offers are worth a link, and what they are."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Download(NamedTuple):
    """A format to download. `asked_for` is the server's own word for it."""

    title: str
    media_type: str
    asked_for: str


_LONGEST = 200

# In the order in which links are shown. Of several words that fit, that of the earliest pattern is asked for.
_FAMILIES = (
    ("GeoJSON", "application/geo+json", ("application/geo[+]json.*", "application/json.*", ".*geo[+]?json.*", "json")),
    ("GeoPackage", "application/geopackage+sqlite3", (".*geopackage.*", ".*gpkg.*")),
    ("Shapefile", "application/zip", ("shape-?zip", ".*shape.*", ".*shp.*")),
    ("CSV", "text/csv", ("csv", "text/csv.*")),
    (
        "GML",
        "application/gml+xml",
        (".*gml.*3[.]2.*", "gml32", ".*gml.*3[.]1.*", "gml3", ".*gml.*", "text/xml"),
    ),
    ("KML", "application/vnd.google-earth.kml+xml", (".*kml.*",)),
)


def downloads(offered: Iterable[str]) -> Iterator[Download]:
    """One download of each family of formats on offer."""
    words = [word for word in dict.fromkeys(offered) if 0 < len(word) <= _LONGEST]
    for title, media_type, patterns in _FAMILIES:
        fitting = (word for pattern in patterns for word in words if re.fullmatch(pattern, word, re.IGNORECASE))
        found = next(fitting, None)
        if found is not None:
            yield Download(title, media_type, found)
