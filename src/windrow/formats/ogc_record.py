"""Records of OGC API - Records - Part 1: Core (1.0, and what drafts wrote differently) to our record."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urljoin

from windrow.errors import RemoteUnreadable
from windrow.formats.dates import Period, between, moment, span
from windrow.formats.geojson import envelope, is_only_box, read_box, read_geometry
from windrow.formats.json import object_of, objects_of, text_of, texts_of
from windrow.formats.languages import language_tag
from windrow.formats.links import address
from windrow.model.records import Box, Contact, Link, Record

_STRUCTURE = frozenset(("root", "parent", "collection", "next", "prev", "previous", "first", "last", "conformance"))
"""Relations that say where a record stands in its catalogue and nothing about what it describes."""

_NO_LICENCE = frozenset(("other", "various", "proprietary"))
"""Licence codes that only say that the licence is elsewhere: in a link or in words (table 8 of the standard)."""

_RESOLVERS = ("http://", "https://")

_ABSOLUTE = re.compile(r"https?://[\w.:-]+(?:/[!$-:=@-Z_a-z~]*(?:\?[!$-;=?-Z_a-z~]+)?)?", re.ASCII)
"""An address with a host, and without anything that resolving would mend."""


_Fields: TypeAlias = tuple[str, str, str, str, str, str]
"""The fields of a link or of a contact in their order: plain, because repeats are found by them."""


def read(document: Mapping[str, Any], *, url: str = "", collection: str = "") -> Record:
    """The record of a GeoJSON feature. `url` is where it came from: relative links start there.

    A field that makes no sense is left empty. Raises `RemoteUnreadable` for what is no feature, or has no id.
    """
    if document.get("type") != "Feature":
        raise RemoteUnreadable(f"A record has the type Feature, not {text_of(document.get('type')) or 'none'}.")
    identifier = identifier_of(document)
    properties = object_of(document.get("properties"))
    box, geometry = _read_place(document)
    start, end = _read_time(document.get("time"), properties)
    links = tuple([Link(*each) for each in dict.fromkeys(_read_links(document, properties, url))])
    return Record(
        identifier=identifier,
        title=text_of(properties.get("title")) or identifier,
        abstract=text_of(properties.get("description")),
        type=text_of(properties.get("type")).lower() or "dataset",
        keywords=tuple(dict.fromkeys([*texts_of(properties.get("keywords")), *_read_themes(properties)])),
        contacts=tuple([Contact(*each) for each in dict.fromkeys(_read_contacts(properties))]),
        licence=_read_licence(properties, links),
        links=links,
        bbox=box,
        geometry=geometry,
        time_start=start,
        time_end=end,
        created=_read_moment(properties, "created", "recordCreated", "record-created"),
        modified=_read_moment(properties, "updated", "recordUpdated", "record-updated"),
        language=_read_language(properties),
        collection=collection,
        standard="ogc-record",
    )


def identifier_of(document: Mapping[str, Any]) -> str:
    """The record's id. Raises `RemoteUnreadable` when it has none."""
    identifier = text_of(document.get("id"))
    if not identifier:
        raise RemoteUnreadable("The record has no id.")
    return identifier


def _read_place(document: Mapping[str, Any]) -> tuple[Box | None, Mapping[str, Any] | None]:
    geometry = read_geometry(document.get("geometry"))
    box = read_box(document.get("bbox"))
    if box is None and geometry is not None:
        box = envelope(geometry)
    if box is not None and geometry is not None and is_only_box(geometry, box):
        return box, None
    return box, geometry


def _read_time(time: Any, properties: Mapping[str, Any]) -> Period:
    """The record's `time`: a date, a moment or an interval; in drafts a text, or an extent among the properties."""
    if isinstance(time, dict):
        return _read_interval(time.get("interval")) or span(_first(time, "date", "timestamp")) or Period(None, None)
    temporal = object_of(object_of(properties.get("extent")).get("temporal"))
    return span(text_of(time)) or _read_interval(temporal.get("interval")) or Period(None, None)


