"""The links of a GeoNode resource: services, downloads, its page, its picture, with words that others know too."""

from collections.abc import Iterator, Mapping
from mimetypes import MimeTypes
from typing import Any
from urllib.parse import urljoin

from windrow.formats.json import objects_of, text_of
from windrow.formats.links import address, media_type
from windrow.model.records import Link
from windrow.sources.geonode.places import without_token_name

_TYPES = MimeTypes(())
"""The library's own table, whatever the machine has."""

_RELATIONS = {"data": "enclosure", "original": "enclosure", "metadata": "describedby", "html": "alternate"}
_SERVICES = "OGC:"
_HTML = "text/html"


def read_links(document: Mapping[str, Any], base: str) -> tuple[Link, ...]:
    """Each address once for each purpose. Relative ones start at the GeoNode's `base`; what is no address is left."""
    return tuple(dict.fromkeys(each for each in _read(document, base) if each.href))


def _read(document: Mapping[str, Any], base: str) -> Iterator[Link]:
    page = _address(document.get("detail_url"), base)
    yield Link(page, "alternate", title="Page in the GeoNode", media_type=_HTML)
    yield from _services(document, base)
    yield from _downloads(document, base)
    yield Link(_address(document.get("embed_url"), base), "alternate", title="Embedded view", media_type=_HTML)
    yield Link(_address(document.get("link"), base), "via", title="GeoNode API", media_type="application/json")
    for each in objects_of(document.get("links")):
        if not _is_service(each):
            yield _other(each, base)
    yield Link(_address(document.get("thumbnail_url"), base), "preview", title="Thumbnail")


def _services(document: Mapping[str, Any], base: str) -> Iterator[Link]:
    """By the layer's own name, so that a client can ask for it at once."""
    layer = text_of(document.get("alternate")) or text_of(document.get("typename"))
    for each in objects_of(document.get("links")):
        if _is_service(each):
            name = text_of(each.get("name"))
            href = _address(each.get("url"), base)
            yield Link(href, title=layer or name, description=name, protocol=text_of(each.get("link_type")))


def _downloads(document: Mapping[str, Any], base: str) -> Iterator[Link]:
    extension = text_of(document.get("extension")).lstrip(".").lower()
    kind = _TYPES.guess_type(f"file.{extension}")[0] or "" if extension else ""
    yield Link(_address(document.get("href"), base), "enclosure", title=extension.upper(), media_type=kind)
    told = [document.get("download_url"), *(each.get("url") for each in objects_of(document.get("download_urls")))]
    for href in dict.fromkeys(_address(each, base) for each in told):
        yield Link(href, "enclosure", title="Download")


def _other(link: Mapping[str, Any], base: str) -> Link:
    kind = text_of(link.get("link_type"))
    return Link(
        _address(link.get("url"), base),
        _RELATIONS.get(kind, "related"),
        title=text_of(link.get("name")),
        media_type=media_type(text_of(link.get("mime"))),
        protocol=kind,
    )


def _is_service(link: Mapping[str, Any]) -> bool:
    return text_of(link.get("link_type")).upper().startswith(_SERVICES)


def _address(value: Any, base: str) -> str:
    text = text_of(value)
    if not text:
        return ""
    try:
        return address(without_token_name(urljoin(f"{base}/", text)))
    except ValueError:
        return ""
