"""Choosing: which of a record's links lead to files that are to be copied. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from windrow.core.copying.formats import (
    PAGE_ENDINGS,
    PAGES,
    PICTURES,
    ending_of,
    file_name,
    is_among,
    is_unknown,
    plain_type,
)
from windrow.model.copies import Copying, Role, Wanted
from windrow.model.records import Link, Record

MOST_FILES = 200
"""Files of one record: what names more of them is a catalogue of its own."""

_PICTURE_RELATIONS = frozenset(("preview", "icon", "thumbnail"))
_PICTURE_ROLES = frozenset(("thumbnail", "overview"))
_DATA_RELATIONS = frozenset(("enclosure", "download", "data", "item"))
_LOOSE_RELATIONS = frozenset(("", "related"))
_DOWNLOAD = re.compile(r"(www:)?download\b|file\b|file:", re.IGNORECASE)
_SERVICE = re.compile(r"(ogc|esri|inspire|opendap|erddap|thredds|osgeo)\b", re.IGNORECASE)
_SERVICE_PATH = re.compile(
    r"/(wms|wmts|wfs|wcs|wps|csw|ows|sos|tms|xyz|dodsc|erddap|geoserver/\w+)/?$"
    r"|/(dodsc|erddap|(map|feature|image|scene|tile|wms|wfs|wcs)server)(/|$)",
    re.IGNORECASE,
)
_NO_FILE_ROLES = frozenset(("metadata", "tiles", "tilejson", "stac-items"))


def choose(record: Record, copying: Copying, formats: Collection[str]) -> list[Wanted]:
    """The files, in the record's order, each address once; at most `MOST_FILES`."""
    if copying is Copying.NONE:
        return []
    found: dict[str, Wanted] = {}
    for each in _choose(record.links, formats, pictures=copying is Copying.DATA_AND_PICTURES):
        found.setdefault(each.href, each)
    return list(found.values())[:MOST_FILES]


def _choose(links: Sequence[Link], formats: Collection[str], *, pictures: bool) -> Iterator[Wanted]:
    for link in links:
        role, media_type = _role(link), plain_type(link.media_type)
        # A map or a legend that a service draws, and that is offered as a picture, is one.
        is_drawn = role is not Role.DATA and media_type.startswith("image/") and _is_fetchable(link)
        if not is_drawn and not _is_file(link):
            continue
        name = file_name(link.href)
        if role is Role.DATA:
            takes = _is_data(link, formats, ending_of(name), media_type)
        else:
            takes = pictures and _is_picture(ending_of(name), media_type)
        if takes:
            yield Wanted(link.href, role, name, media_type)


def _is_file(link: Link) -> bool:
    """Whether it can be one at all: neither a service nor a page, and an address as it stands."""
    if not _is_fetchable(link):
        return False
    parts = urlsplit(link.href)
    asked = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if {"service", "request"} & asked or _SERVICE.match(link.protocol) or _SERVICE_PATH.search(parts.path):
        return False
    is_page = plain_type(link.media_type) in PAGES or ending_of(file_name(link.href)) in PAGE_ENDINGS
    return not is_page and not (_NO_FILE_ROLES & set(link.protocol.split()))


def _is_fetchable(link: Link) -> bool:
    if not link.href.lower().startswith(("http://", "https://")) or "{" in link.href:
        return False
    try:
        urlsplit(link.href)
    except ValueError:
        return False
    return True


def _role(link: Link) -> Role:
    roles = set(link.protocol.lower().split())
    if "legend" in roles or link.rel == "legend":
        return Role.LEGEND
    if link.rel in _PICTURE_RELATIONS or _PICTURE_ROLES & roles:
        return Role.LEGEND if "legend" in link.title.lower() else Role.THUMBNAIL
    return Role.DATA


def _is_data(link: Link, formats: Collection[str], ending: str, media_type: str) -> bool:
    offered = link.rel in _DATA_RELATIONS or _DOWNLOAD.match(link.protocol) is not None
    if not offered and link.rel not in _LOOSE_RELATIONS:
        return False
    if is_among(formats, ending=ending, media_type=media_type):
        # Without a word that it is a download, an address of JSON is as likely an interface.
        return offered or bool(ending)
    return offered and is_unknown(ending=ending, media_type=media_type)


def _is_picture(ending: str, media_type: str) -> bool:
    if media_type in ("image/tiff", "image/geotiff"):
        return False
    return is_among(PICTURES, ending=ending, media_type=media_type) or is_unknown(ending=ending, media_type=media_type)
