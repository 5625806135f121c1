"""A feature type's own document to our record."""

from collections.abc import Iterator

from windrow.formats.boxes import envelope
from windrow.formats.links import media_type
from windrow.formats.ows import boxes
from windrow.formats.ows.addresses import choose
from windrow.formats.ows.elements import child, child_line, child_text, children, href, keywords, line
from windrow.formats.ows.services import read_service
from windrow.formats.xml import Element
from windrow.model.records import Box, Link, Record
from windrow.sources.wfs.downloads import downloads
from windrow.sources.wfs.requests import capabilities_url, features_url
from windrow.sources.wfs.settings import Settings

_CORNERS = ("minx", "miny", "maxx", "maxy")
_SYSTEMS = ("DefaultCRS", "DefaultSRS", "SRS")


def name_of(element: Element) -> str:
    """The name that a feature type is asked for by, with its prefix as the server writes it; "" where it has none.

    Some servers write the namespace itself, in braces: its prefix is meant.
    """
    name = "".join(child_text(element, "Name").split())
    if not name.startswith("{"):
        return name
    space, _, local = name[1:].partition("}")
    prefix = next((each for each, uri in element.nsmap.items() if uri == space and each), "")
    return f"{prefix}:{local}" if prefix else local


def title_of_type(element: Element) -> str:
    """Its title, else the part of its name after the prefix."""
    return child_line(element, "Title") or name_of(element).rpartition(":")[2]


def read_type(root: Element, element: Element, url: str, settings: Settings) -> Record:
    """The record of a feature type within a document of its service. `url` is where the service was asked."""
    name, service = name_of(element), read_service(root)
    return Record(
        identifier=name,
        title=title_of_type(element) or name,
        abstract=child_text(element, "Abstract"),
        keywords=keywords(element),
        contacts=service.contacts,
        licence=service.licence,
        links=tuple(dict.fromkeys(_links(root, element, name, service.title, url, settings))),
        bbox=envelope(list(_places(element))),
        standard="wfs",
    )


def _places(element: Element) -> Iterator[Box]:
    for each in children(element, "WGS84BoundingBox"):
        written = [*child_text(each, "LowerCorner").split()[:2], *child_text(each, "UpperCorner").split()[:2]]
        box = boxes.in_degrees(boxes.corners(written))
        if box is not None:
            yield box
    for each in children(element, "LatLongBoundingBox"):
        found = boxes.corners([each.get(name) or "" for name in _CORNERS])
        # WFS 1.0.0 wants it in the type's own system, of all things (12.3.5); most servers write degrees all the same.
        box = boxes.in_degrees(found) or boxes.in_system(found, _system_of(element), by_authority=False)
        if box is not None:
            yield box


def _system_of(element: Element) -> str:
    return next((found for name in _SYSTEMS if (found := child_line(element, name))), "")


def _links(root: Element, element: Element, name: str, service: str, url: str, settings: Settings) -> Iterator[Link]:
    version = (root.get("version") or "").strip() or "1.0.0"
    operation = _operation(root)
    address = choose(url, _advertised(operation, url), trusted=settings.trust_addresses)
    yield Link(address, "service", title=name, description=service, protocol="OGC:WFS")
    capabilities = capabilities_url(address, version)
    yield Link(capabilities, "service-desc", "Capabilities", media_type="text/xml", protocol="OGC:WFS")
    if settings.downloads:
        for offer in downloads(_formats(root, operation, element)):
            all_of_them = features_url(address, version, name, offer.asked_for)
            yield Link(all_of_them, "enclosure", offer.title, media_type=offer.media_type, protocol="OGC:WFS")
    yield from _metadata(element, url)


def _metadata(element: Element, url: str) -> Iterator[Link]:
    for each in children(element, "MetadataURL"):
        found = href(each, url)
        if found:
            kind = media_type((each.get("format") or child_line(each, "Format")).strip())
            yield Link(found, "describedby", media_type=kind, protocol=(each.get("type") or "").strip())


def _operation(root: Element) -> Element | None:
    for each in children(child(root, "OperationsMetadata"), "Operation"):
        if each.get("name") == "GetFeature":
            return each
    return child(root, "Capability", "Request", "GetFeature")


def _advertised(operation: Element | None, url: str) -> str:
    return href(child(operation, "DCP", "HTTP", "Get"), url) or _advertised_of_old(operation, url)


def _advertised_of_old(operation: Element | None, url: str) -> str:
    """WFS 1.0.0 has a `DCPType` for each method."""
    found = (href(child(each, "HTTP", "Get"), url) for each in children(operation, "DCPType"))
    return next(filter(None, found), "")


def _formats(root: Element, operation: Element | None, element: Element) -> Iterator[str]:
    """What features can be had as: the type's own formats, and those of the operation."""
    for each in children(child(element, "OutputFormats"), "Format"):
        yield line(each)
    for holder in (operation, child(root, "OperationsMetadata")):
        for each in children(holder, "Parameter"):
            if each.get("name") == "outputFormat":
                yield from map(line, children(each, "Value"))
                yield from map(line, children(child(each, "AllowedValues"), "Value"))
    for each in children(operation, "ResultFormat"):
        yield from (str(found.tag).rpartition("}")[2] for found in each)
