"""A layer's own document to our record: what it says itself, and what it inherits.

What is inherited, and how, is in WMS 1.3.0, table 5 (7.2.4.8), and WMS 1.1.1, 7.1.4.6: styles and systems add up,
bounding boxes, dimensions and the attribution replace those from above; all else is the layer's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from windrow.errors import RemoteUnreadable
from windrow.formats.languages import language_tag
from windrow.formats.links import media_type
from windrow.formats.ows import boxes
from windrow.formats.ows.addresses import choose
from windrow.formats.ows.elements import child, child_line, child_text, children, href, keywords, line, text
from windrow.formats.ows.services import read_service
from windrow.formats.xml import Element, local_name
from windrow.model.records import Box, Contact, Link, Record
from windrow.sources.wms.pictures import Offer, picture_of
from windrow.sources.wms.requests import NEWEST, by_authority, capabilities_url
from windrow.sources.wms.settings import Settings
from windrow.sources.wms.times import read_times

_PLACES = ("EX_GeographicBoundingBox", "LatLonBoundingBox", "BoundingBox")
INHERITED = ("CRS", "SRS", *_PLACES, "Style", "Dimension", "Extent", "Attribution")

_SIDES = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
_CORNERS = ("minx", "miny", "maxx", "maxy")


@dataclass(slots=True)
class _Layer:
    """What was gathered of a layer on the way down to it.

    styles    by their names
    box       of the nearest layer that says where it lies; None where that makes no sense
    extents   the bounding boxes by the names of their systems, in the order of numbers as they stand there
    times     the values of the time dimension; `timed` whether it has a default
    """

    element: Element
    systems: dict[str, None] = field(default_factory=dict)
    styles: dict[str, Element] = field(default_factory=dict)
    box: Box | None = None
    extents: dict[str, boxes.Corners] = field(default_factory=dict)
    times: str = ""
    timed: bool = True
    attribution: Element | None = None

    def descend(self, layer: Element, *, version: str) -> None:
        """Takes in what a layer adds to those above it, or says instead of them."""
        self.element = layer
        for each in children(layer, "CRS", "SRS"):
            # WMS 1.1.0 and older list all systems in one element.
            self.systems.update(dict.fromkeys((each.text or "").split()))
        # No layer may give an inherited style anew; MapServer does it all the same, and means its own.
        self.styles.update((child_line(each, "Name"), each) for each in children(layer, "Style"))
        if next(children(layer, *_PLACES), None) is not None:
            # A box that makes no sense replaces those from above too: who writes one has no better.
            self.box = _place_of(layer, version)
            self.extents = {**(self.extents if self.box else {}), **dict(_extents(layer))}
        for each in children(layer, "Dimension", "Extent"):
            self._note_dimension(each)
        own = child(layer, "Attribution")
        self.attribution = self.attribution if own is None else own

    def _note_dimension(self, element: Element) -> None:
        """In WMS 1.1.1 the values stand in an `Extent` beside the `Dimension`."""
        values = text(element)
        if (element.get("name") or "").strip().lower() == "time" and values:
            self.times = values
            self.timed = bool((element.get("default") or "").strip())


def read_layer(root: Element, url: str, settings: Settings) -> Record:
    """The record of the innermost layer of a document with one layer. `url` is where the service was asked.

    Raises `RemoteUnreadable` where there is no layer with a name.
    """
    version = _version_of(root)
    capability = child(root, "Capability")
    layer = _gather(capability, version)
    name = child_line(layer.element, "Name")
    if not name:
        raise RemoteUnreadable("The layer has no name.")
    service = read_service(root)
    title = child_line(layer.element, "Title") or name.rpartition(":")[2] or name
    time = read_times(layer.times)
    offer = _offer(capability, layer, version, url, settings)
    return Record(
        identifier=name,
        title=title,
        abstract=child_text(layer.element, "Abstract"),
        keywords=keywords(layer.element),
        contacts=tuple(dict.fromkeys((*_attribution(layer.attribution, url), *service.contacts))),
        licence=service.licence,
        links=tuple(dict.fromkeys(_links(layer, offer, name, service.title, url))),
        bbox=layer.box,
        time_start=time.start,
        time_end=time.end,
        language=_language(capability),
        standard="wms",
    )


def _version_of(root: Element) -> str:
    newest = local_name(root) == "WMS_Capabilities"
    return (root.get("version") or "").strip() or (NEWEST if newest else "1.1.1")


def _gather(capability: Element | None, version: str) -> _Layer:
    element = child(capability, "Layer")
    if element is None:
        raise RemoteUnreadable("The document holds no layer.")
    layer = _Layer(element)
    while element is not None:
        layer.descend(element, version=version)
        element = child(element, "Layer")
    return layer


def _place_of(layer: Element, version: str) -> Box | None:
    """Where a layer itself says that it lies: in degrees, else in any system that can be brought to degrees."""
    given = child(layer, "EX_GeographicBoundingBox")
    if given is not None:
        written = [child_text(given, name) for name in _SIDES]
    else:
        given = child(layer, "LatLonBoundingBox")
        written = [] if given is None else [given.get(name) or "" for name in _CORNERS]
    box = boxes.in_degrees(boxes.corners(written))
    return box or next(_projected(layer, version), None)


def _extents(layer: Element) -> Iterator[tuple[str, boxes.Corners]]:
    """A layer's own bounding boxes as they stand there."""
    for each in children(layer, "BoundingBox"):
        found = boxes.corners([each.get(name) or "" for name in _CORNERS])
        if found is not None:
            yield _system_of(each), found


