"""ISO 19139 (gmd:MD_Metadata) and ISO 19115-2 (gmi:MI_Metadata) to our record."""

from windrow.formats.dates import moment
from windrow.formats.iso.contacts import read_contact
from windrow.formats.iso.draft import Draft
from windrow.formats.iso.identification import read_identification
from windrow.formats.iso.online import read_distribution
from windrow.formats.iso.texts import Step, code_of, text_of, walk
from windrow.formats.languages import language_tag
from windrow.formats.links import address
from windrow.formats.xml import GMD, GMI, GMI1, Element
from windrow.model.records import Record

ROOTS = frozenset([f"{{{GMD}}}MD_Metadata", *(f"{{{space}}}MI_Metadata" for space in (GMI, GMI1, GMD))])

_FILE_IDENTIFIER = f"{{{GMD}}}fileIdentifier"


def identifier_of(element: Element) -> str:
    """The file identifier, else the root's uuid; "" where there is neither."""
    for child in element:
        if child.tag == _FILE_IDENTIFIER:
            return text_of(child) or element.get("uuid", "")
    return element.get("uuid", "")


def read(element: Element) -> Record:
    """The normalised record. Raises `RemoteUnreadable` without an identifier."""
    draft = Draft()
    walk(element, _ROOT, draft)
    draft.identifier = draft.identifier or element.get("uuid", "")
    return draft.record("iso19139")


def _keep_identifier(element: Element, draft: Draft) -> None:
    draft.identifier = text_of(element)


def _keep_language(element: Element, draft: Draft) -> None:
    draft.language = language_tag(code_of(element))


def _keep_parent(element: Element, draft: Draft) -> None:
    draft.collection = text_of(element)


def _keep_type(element: Element, draft: Draft) -> None:
    draft.type = draft.type or code_of(element)


def _keep_contact(element: Element, draft: Draft) -> None:
    card = read_contact(element)
    if card:
        draft.metadata_contacts.append(card)


def _keep_date(element: Element, draft: Draft) -> None:
    draft.modified = moment(text_of(element))


def _keep_data_set(element: Element, draft: Draft) -> None:
    href = address(text_of(element))
    if href:
        draft.links.append((href, "related", "", "", "", ""))


_ROOT: dict[str, Step[Draft]] = {
    f"{{{GMD}}}{name}": step
    for name, step in {
        "fileIdentifier": _keep_identifier,
        "language": _keep_language,
        "parentIdentifier": _keep_parent,
        "hierarchyLevel": _keep_type,
        "contact": _keep_contact,
        "dateStamp": _keep_date,
        "dataSetURI": _keep_data_set,
        "identificationInfo": read_identification,
        "distributionInfo": read_distribution,
    }.items()
}
