"""CKAN's packages, with what common extensions add to them, to our record."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import boxes
from windrow.formats.dates import Period, between, moment
from windrow.formats.dcat.codes import format_word
from windrow.formats.json import text_of
from windrow.formats.languages import language_tag
from windrow.formats.links import address, media_type
from windrow.formats.place_texts import NOWHERE, Place, join, place_of, read_geojson, read_place
from windrow.model.records import Contact, Link, Record
from windrow.sources.ckan.fields import Fields, unpacked
from windrow.sources.ckan.places import page_url

_CORNERS = ("bbox_west_long", "bbox_south_lat", "bbox_east_long", "bbox_north_lat")
_BEGINS = ("temporal_start", "temporal_extent_begin", "temporal_coverage_from", "start_date", "start", "from")
_ENDS = ("temporal_end", "temporal_extent_end", "temporal_coverage_to", "end_date", "end", "to")
_PERIODS = ("temporal_coverage", "temporals", "temporal")
_PEOPLE = {
    "author": ("author", "author_email"),
    "maintainer": ("maintainer", "maintainer_email"),
    "contact": ("contact_name", "contact_email"),
    "publisher": ("publisher_name", "publisher_email"),
}
_PARTIES = {"contact": "contact", "contact_points": "contact", "publisher": "publisher", "creator": "creator"}
_FILES = ("file", "file.upload", "upload")
_RELATIONS = {"documentation": "about", "file": "enclosure", "file.upload": "enclosure", "upload": "enclosure"}
_RESOURCE_TYPES = ("dataset", "series", "service", "nongeographicdataset", "application", "map")


def read_package(package: Mapping[str, Any], *, url: str, languages: Sequence[str] = ("en",)) -> Record:
    """The record of a package. `url` is the portal's address; `languages` are wanted ones, the best first.

    A field that makes no sense is left empty. Raises `RemoteUnreadable` for a package without an id.
    """
    identifier = text_of(package.get("id"))
    if not identifier:
        raise RemoteUnreadable("The package has no id.")
    fields = Fields.of(package, languages)
    place = _read_place(fields)
    start, end = _read_period(fields)
    return Record(
        identifier=identifier,
        title=fields.text("title", "name") or identifier,
        abstract=fields.text("notes", "description"),
        type=_read_type(fields),
        keywords=_read_keywords(fields),
        contacts=tuple(dict.fromkeys(_read_contacts(fields))),
        licence=fields.text("license_title", "license_id", "licence", "license", "license_url"),
        links=tuple(dict.fromkeys(_read_links(fields, url))),
        bbox=place.box,
        geometry=place.geometry,
        time_start=start,
        time_end=end,
        created=moment(fields.text("metadata_created")),
        modified=moment(fields.text("metadata_modified")),
        language=_read_language(fields),
        standard="ckan",
    )


def _read_type(fields: Fields) -> str:
    """The package's type; what a spatial harvester found out of a plain dataset says more."""
    kind = fields.text("type").lower() or "dataset"
    spatial = fields.text("resource_type").lower()
    return spatial if kind == "dataset" and spatial in _RESOURCE_TYPES else kind


def _read_keywords(fields: Fields) -> tuple[str, ...]:
    """The tags in the wanted language, where the portal has them in several; then the titles of its groups."""
    tags = [each.text("display_name", "name") for each in fields.parts("tags")]
    groups = [each.text("display_name", "title", "name") for each in fields.parts("groups")]
    translated = fields.texts("tags_translated", "keywords")
    return tuple(dict.fromkeys(each for each in [*(translated or tags), *groups] if each))


def _read_contacts(fields: Fields) -> Iterator[Contact]:
    for role, (name, email) in _PEOPLE.items():
        contact = Contact(name=fields.text(name), role=role, email=fields.text(email))
        if contact.name or contact.email:
            yield contact
    for member, role in _PARTIES.items():
        for party in fields.parts(member):
            contact = Contact(
                name=party.text("name"), role=role, email=party.text("email"), url=address(party.text("url", "uri"))
            )
            if contact.name or contact.email or contact.url:
                yield contact
    for owner in fields.parts("organization"):
        yield Contact(organisation=owner.text("title", "display_name", "name"), role="owner")
    for party in fields.parts("responsible_party"):
        for role in party.texts("roles", "role") or ("",):
            yield Contact(organisation=party.text("name"), role=role)


