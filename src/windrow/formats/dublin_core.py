"""Dublin Core to our record: csw:Record and its shorter forms, oai_dc:dc, and plain dc documents."""

from windrow.errors import RemoteUnreadable
from windrow.formats.xml import CSW, CSW3, DC, DCT, OAI_DC, Element
from windrow.model.records import Record

ROOTS = frozenset(
    [f"{{{space}}}{name}" for space in (CSW, CSW3) for name in ("Record", "BriefRecord", "SummaryRecord", "DCMIRecord")]
    + [f"{{{OAI_DC}}}dc", f"{{{DC}}}dc", "dc", "metadata"]
)

_IDENTIFIERS = (f"{{{DC}}}identifier", f"{{{DCT}}}identifier")
_TITLES = (f"{{{DC}}}title", f"{{{DCT}}}title")


def identifier_of(element: Element) -> str:
    """The first dc:identifier; "" where there is none."""
    return _first(element, _IDENTIFIERS)


def read(element: Element) -> Record:
    """The normalised record."""
    identifier = identifier_of(element)
    if not identifier:
        raise RemoteUnreadable("The Dublin Core record has no identifier.")
    return Record(identifier=identifier, title=_first(element, _TITLES) or identifier, standard="dublin-core")


def _first(element: Element, tags: tuple[str, ...]) -> str:
    return next((text for child in element if child.tag in tags and (text := (child.text or "").strip())), "")
