"""Resources as a GeoNode has them: the whole documents of API v2, and what older and shorter answers make of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

KEYWORD = {"name": "Rivers", "slug": "rivers"}
BRIEF = ("pk", "title", "abstract", "resource_type", "date", "last_updated")
UNTOLD = ("pk", "title", "abstract", "resource_type")


def resource(pk: int, kind: str, **changes: Any) -> dict[str, Any]:
    """One resource, as GeoNode 4 gives it in lists; what belongs to one type only is added below."""
    person = {"pk": 1000, "username": "ada", "first_name": "Ada", "last_name": "Lovelace", "avatar": f"/a/{pk}.png"}
    west, south = pk % 100, pk % 50
    ring = [[west, south], [west, south + 2], [west + 1, south + 2], [west + 1, south], [west, south]]
    found = {
        "pk": str(pk),
        "uuid": str(UUID(int=pk)),
        "resource_type": kind,
        "title": f"Title {pk}",
        "abstract": f"<p>Words about <b>{pk}</b></p>",
        "raw_abstract": f"Words about {pk}",
        "alternate": f"geonode:title_{pk}",
        "owner": person,
        "poc": [person],
        "metadata_author": [person],
        "keywords": [KEYWORD],
        "regions": [{"code": "NLD", "name": "Netherlands"}],
        "category": {"identifier": "inlandWaters"},
        "license": {"identifier": "not_specified"},
        "language": "eng",
        "date": f"2024-01-{1 + pk % 28:02}T00:00:00Z",
        "date_type": "publication",
        "created": "2024-02-01T10:00:00Z",
        "last_updated": "2024-03-01T10:00:00Z",
        "temporal_extent_start": None,
        "temporal_extent_end": None,
        "srid": "EPSG:4326",
        "bbox_polygon": {"type": "Polygon", "coordinates": [ring]},
        "ll_bbox_polygon": {"type": "Polygon", "coordinates": [ring]},
        "detail_url": f"/catalogue/#/{kind}/{pk}",
        "embed_url": None,
        "thumbnail_url": f"/uploaded/thumbs/{kind}-{pk}.jpg",
        "links": [],
        "subtype": "vector",
        "popular_count": 0,
        "perms": ["view_resourcebase"],
    }
    return {**found, **changes}


def dataset(pk: int, **changes: Any) -> dict[str, Any]:
    return resource(pk, "dataset", **changes)


def document(pk: int, **changes: Any) -> dict[str, Any]:
    return resource(pk, "document", **{"extension": "pdf", "href": f"/documents/{pk}/download", **changes})


def drawn_map(pk: int, **changes: Any) -> dict[str, Any]:
    return resource(pk, "map", **changes)


def some(count: int, *, first: int = 1) -> list[dict[str, Any]]:
    """Every third one is a document."""
    return [document(each) if each % 3 == 0 else dataset(each) for each in range(first, first + count)]


def old_shape(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the legacy API says of it."""
    (west, south), _, (east, north) = found["ll_bbox_polygon"]["coordinates"][0][:3]
    return {
        "id": int(found["pk"]),
        "uuid": found["uuid"],
        "title": found["title"],
        "abstract": found["raw_abstract"],
        "owner__username": "ada",
        "owner_name": "Ada Lovelace",
        "keywords": [each["slug"] for each in found["keywords"]],
        "regions": [each["name"] for each in found["regions"]],
        "category__gn_description": "Inland Waters",
        "date": found["date"][:19],
        "date_type": found["date_type"],
        "language": found["language"],
        "srid": found["srid"],
        "bbox_x0": f"{west:.13f}",
        "bbox_x1": f"{east:.13f}",
        "bbox_y0": f"{south:.13f}",
        "bbox_y1": f"{north:.13f}",
        "csw_wkt_geometry": f"POLYGON(({west} {south},{west} {north},{east} {north},{east} {south},{west} {south}))",
        "detail_url": f"/layers/{found['alternate']}",
        "thumbnail_url": found["thumbnail_url"],
        "popular_count": found["popular_count"],
    }


def iso(found: Mapping[str, Any]) -> str:
    """What the CSW says of it: ISO 19139, much shorter than GeoNode's own."""
    return f"""<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">
<gmd:fileIdentifier><gco:CharacterString>{found["uuid"]}</gco:CharacterString></gmd:fileIdentifier>
<gmd:language><gmd:LanguageCode codeListValue="eng">eng</gmd:LanguageCode></gmd:language>
<gmd:hierarchyLevel><gmd:MD_ScopeCode codeListValue="dataset">dataset</gmd:MD_ScopeCode></gmd:hierarchyLevel>
<gmd:dateStamp><gco:DateTime>{found["last_updated"]}</gco:DateTime></gmd:dateStamp>
<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>
<gmd:title><gco:CharacterString>{escape(found["title"])}</gco:CharacterString></gmd:title>
</gmd:CI_Citation></gmd:citation>
<gmd:abstract><gco:CharacterString>{escape(found["raw_abstract"])}</gco:CharacterString></gmd:abstract>
</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"""
