"""STAC items and collections (1.0 and 1.1, and what is left of 0.9) to our record."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from windrow.errors import RemoteUnreadable
from windrow.formats import boxes
from windrow.formats.dates import Period, between, moment
from windrow.formats.geojson import envelope, is_only_box, read_box, read_geometry
from windrow.formats.json import object_of, objects_of, text_of, texts_of
from windrow.formats.languages import language_tag
from windrow.model.records import Box, Contact, Link, Record

STRUCTURE = frozenset(
    {
        *("root", "parent", "child", "children", "item", "items", "data", "collection", "search"),
        *("next", "prev", "previous", "first", "last"),
        *("conformance", "service-desc", "service-doc", "queryables", "aggregate", "aggregations"),
        "http://www.opengis.net/def/rel/ogc/1.0/queryables",
        "http://www.opengis.net/def/rel/ogc/1.0/items",
    }
)
"""Relations that say where a document stands in its catalogue and nothing about what it describes."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PREVIEWS = frozenset(("thumbnail", "overview"))
_DESCRIPTIONS = frozenset(("metadata", "iso-19115"))


def read_item(document: Mapping[str, Any], url: str = "") -> Record:
    """The record of a STAC item. `url` is where the document came from: relative links start there.

    A field that makes no sense is left empty. Raises `RemoteUnreadable` for what is no item, or has no id.
    """
    if document.get("type") != "Feature":
        raise RemoteUnreadable(f"A STAC item has the type Feature, not {text_of(document.get('type')) or 'none'}.")
    identifier = _identifier_of(document)
    properties = object_of(document.get("properties"))
    box, geometry = _read_place(document)
    start, end = _read_time(properties)
    return Record(
        identifier=identifier,
        title=text_of(properties.get("title")) or identifier,
        abstract=text_of(properties.get("description")),
        type="item",
        keywords=texts_of(properties.get("keywords")),
        contacts=_read_contacts(properties),
        licence=text_of(properties.get("license")),
        links=_read_links(document, url),
        bbox=box,
        geometry=geometry,
        time_start=start,
        time_end=end,
        created=moment(text_of(properties.get("created"))),
        modified=moment(text_of(properties.get("updated"))),
        language=_read_language(properties),
        # Before 1.0 the collection could stand among the properties.
        collection=text_of(document.get("collection")) or text_of(properties.get("collection")),
        standard="stac-item",
    )


def read_collection(document: Mapping[str, Any], url: str = "") -> Record:
    """The record of a STAC collection; all else as in `read_item`."""
    if not is_collection(document):
        raise RemoteUnreadable(f"No STAC collection but: {text_of(document.get('type')) or 'no type'}.")
    identifier = _identifier_of(document)
    start, end = _read_interval(document)
    return Record(
        identifier=identifier,
        title=text_of(document.get("title")) or identifier,
        abstract=text_of(document.get("description")),
        type="collection",
        keywords=texts_of(document.get("keywords")),
        contacts=_read_contacts(document),
        licence=text_of(document.get("license")),
        links=_read_links(document, url),
        bbox=_read_extent(document),
        time_start=start,
        time_end=end,
        created=moment(text_of(document.get("created"))),
        modified=moment(text_of(document.get("updated"))),
        language=_read_language(document),
        standard="stac-collection",
    )


def is_collection(document: Mapping[str, Any]) -> bool:
    """Whether the document is a STAC collection; before 1.0 they had no type, but an extent."""
    kind = document.get("type")
    return kind == "Collection" or (kind is None and "extent" in document and "license" in document)


def _identifier_of(document: Mapping[str, Any]) -> str:
    identifier = text_of(document.get("id"))
    if not identifier:
        raise RemoteUnreadable("The STAC document has no id.")
    return identifier


def _read_place(document: Mapping[str, Any]) -> tuple[Box | None, Mapping[str, Any] | None]:
    geometry = read_geometry(document.get("geometry"))
    box = read_box(document.get("bbox"))
    if box is None and geometry is not None:
        box = envelope(geometry)
    if box is not None and geometry is not None and is_only_box(geometry, box):
        return box, None
    return box, geometry


def _read_time(properties: Mapping[str, Any]) -> Period:
    """The range where there is one: `datetime` is then only a moment within it (STAC 1.1, common metadata)."""
    found = _between(properties.get("start_datetime"), properties.get("end_datetime"))
    if found != Period(None, None):
        return found
    return _between(properties.get("datetime"), properties.get("datetime"))