def _read_interval(interval: Any) -> Period | None:
    if isinstance(interval, list) and interval and isinstance(interval[0], list):
        interval = interval[0]
    if not isinstance(interval, list) or len(interval) != 2:
        return None
    return between(text_of(interval[0]), text_of(interval[1]))


def _read_moment(properties: Mapping[str, Any], *names: str) -> datetime | None:
    return moment(_first(properties, *names))


def _read_language(properties: Mapping[str, Any]) -> str:
    """An object with a code; in drafts a plain code."""
    language = properties.get("language")
    return language_tag(text_of(language.get("code") if isinstance(language, dict) else language))


def _read_themes(properties: Mapping[str, Any]) -> Iterator[str]:
    """The concepts of all themes by their titles, else by their ids; in drafts they are plain texts."""
    for theme in objects_of(properties.get("themes")):
        concepts = theme.get("concepts")
        for concept in concepts if isinstance(concepts, list) else []:
            text = _first(concept, "title", "id") if isinstance(concept, dict) else text_of(concept)
            if text:
                yield text


def _read_contacts(properties: Mapping[str, Any]) -> Iterator[_Fields]:
    """Each contact once for each of its roles; drafts call them providers."""
    for found in objects_of(properties.get("contacts")) or objects_of(properties.get("providers")):
        name, organisation = text_of(found.get("name")), text_of(found.get("organization"))
        email = _first_of(found.get("emails"), "value") or _first_of([found.get("contactInfo")], "email")
        phone = _first_of(found.get("phones"), "value")
        page = address(_first_of(found.get("links"), "href") or text_of(found.get("url")))
        if name or organisation or email or phone or page:
            for role in _read_roles(found.get("roles")) or ("",):
                yield name, organisation, role, email, phone, page


def _read_roles(roles: Any) -> tuple[str, ...]:
    """Plain texts; in drafts objects with a name."""
    return texts_of(roles) or tuple(name for each in objects_of(roles) if (name := text_of(each.get("name"))))


def _read_links(document: Mapping[str, Any], properties: Mapping[str, Any], url: str) -> Iterator[_Fields]:
    links = objects_of(document.get("links")) or objects_of(document.get("associations"))
    for link in links or objects_of(properties.get("associations")):
        href = address(_resolve(url, text_of(link.get("href"))))
        rel = text_of(link.get("rel")) or "related"
        if href and rel not in _STRUCTURE:
            yield _read_link(link, href, rel, protocol=text_of(link.get("protocol")))
    for template in objects_of(document.get("linkTemplates")):
        href = address(text_of(template.get("uriTemplate")))
        if href:
            yield _read_link(template, href, text_of(template.get("rel")) or "related", protocol="URI template")
    for identifier in objects_of(properties.get("externalIds")):
        href = address(text_of(identifier.get("value")))
        if href.startswith(_RESOLVERS):
            yield href, "cite-as", "", "", "", text_of(identifier.get("scheme"))


def _resolve(url: str, href: str) -> str:
    if _ABSOLUTE.fullmatch(href):
        return href  # as it would come out, and most of the time that reading a record takes
    try:
        return urljoin(url, href) if href else ""
    except ValueError:
        return ""


def _read_link(link: Mapping[str, Any], href: str, rel: str, *, protocol: str) -> _Fields:
    title, description = _first(link, "title", "name"), text_of(link.get("description"))
    return href, rel, title, description, text_of(link.get("type")), protocol


def _read_licence(properties: Mapping[str, Any], links: tuple[Link, ...]) -> str:
    """The licence's code or address; the link to it, or the rights in words, where the code only points there."""
    code = text_of(properties.get("license"))
    if code and code.lower() not in _NO_LICENCE:
        return code
    linked = next((link.href for link in links if link.rel == "license"), "")
    return linked or text_of(properties.get("rights")) or code


def _first(values: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if text := text_of(values.get(name)):
            return text
    return ""


def _first_of(values: Any, member: str) -> str:
    for each in objects_of(values):
        if text := text_of(each.get(member)):
            return text
    return ""
