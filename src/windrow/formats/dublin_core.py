"""Dublin Core to our record: csw:Record and its shorter forms, oai_dc:dc, qualified and plain dc documents.

Every element is optional and repeatable, and most are free text, so this reader takes what it understands and leaves
the rest. Elements of dc and of dcterms count the same: the `dct:title` of one server is the `dc:title` of another.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from windrow.errors import RemoteUnreadable
from windrow.formats.boxes import envelope
from windrow.formats.codes import type_word
from windrow.formats.dates import Period, moment, span
from windrow.formats.dublin_core_places import named_place, read_bounding_box, written_box
from windrow.formats.languages import language_tag
from windrow.formats.links import address, media_type, relation
from windrow.formats.xml import CSW, CSW3, DC, DCT, OAI_DC, Element, local_name
from windrow.model.records import Box, Contact, Link, Record

_CATALOGUE_ROOTS = frozenset(
    f"{{{space}}}{name}" for space in (CSW, CSW3) for name in ("Record", "BriefRecord", "SummaryRecord", "DCMIRecord")
)
_QUALIFIED = ("http://epubs.cclrc.ac.uk/xmlns/qdc/", "http://dspace.org/qualifieddc/")
ROOTS = _CATALOGUE_ROOTS.union(
    (f"{{{OAI_DC}}}dc", f"{{{DC}}}dc", "dc"), (f"{{{space}}}qualifieddc" for space in _QUALIFIED)
)

_IDENTIFIERS = (f"{{{DC}}}identifier", f"{{{DCT}}}identifier", "identifier")
_SPACES = (f"{{{DC}}}", f"{{{DCT}}}")
_ROLES = ("creator", "publisher", "contributor", "rightsHolder")

_Elements = Mapping[str, list[Element]]
_Texts = Mapping[str, list[str]]


def identifier_of(element: Element) -> str:
    """The first identifier; "" where there is none."""
    for child in element:
        if child.tag in _IDENTIFIERS and (text := (child.text or "").strip()):
            return text
    return ""


def read(element: Element) -> Record:
    """The normalised record. One without a title, which the standard allows, goes by its identifier.

    Raises `RemoteUnreadable` without an identifier.
    """
    identifier = identifier_of(element)
    if not identifier:
        raise RemoteUnreadable("The Dublin Core record has no identifier.")
    elements, boxes = _sort(element)
    texts = defaultdict(list, {name: list(filter(None, map(_text, found))) for name, found in elements.items()})
    places = texts["spatial"] + texts["coverage"]
    start, end = _time(texts["temporal"] + texts["coverage"])
    return Record(
        identifier=identifier,
        title=" ".join(_first(texts, "title", "alternative").split()) or identifier,
        abstract="\n\n".join(texts["abstract"] or texts["description"]),
        type=type_word(_first(texts, "type")) or ("dataset" if element.tag in _CATALOGUE_ROOTS else "document"),
        keywords=tuple(dict.fromkeys(texts["subject"] + [place for place in places if named_place(place)])),
        contacts=tuple(_contacts(texts)),
        licence="; ".join(dict.fromkeys(texts["license"] or texts["rights"] or texts["accessRights"])),
        links=tuple(dict.fromkeys(_links(elements))),
        bbox=envelope(boxes or [box for place in places if (box := written_box(place))]),
        time_start=start,
        time_end=end,
        created=_moment(texts["created"] or texts["issued"] or texts["date"]),
        modified=_moment(texts["modified"]),
        language=language_tag(_first(texts, "language")),
        collection=_first(texts, "isPartOf"),
        standard="dublin-core",
    )


def _sort(element: Element) -> tuple[_Elements, list[Box]]:
    """The elements by their names, and the bounding boxes that catalogue services add."""
    elements: dict[str, list[Element]] = defaultdict(list)
    boxes: list[Box] = []
    for child in element:
        tag = str(child.tag)  # an entity reference, left alone by the parser, has a function for a tag
        if tag.startswith(_SPACES) or "}" not in tag:
            elements[local_name(child)].append(child)
        elif box := read_bounding_box(child):
            boxes.append(box)
    return elements, boxes


def _text(element: Element) -> str:
    text = "".join(map(str, element.itertext())) if len(element) else element.text
    return text.strip() if text else ""


def _first(texts: _Texts, *names: str) -> str:
    return next((found[0] for name in names if (found := texts[name])), "")


def _contacts(texts: _Texts) -> Iterator[Contact]:
    for role in _ROLES:
        for text in dict.fromkeys(texts[role]):
            if "@" in text and " " not in text:
                yield Contact(role=role, email=text.removeprefix("mailto:"))
            elif role in ("publisher", "rightsHolder"):
                yield Contact(organisation=text, role=role)
            else:
                yield Contact(name=text, role=role)


def _links(elements: _Elements) -> Iterator[Link]:
    for name in ("references", "URI", "identifier", "relation", "source"):
        for element in elements.get(name, ()):
            href = address(_text(element))
            if href and not href.startswith("urn:"):
                yield _link(element, href, identifies=name == "identifier")


def _link(element: Element, href: str, *, identifies: bool) -> Link:
    protocol = (element.get("protocol") or element.get("scheme") or "").strip()
    return Link(
        href=href,
        rel="about" if identifies else relation("", protocol),
        title=(element.get("name") or "").strip(),
        description=(element.get("description") or "").strip(),
        media_type=media_type(protocol),
        protocol=protocol,
    )


def _time(texts: list[str]) -> Period:
    """From the earliest start to the latest end; open where one of them is."""
    periods = [found for text in texts if (found := span(text))]
    starts = [each.start for each in periods if each.start]
    ends = [each.end for each in periods if each.end]
    return Period(
        min(starts) if starts and len(starts) == len(periods) else None,
        max(ends) if ends and len(ends) == len(periods) else None,
    )


def _moment(texts: list[str]) -> datetime | None:
    return next((found for text in texts if (found := moment(text))), None)
