"""Capabilities of a feature server to values: the service, its feature types, and a document of its own for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self

from windrow.errors import RemoteUnreadable
from windrow.formats.ows.documents import forget_spaces, parse_capabilities
from windrow.formats.ows.elements import child, child_line, children
from windrow.formats.ows.frames import Frame, Room, shell_of
from windrow.formats.ows.services import title_of
from windrow.formats.xml import Element, fingerprint, serialise
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Broken, Reading
from windrow.sources.wfs.feature_types import name_of, read_type, title_of_type
from windrow.sources.wfs.settings import Settings

TYPE = "feature type"

_ROOTS = frozenset(("WFS_Capabilities",))


@dataclass(frozen=True, slots=True)
class Outline:
    """What a pass begins with: the service's title, how many feature types it lists, and whether all have names."""

    title: str
    types: int
    named: bool = True


@dataclass(frozen=True, slots=True)
class _Listed:
    """A feature type with its name, and the namespace of the name's prefix where that is declared."""

    element: Element
    name: str
    spaces: Mapping[str | None, str]

    @classmethod
    def of(cls, element: Element) -> Self:
        """Looks before namespaces are forgotten that only names speak of."""
        name = name_of(element)
        prefix, _, local = name.rpartition(":")
        space = element.nsmap.get(prefix) if prefix and local else None
        return cls(element, name, {prefix: space} if space else {})


def read_outline(body: bytes) -> Outline:
    """The outline of capabilities. Raises `RemoteUnreadable` for anything else."""
    root = _root_of(body)
    names = [name_of(each) for each in _listed(root)]
    return Outline(title_of(root), len(names), all(names))


def read_types(body: bytes, url: str, settings: Settings) -> Reading:
    """The feature types of capabilities that were asked for at a URL. Raises `RemoteUnreadable` for anything else."""
    root = _root_of(body)
    listed = [_Listed.of(element) for element in _listed(root)]
    forget_spaces(root)
    frame = _frame(root)
    records: list[RemoteRecord] = []
    broken: list[Broken] = []
    left_out: list[str] = []
    room = Room.for_parts_of(body)
    for each in listed:
        if each.name and not settings.takes(title_of_type(each.element)):
            left_out.append(each.name)
            continue
        raw = room.take(frame.around(shell_of(each.element, each.element, spaces=each.spaces)))
        if each.name:
            records.append(_record(each.name, raw, url, settings))
        else:
            broken.append(Broken(_unnamed(each.element), raw, "The feature type has no name."))
    return Reading(records=records, broken=broken, left_out=left_out, total=len(listed))


def read_document(raw: bytes, url: str, settings: Settings) -> Record:
    """The record of a feature type's own document. Raises `RemoteUnreadable`."""
    root = _root_of(raw)
    element = next(_listed(root), None)
    if element is None:
        raise RemoteUnreadable("The document holds no feature type.")
    return read_type(root, element, url, settings)


def _record(name: str, raw: bytes, url: str, settings: Settings) -> RemoteRecord:
    # What the record shows beside the document's own words: its links change with these.
    shown = f"{url} {settings.downloads} {settings.trust_addresses}".encode()
    return RemoteRecord(
        identifier=name,
        fingerprint=fingerprint(raw + shown),
        raw=raw,
        media_type="application/xml",
        read=partial(read_document, raw, url, settings),
        type=TYPE,
    )


def _unnamed(element: Element) -> str:
    title = child_line(element, "Title")
    return f"{title or 'feature type'} (without a name: {fingerprint(serialise(element)).hex()})"


def _root_of(body: bytes) -> Element:
    root = parse_capabilities(body, _ROOTS, "feature server (WFS)")
    if child(root, "FeatureTypeList") is None:
        raise RemoteUnreadable("The capabilities of the feature server do not list its feature types.")
    return root


def _listed(root: Element) -> Iterator[Element]:
    return children(child(root, "FeatureTypeList"), "FeatureType")


def _frame(root: Element) -> Frame:
    """The service and its GetFeature operation around one feature type."""
    about = [*children(root, "Service", "ServiceIdentification", "ServiceProvider"), *_operations(root)]
    whole = Frame().within(root, about, attributes=("version",))
    listing = child(root, "FeatureTypeList")
    return whole if listing is None else whole.within(listing, children(listing, "Operations"))


def _operations(root: Element) -> Iterator[Element]:
    for metadata in children(root, "OperationsMetadata"):
        asked = [each for each in children(metadata, "Operation") if each.get("name") == "GetFeature"]
        common = [each for each in children(metadata, "Parameter") if each.get("name") == "outputFormat"]
        yield shell_of(metadata, [*asked, *common])
    # WFS 1.0.0.
    for capability in children(root, "Capability"):
        request = child(capability, "Request")
        if request is not None:
            yield shell_of(capability, [shell_of(request, children(request, "GetFeature"))])
