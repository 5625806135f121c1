"""Capabilities of a map server to values: the service, its layers, and a document of its own for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from windrow.errors import RemoteUnreadable
from windrow.formats.ows.boxes import system_of
from windrow.formats.ows.documents import forget_spaces, parse_capabilities
from windrow.formats.ows.elements import child, child_line, children
from windrow.formats.ows.frames import Frame, Room, shell_of
from windrow.formats.ows.services import title_of
from windrow.formats.xml import Element, fingerprint, local_name
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Reading
from windrow.sources.wms.layers import INHERITED, read_layer
from windrow.sources.wms.settings import Settings

TYPE = "layers"
"""What the original calls every layer."""

_ROOTS = frozenset(("WMS_Capabilities", "WMT_MS_Capabilities"))

_SYSTEMS = 30
"""How many inherited systems are kept beside each layer. GeoServer lists all of EPSG at its root: 150 kB."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a pass begins with: the service's title, and how many layers can be asked for by name."""

    title: str
    layers: int


@dataclass(frozen=True, slots=True)
class Place:
    """A layer where it stands. `frame` has what it inherits; a `leaf` holds no others."""

    element: Element
    frame: Frame
    leaf: bool

    @property
    def name(self) -> str:
        """What it is asked for by; "" for one that is only a heading."""
        return child_line(self.element, "Name")

    @property
    def title(self) -> str:
        """Its title, else the part of its name after the prefix."""
        return child_line(self.element, "Title") or self.name.rpartition(":")[2]

    def document(self) -> bytes:
        """The layer with its service and what it inherits, without other layers."""
        if self.leaf:
            return self.frame.around(self.element)
        own = (each for each in self.element if local_name(each) != "Layer")
        return self.frame.around(shell_of(self.element, own))


def read_outline(body: bytes, *, groups: bool = False) -> Outline:
    """The outline of capabilities. Raises `RemoteUnreadable` for anything else."""
    root = _root_of(body)
    return Outline(title_of(root), sum(1 for _ in _wanted(_places(root), groups=groups)))


def read_layers(body: bytes, url: str, settings: Settings) -> Reading:
    """The layers of capabilities that were asked for at a URL. Raises `RemoteUnreadable` for anything else."""
    root = _root_of(body)
    forget_spaces(root)
    records: list[RemoteRecord] = []
    left_out: list[str] = []
    room = Room.for_parts_of(body)
    for place in _wanted(_places(root, room), groups=settings.groups):
        if not settings.takes(place.title):
            left_out.append(place.name)
        else:
            records.append(_record(place, room.take(place.document()), url, settings))
    return Reading(records=records, left_out=left_out, total=len(records) + len(left_out))


def read_document(raw: bytes, url: str, settings: Settings) -> Record:
    """The record of a layer's own document. Raises `RemoteUnreadable`."""
    return read_layer(_root_of(raw), url, settings)


def _record(place: Place, raw: bytes, url: str, settings: Settings) -> RemoteRecord:
    # What the record shows beside the document's own words: its links change with these.
    shown = f"{url} {settings.thumbnail_size} {settings.trust_addresses}".encode()
    return RemoteRecord(
        identifier=place.name,
        fingerprint=fingerprint(raw + shown),
        raw=raw,
        media_type="application/xml",
        read=partial(read_document, raw, url, replace(settings, dataset_title_filter="")),
        type=TYPE,
    )


def _root_of(body: bytes) -> Element:
    root = parse_capabilities(body, _ROOTS, "map server (WMS)")
    if child(root, "Capability") is None:
        raise RemoteUnreadable("The capabilities of the map server do not say what it can do: <Capability> is missing.")
    return root


def _wanted(places: Iterator[Place], *, groups: bool) -> Iterator[Place]:
    """Those that can be asked for: a layer without a name is a heading (WMS 1.3.0, 7.2.4.6.3)."""
    return (each for each in places if (each.leaf or groups) and each.name)


def _places(root: Element, room: Room | None = None) -> Iterator[Place]:
    """Every layer in the document's order, however deep; without frames where there is no room for any."""
    capability = child(root, "Capability")
    frame = _outermost(root, capability) if room is not None and capability is not None else Frame()
    waiting = [(frame, each) for each in children(capability, "Layer")][::-1]
    while waiting:
        frame, layer = waiting.pop()
        inside = list(children(layer, "Layer"))
        yield Place(layer, frame, leaf=not inside)
        if inside:
            if room is not None:
                frame = frame.within(layer, _inherited(layer))
                room.take(frame.head)
            waiting += [(frame, each) for each in reversed(inside)]


def _outermost(root: Element, capability: Element) -> Frame:
    """The service, its GetMap operation and its own extensions (INSPIRE's, say), around all layers."""
    service = Frame().within(root, children(root, "Service"), attributes=("version",))
    request = child(capability, "Request")
    asked = [] if request is None else [shell_of(request, children(request, "GetMap", "Map"))]
    return service.within(capability, [*asked, *children(capability, "ExtendedCapabilities")])


def _inherited(layer: Element) -> Iterator[Element]:
    """What the layers within get from this one."""
    listed = list(children(layer, *INHERITED))
    systems = [each for each in listed if local_name(each) in ("CRS", "SRS")]
    if len(systems) <= _SYSTEMS:
        yield from listed
        return
    common = [each for each in systems if (found := system_of(each.text or "")) and found.is_common]
    yield from (each for each in listed if local_name(each) not in ("CRS", "SRS"))
    yield from common[:_SYSTEMS]
