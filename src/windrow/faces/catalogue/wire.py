"""The spellings of OGC API - Records - Part 1: Core 1.0 (OGC 20-004r1) and what it builds on."""

from typing import Any

GEOJSON = "application/geo+json"
JSON = "application/json"
CATALOGUE = "application/ogc-catalog+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"

_RECORDS = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf"
_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_COMMON = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf"

CONFORMS_TO = [
    f"{_COMMON}/core",
    f"{_COMMON}/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    f"{_FEATURES}/core",
    f"{_FEATURES}/geojson",
    f"{_RECORDS}/record-core",
    f"{_RECORDS}/record-collection",
    f"{_RECORDS}/record-core-query-parameters",
    f"{_RECORDS}/record-api",
    f"{_RECORDS}/searchable-catalog",
    f"{_RECORDS}/sorting",
    f"{_RECORDS}/json",
]

RECORD_CONFORMS_TO = [f"{_RECORDS}/record-core"]

QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SORTABLES = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def link(rel: str, href: str, media_type: str = JSON, title: str = "") -> dict[str, Any]:
    """A link (RFC 8288) in JSON."""
    found = {"rel": rel, "href": href, "type": media_type}
    return found | {"title": title} if title else found
