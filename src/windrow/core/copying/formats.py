"""Formats of files, by their names and media types."""

import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

_TYPES = {
    "tif": ("image/tiff", "image/geotiff", "application/geotiff"),
    "gpkg": ("application/geopackage+sqlite3", "application/x-sqlite3"),
    "zip": ("application/zip", "application/x-zip-compressed", "application/x-shapefile", "application/x-zip"),
    "csv": ("text/csv", "application/csv", "text/comma-separated-values"),
    "geojson": ("application/geo+json", "application/vnd.geo+json"),
    "json": ("application/json",),
    "pdf": ("application/pdf",),
    "txt": ("text/plain",),
    "rtf": ("application/rtf", "text/rtf"),
    "doc": ("application/msword",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "xls": ("application/vnd.ms-excel",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    "ppt": ("application/vnd.ms-powerpoint",),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
    "odp": ("application/vnd.oasis.opendocument.presentation",),
    "png": ("image/png",),
    "jpg": ("image/jpeg", "image/jpg"),
    "gif": ("image/gif",),
    "webp": ("image/webp",),
}
_ENDINGS = {media_type: ending for ending, types in _TYPES.items() for media_type in types}
_SAME = {"tiff": "tif", "jpeg": "jpg", "geotiff": "tif", "geotif": "tif", "shp.zip": "zip"}

PICTURES = ("png", "jpg", "gif", "webp")
PAGES = frozenset(("text/html", "application/xhtml+xml"))
PAGE_ENDINGS = frozenset(("html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "jspx", "do"))
SAYING_NOTHING = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/x-download"))
"""Media types by which servers send what they know nothing of."""

_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def file_name(href: str) -> str:
    """The last step of an address, as people read it; "" where it has none."""
    return unquote(urlsplit(href).path.rpartition("/")[2], errors="replace").strip()


def ending_of(name: str) -> str:
    """What a name ends with, lower case and without its dot, such as `csv`; "" where there is none."""
    found = _ENDING.search(name)
    ending = found[1].lower() if found else ""
    return "" if ending.isdecimal() else _SAME.get(ending, ending)


def plain_type(media_type: str) -> str:
    """A media type without its parameters, lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_among(formats: Collection[str], *, ending: str, media_type: str) -> bool:
    """Whether a file of that name or of that type (plain) is of one of these formats."""
    wanted = {_SAME.get(each, each) for each in formats}
    known = _ENDINGS.get(media_type, "")
    return bool({ending, media_type, known} & (wanted - {""}))


def is_unknown(*, ending: str, media_type: str) -> bool:
    """Whether neither name nor type tells what it is."""
    return not ending and media_type in SAYING_NOTHING


def with_ending(name: str, media_type: str) -> str:
    """A name with what its type calls for, where it has no ending of its own."""
    ending = "" if ending_of(name) else _ENDINGS.get(media_type, "")
    return f"{name}.{ending}" if ending else name
