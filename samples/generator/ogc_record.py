"""A dataset as an OGC API Records record (GeoJSON)."""

from typing import Any

from samples.generator.datasets import Dataset

_LANGUAGES = {"eng": "en", "ger": "de", "fre": "fr", "spa": "es"}


def ogc_record(dataset: Dataset) -> dict[str, Any]:
    """The record as a JSON document."""
    west, south, east, north = dataset.bbox
    return {
        "id": dataset.identifier,
        "type": "Feature",
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"],
        "geometry": _geometry(west, south, east, north),
        "time": {"interval": [dataset.start.isoformat(), dataset.end.isoformat()]},
        "properties": {
            "type": dataset.kind,
            "title": dataset.title,
            "description": dataset.abstract,
            "keywords": list(dataset.keywords),
            "language": {"code": _LANGUAGES[dataset.language]},
            "created": f"{dataset.published}T00:00:00Z",
            "updated": f"{dataset.modified}T00:00:00Z",
            "contacts": [
                {
                    "name": dataset.person,
                    "organization": dataset.organisation,
                    "emails": [{"value": dataset.email}],
                    "roles": ["publisher"],
                }
            ],
            "themes": [
                {
                    "concepts": [{"id": dataset.subject.theme}],
                    "scheme": "https://www.eionet.europa.eu/gemet/inspire_themes",
                }
            ],
            "formats": [{"name": dataset.format[0]}],
            "license": dataset.licence[1],
        },
        "links": [
            {
                "rel": "enclosure",
                "href": f"https://data.example.org/files/{dataset.slug}.zip",
                "type": "application/zip",
                "title": "Download",
            },
            {
                "rel": "about",
                "href": f"https://data.example.org/about/{dataset.slug}",
                "type": "text/html",
                "title": f"About {dataset.title}",
            },
        ],
    }


def _geometry(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle; RFC 7946 has it cut in two where it crosses the antimeridian."""
    if west <= east:
        return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}
    halves = [[_ring(west, south, 180.0, north)], [_ring(-180.0, south, east, north)]]
    return {"type": "MultiPolygon", "coordinates": halves}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