def _projected(layer: Element, version: str) -> Iterator[Box]:
    """Degrees first: they need no reckoning."""
    listed = sorted(_extents(layer), key=lambda each: not ((known := boxes.system_of(each[0])) and known.in_degrees))
    for system, found in listed:
        box = boxes.in_system(found, system, by_authority=by_authority(version))
        if box is not None:
            yield box


def _system_of(element: Element) -> str:
    return (element.get("CRS") or element.get("SRS") or "").strip()


def _offer(capability: Element | None, layer: _Layer, version: str, url: str, settings: Settings) -> Offer:
    operation = child(capability, "Request", "GetMap")
    if operation is None:
        operation = child(capability, "Request", "Map")
    listed = [line(each) or " ".join(local_name(name) for name in each) for each in children(operation, "Format")]
    found = child(operation, "DCPType", "HTTP", "Get")
    online = child(found, "OnlineResource")
    advertised = href(found if online is None else online, url)
    return Offer(
        address=choose(url, advertised, trusted=settings.trust_addresses),
        version=version,
        formats=tuple(word for each in listed for word in (each.split() if "/" not in each else [each])),
        systems=tuple(layer.systems),
        box=layer.box,
        extents=layer.extents,
        fixed=(_size(layer.element.get("fixedWidth")), _size(layer.element.get("fixedHeight"))),
        time="" if layer.timed or not layer.times else read_times(layer.times).last,
        size=settings.thumbnail_size,
    )


def _size(written: str | None) -> int:
    found = boxes.number(written or "")
    return int(found) if found and 0 < found <= 10_000 else 0


def _links(layer: _Layer, offer: Offer, name: str, service: str, url: str) -> Iterator[Link]:
    yield Link(offer.address, "service", title=name, description=service, protocol="OGC:WMS")
    kind = "text/xml" if by_authority(offer.version) else "application/vnd.ogc.wms_xml"
    capabilities = capabilities_url(offer.address, offer.version)
    yield Link(capabilities, "service-desc", "Capabilities", media_type=kind, protocol="OGC:WMS")
    picture = picture_of(offer, name)
    if picture:
        yield Link(picture.href, "preview", "Preview", media_type=picture.media_type, protocol="OGC:WMS")
    yield from _legends(layer, url)
    yield from _documents(layer.element, url)
    logo = child(layer.attribution, "LogoURL")
    yield from _resource(logo, url, rel="icon", title=child_line(layer.attribution, "Title"))


def _legends(layer: _Layer, url: str) -> Iterator[Link]:
    for style in layer.styles.values():
        title = child_line(style, "Title") or child_line(style, "Name")
        for each in children(style, "LegendURL"):
            yield from _resource(each, url, rel="legend", title=title)


def _documents(layer: Element, url: str) -> Iterator[Link]:
    for each in children(layer, "MetadataURL"):
        yield from _resource(each, url, rel="describedby", protocol=(each.get("type") or "").strip())
    for each in children(layer, "DataURL"):
        yield from _resource(each, url, rel="enclosure")
    for each in children(layer, "FeatureListURL"):
        yield from _resource(each, url, rel="related")


def _resource(element: Element | None, url: str, *, rel: str, title: str = "", protocol: str = "") -> Iterator[Link]:
    """The link of an element that holds a format and an address."""
    online = child(element, "OnlineResource")
    # In WMS 1.0.0 the address is all that stands in the element.
    found = href(element if online is None and element is not None and not len(element) else online, url)
    if found:
        kind = child_line(element, "Format").partition(";")[0].strip()
        yield Link(found, rel, title, media_type=media_type(kind), protocol=protocol)


def _attribution(element: Element | None, url: str) -> Iterator[Contact]:
    """Whom to name as the layer's origin."""
    title, page = child_line(element, "Title"), href(child(element, "OnlineResource"), url)
    if title or page:
        yield Contact(organisation=title, role="attribution", url=page)


def _language(capability: Element | None) -> str:
    """What language the words are in, where INSPIRE's extension says so."""
    for each in children(capability, "ExtendedCapabilities"):
        code = child_line(each, "ResponseLanguage", "Language")
        if code:
            return language_tag(code)
    return ""
