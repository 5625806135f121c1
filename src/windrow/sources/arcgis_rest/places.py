"""Addresses in a services directory: what a source's URL points at, and the URLs of folders, services and layers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from windrow.errors import BadInput

TYPES = ("MapServer", "ImageServer", "FeatureServer")
"""The service types that hold data to harvest, in the API's own spelling."""

_DIRECTORY = re.compile(r"/rest/services(?=/|$)", re.IGNORECASE)
_LOWER_TYPES = frozenset(each.lower() for each in TYPES)
_OTHER_TYPES = frozenset(
    f"{each}server"
    for each in (
        *("gp", "geocode", "geometry", "na", "geodata", "geoenrichment", "globe", "mobile", "scene", "stream"),
        *("vectortile", "wfs", "wms", "knowledgegraph", "networkdiagram", "versionmanagement", "workflow"),
    )
)
_DIGITS = 10
_OWN = frozenset(("f", "callback"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL points at: the catalogue, one of its folders, a service, or a layer.

    root      URL of the catalogue, as it was given, without a slash at its end
    folder    its path below the catalogue, "" for the catalogue itself
    service   the service's name with its folder (`Transport/Roads`), "" where the URL is that of no service
    type      the service's type, such as `MapServer`
    layer     the layer's number; None for the whole service
    query     what is to be sent along with every request (a token, say), encoded
    """

    root: str
    folder: str = ""
    service: str = ""
    type: str = ""
    layer: int | None = None
    query: str = ""

    @classmethod
    def of(cls, url: str) -> Self:
        """Reads a URL. Raises `BadInput` for a service of a type that holds nothing to harvest."""
        parts = urlsplit(url.strip())
        above, below = _divide(parts.path.rstrip("/"))
        root = urlunsplit((parts.scheme, parts.netloc, above, "", ""))
        kept = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in _OWN]
        names = [unquote(each) for each in below.split("/") if each]
        at = next((number for number, name in enumerate(names) if number and name.lower() in _LOWER_TYPES), None)
        if at is None:
            _refuse_other_types(names)
            return cls(root, folder="/".join(names), query=urlencode(kept))
        layer, *operation = [*names[at + 1 :], ""]
        if (operation and operation[0]) or not (layer == "" or _is_number(layer)):
            # The address of a query, a picture, a legend: its parameters are its own.
            kept = [(name, value) for name, value in kept if name.lower() == "token"]
        return cls(
            root,
            service="/".join(names[:at]),
            type=next(each for each in TYPES if each.lower() == names[at].lower()),
            layer=int(layer) if _is_number(layer) else None,
            query=urlencode(kept),
        )

    @property
    def url(self) -> str:
        """Its address, without a query."""
        if self.service:
            service = self.service_url(self.service, self.type)
            return service if self.layer is None else f"{service}/{self.layer}"
        return self.folder_url(self.folder)

    @property
    def address(self) -> str:
        """Its address with what is to be sent along: what a source is harvested from."""
        return f"{self.url}?{self.query}" if self.query else self.url

    @property
    def whole_service(self) -> Self:
        """The service that the layer belongs to."""
        return replace(self, layer=None)

    def layer_at(self, identifier: str) -> "Place":
        """The place of a layer of this catalogue, by the identifier that this made."""
        names = [unquote(each) for each in identifier.removeprefix(f"{self.root}/").split("/")]
        *service, type_, layer = names
        return Place(self.root, service="/".join(service), type=type_, layer=int(layer), query=self.query)

    def folder_url(self, folder: str) -> str:
        """The address of a folder; "" is the catalogue itself."""
        return f"{self.root}/{quote(folder)}" if folder else self.root

    def service_url(self, name: str, type: str) -> str:  # noqa: A002 - the API's own word
        """The address of a service. With a slash and a layer's number it is that layer's, and its identifier."""
        return f"{self.root}/{quote(name)}/{type}"


def join(folder: str, name: str) -> str:
    """The whole name of what a folder's listing names; "" for what is no name.

    ArcGIS Server names services with their folder, others without. Names are parts of addresses, so they must not lead
    elsewhere.
    """
    name = name.strip("/ ")
    if any(part in ("", ".", "..") for part in name.split("/")):
        return ""
    return name if not folder or name.casefold().startswith(f"{folder.casefold()}/") else f"{folder}/{name}"


def soap_url(service_url: str) -> str:
    """The address that a service's OGC interfaces lie below: `/services/` in place of `/rest/services/`."""
    return _DIRECTORY.sub("/services", service_url, count=1)


def candidates(url: str) -> list[Place]:
    """Where a services directory may be, given a URL that somebody pasted; two at most.

    The catalogue lies at `/rest/services` below the site's name, which is `arcgis` or `server` unless it was changed.
    """
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/")
    if _DIRECTORY.search(path) or any(each.lower() in _LOWER_TYPES for each in path.split("/")):
        return [Place.of(url)]
    last = path.rpartition("/")[2].lower()
    ends = {"rest": ["/services"], "arcgis": ["/rest/services"], "server": ["/rest/services"]}
    if not path:
        ends[last] = ["/arcgis/rest/services", "/server/rest/services"]
    return [Place.of(urlunsplit(parts._replace(path=f"{path}{end}", fragment=""))) for end in ends.get(last, [])]


def _divide(path: str) -> tuple[str, str]:
    """A path as that of the catalogue and what lies below it."""
    found = _DIRECTORY.search(path)
    if found:
        return path[: found.end()], path[found.end() :]
    parts = path.split("/")
    at = next((number for number, part in enumerate(parts) if part.lower() in _LOWER_TYPES), 0)
    if at > 1:  # A service behind a proxy that hides the rest: its name is the part before.
        return "/".join(parts[: at - 1]), "/" + "/".join(parts[at - 1 :])
    return path, ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def _refuse_other_types(names: Sequence[str]) -> None:
    other = next((name for name in names[1:] if name.lower() in _OTHER_TYPES), "")
    if other:
        raise BadInput.of("url", f"a {other} holds nothing to harvest; give a {', '.join(TYPES[:-1])} or {TYPES[-1]}")