def _between(start: Any, end: Any) -> Period:
    return between(text_of(start), text_of(end))


def _read_extent(document: Mapping[str, Any]) -> Box | None:
    """The first box, which is that of the whole (collection spec, spatial extent), or the others' envelope."""
    spatial = object_of(object_of(document.get("extent")).get("spatial")).get("bbox")
    values = spatial if isinstance(spatial, list) else []
    if values and not isinstance(values[0], list):
        values = [values]  # One box without the list around it: a mistake that many collections make.
    found = [read_box(value) for value in values]
    if found and found[0] is not None:
        return found[0]
    return boxes.envelope([box for box in found if box is not None])


def _read_interval(document: Mapping[str, Any]) -> Period:
    """The first interval, which is that of the whole (collection spec, temporal extent)."""
    intervals = object_of(object_of(document.get("extent")).get("temporal")).get("interval")
    first = intervals[0] if isinstance(intervals, list) and intervals else None
    if not isinstance(first, list):
        first = intervals  # One interval without the list around it, as with boxes.
    if not isinstance(first, list) or len(first) != 2:
        return Period(None, None)
    return _between(first[0], first[1])


def _read_language(fields: Mapping[str, Any]) -> str:
    """The language extension's `language`, an object with a code; a plain code is taken too."""
    language = fields.get("language")
    return language_tag(text_of(language.get("code") if isinstance(language, dict) else language))


def _read_contacts(fields: Mapping[str, Any]) -> tuple[Contact, ...]:
    """The providers, once for each of their roles, and the contacts of the contacts extension."""
    contacts = [*_read_providers(fields.get("providers")), *_read_people(fields.get("contacts"))]
    return tuple(dict.fromkeys(contacts))


def _read_providers(providers: Any) -> Iterator[Contact]:
    for provider in objects_of(providers):
        name, url = text_of(provider.get("name")), text_of(provider.get("url"))
        if name or url:
            for role in texts_of(provider.get("roles")) or ("",):
                yield Contact(organisation=name, role=role, url=url)


def _read_people(people: Any) -> Iterator[Contact]:
    for person in objects_of(people):
        contact = Contact(
            name=text_of(person.get("name")),
            organisation=text_of(person.get("organization")),
            email=_first_of(person.get("emails"), "value"),
            phone=_first_of(person.get("phones"), "value"),
            url=_first_of(person.get("links"), "href"),
        )
        if contact != Contact():
            for role in texts_of(person.get("roles")) or ("",):
                yield Contact(contact.name, contact.organisation, role, contact.email, contact.phone, contact.url)


def _first_of(values: Any, member: str) -> str:
    return next((text for each in objects_of(values) if (text := text_of(each.get(member)))), "")


def _read_links(document: Mapping[str, Any], url: str) -> tuple[Link, ...]:
    links = [*_read_own_links(document.get("links"), url), *_read_assets(document.get("assets"), url)]
    return tuple(dict.fromkeys(links))


def _read_own_links(links: Any, url: str) -> Iterator[Link]:
    for link in objects_of(links):
        href, rel = text_of(link.get("href")), text_of(link.get("rel"))
        if href and rel not in STRUCTURE:
            yield Link(
                href=_resolve(url, href),
                rel=rel or "related",
                title=text_of(link.get("title")),
                description=text_of(link.get("description")),
                media_type=text_of(link.get("type")),
            )


def _read_assets(assets: Any, url: str) -> Iterator[Link]:
    for key, asset in object_of(assets).items():
        href = text_of(asset.get("href")) if isinstance(asset, dict) else ""
        if href:
            roles = texts_of(asset.get("roles"))
            yield Link(
                href=_resolve(url, href),
                rel=_relation_of(roles),
                title=text_of(asset.get("title")) or text_of(key),
                description=text_of(asset.get("description")),
                media_type=text_of(asset.get("type")),
                protocol=" ".join(roles),
            )


def _relation_of(roles: tuple[str, ...]) -> str:
    """The IANA relation nearest to an asset's roles."""
    if not _PREVIEWS.isdisjoint(roles):
        return "preview"
    return "describedby" if not _DESCRIPTIONS.isdisjoint(roles) else "enclosure"


def _resolve(url: str, href: str) -> str:
    """The absolute form of a link found in the document at `url`; as it stands when it cannot be resolved."""
    if not url or _ABSOLUTE.match(href):
        return href
    try:
        return urljoin(url, href)
    except ValueError:
        return href