def _read_links(fields: Fields, url: str) -> Iterator[Link]:
    name = fields.text("name")
    if name and "{" not in name:
        yield Link(page_url(url, fields.text("type") or "dataset", name), rel="alternate", media_type="text/html")
    for resource in fields.parts("resources"):
        yield from _read_resource(resource)
    if landing := address(fields.text("url")):
        yield Link(landing, rel="about")
    if licence := address(fields.text("license_url")):
        yield Link(licence, rel="license", title=fields.text("license_title"))
    for identifier in dict.fromkeys((fields.text("uri"), fields.text("guid"), fields.text("doi"))):
        resolved = address(f"doi:{identifier}" if identifier.startswith("10.") else identifier)
        if resolved.startswith(("http://", "https://")):
            yield Link(resolved, rel="cite-as")


def _read_resource(resource: Fields) -> Iterator[Link]:
    href = address(resource.text("url", "access_url", "download_url"))
    if not href or resource.text("state") == "deleted":
        return
    mime, kind = resource.text("mimetype", "media_type", "mimetype_inner"), resource.text("resource_type").lower()
    word = resource.text("format", "resource_locator_protocol")
    kind = "upload" if resource.text("url_type") in _FILES else kind
    yield Link(
        href=href,
        rel=_RELATIONS.get(kind, "related"),
        title=resource.text("name", "title"),
        description=resource.text("description"),
        media_type=media_type(mime.lower()) or media_type(word.lower()),
        protocol=resource.text("resource_locator_protocol") or format_word(word),
    )


def _read_place(fields: Fields) -> Place:
    """GeoJSON in `spatial`, else the coverage of a schema with parts, else the four corners."""
    place = _read_part(fields.value("spatial", "spatial_geom", "spatial_geometry"))
    if place != NOWHERE:
        return place
    place = join([_read_coverage(each) for each in fields.parts("spatial_coverage")])
    return place if place != NOWHERE else _read_corners(fields)


def _read_coverage(part: Fields) -> Place:
    """A geometry and its box, else a point in the middle."""
    geometry, box, centre = (_read_part(part.value(name)) for name in ("geom", "bbox", "centroid"))
    if geometry.geometry is not None and box.box is not None:
        return place_of(geometry.geometry, box.box)
    return next((each for each in (geometry, box, centre) if each != NOWHERE), NOWHERE)


def _read_part(value: Any) -> Place:
    value = unpacked(value)
    return read_geojson(value) if isinstance(value, dict) else read_place(text_of(value))


def _read_corners(fields: Fields) -> Place:
    bounding = fields.text("spatial_bbox", "bbox")
    try:
        west, south, east, north = (float(fields.text(name)) for name in _CORNERS)
    except ValueError:
        return read_place(bounding)
    return Place(boxes.box(west, south, east, north))


def _read_period(fields: Fields) -> Period:
    """Two extras, or the first of a list of periods."""
    # A spatial harvester keeps all the dates that it found.
    begins, ends = fields.texts(*_BEGINS[:3]), fields.texts(*_ENDS[:3])
    found = between(min(begins, default=""), max(ends, default=""))
    if found != Period(None, None):
        return found
    for name in _PERIODS:
        for part in fields.parts(name):
            found = between(part.text(*_BEGINS), part.text(*_ENDS))
            if found != Period(None, None):
                return found
    return Period(None, None)


def _read_language(fields: Fields) -> str:
    """The first language named: a code, or an authority's address that ends with one."""
    named = fields.texts("language", "metadata_language", "dataset_language", "languages")
    return language_tag(named[0].partition(",")[0].rstrip("/").rpartition("/")[2]) if named else ""
