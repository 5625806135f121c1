"""Any XML metadata record to our record: the root's tag tells the standard, and the standard's reader does the rest."""

from collections.abc import Callable
from typing import NamedTuple

from windrow.errors import RemoteUnreadable
from windrow.formats import dublin_core
from windrow.formats.iso import iso19115_3, iso19139
from windrow.formats.xml import Element
from windrow.model.records import Record


class _Standard(NamedTuple):
    read: Callable[[Element], Record]
    identifier_of: Callable[[Element], str]


_STANDARDS = {
    **dict.fromkeys(iso19139.ROOTS, _Standard(iso19139.read, iso19139.identifier_of)),
    **dict.fromkeys(iso19115_3.ROOTS, _Standard(iso19115_3.read, iso19115_3.identifier_of)),
    **dict.fromkeys(dublin_core.ROOTS, _Standard(dublin_core.read, dublin_core.identifier_of)),
}


def read(element: Element) -> Record:
    """The normalised record. Raises `RemoteUnreadable` for an unknown root, or without what a record must have."""
    return _standard_of(element).read(element)


def identifier_of(element: Element) -> str:
    """The record's own identifier, without reading the rest. Raises `RemoteUnreadable` when it has none."""
    identifier = _standard_of(element).identifier_of(element)
    if not identifier:
        raise RemoteUnreadable("The record has no identifier.")
    return identifier


def _standard_of(element: Element) -> _Standard:
    try:
        return _STANDARDS[element.tag]
    except KeyError:
        raise RemoteUnreadable(f"<{element.tag}> is no metadata record that can be read.") from None
