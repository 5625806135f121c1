"""Links and assets of STAC documents that go out again: absolute, without those of their old catalogue; pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from windrow.formats.json import object_of, objects_of, text_of
from windrow.formats.stac import STRUCTURE
from windrow.model.records import Record

Fields = dict[str, Any]

JSON = "application/json"
GEOJSON = "application/geo+json"

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_STEPS = re.compile(r"^(\.{0,2}/)+")


def link(rel: str, href: str, media_type: str = JSON) -> Fields:
    """A link."""
    return {"rel": rel, "href": href, "type": media_type}


def absolute_maker(document: Mapping[str, Any], record: Record) -> Callable[[str], str]:
    """What makes the document's links absolute.

    The record's links were resolved when it was read, against the address that the document came from; that address
    itself was not kept. What is not among them starts at the document's own self link; without that it stays as it is.
    """
    base = _own_address(document, record)
    known = [each.href for each in record.links]

    def make_absolute(href: str) -> str:
        if _ABSOLUTE.match(href):
            return href
        tail = "/" + _STEPS.sub("", href)
        # The nearest to the document is the shortest: ./a.tif is not ./folder/a.tif.
        found = min((each for each in known if each.endswith(tail)), key=len, default="")
        return found or (_join(base, href) if base else href)

    return make_absolute


def kept_links(document: Mapping[str, Any], make_absolute: Callable[[str], str]) -> list[Fields]:
    """The document's links, without those that say where it stood in its own catalogue."""
    return [
        {**each, "href": make_absolute(each["href"])}
        for each in objects_of(document.get("links"))
        if isinstance(each.get("href"), str) and text_of(each.get("rel")) not in {*STRUCTURE, "self", ""}
    ]


def original_link(document: Mapping[str, Any], record: Record) -> list[Fields]:
    """The document's own address where it came from, as `via`."""
    address = _own_address(document, record)
    return [link("via", address, _media_type(document))] if address else []


def assets_of(document: Mapping[str, Any], make_absolute: Callable[[str], str]) -> Fields:
    """The document's assets."""
    return {
        name: {**asset, "href": make_absolute(asset["href"])} if isinstance(asset.get("href"), str) else asset
        for name, asset in object_of(document.get("assets")).items()
        if isinstance(asset, dict)
    }


def _own_address(document: Mapping[str, Any], record: Record) -> str:
    own = [text_of(each.get("href")) for each in objects_of(document.get("links")) if each.get("rel") == "self"]
    resolved = [each.href for each in record.links if each.rel == "self"]
    return next((each for each in (*resolved, *own) if each.startswith(("http://", "https://"))), "")


def _media_type(document: Mapping[str, Any]) -> str:
    own = (each for each in objects_of(document.get("links")) if each.get("rel") == "self")
    return next((found for each in own if (found := text_of(each.get("type")))), JSON)


def _join(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href
