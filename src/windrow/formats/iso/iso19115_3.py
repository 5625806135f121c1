"""ISO 19115-3 (mdb:MD_Metadata) to our record."""

from windrow.formats.iso.contacts import read_contact
from windrow.formats.iso.draft import Draft
from windrow.formats.iso.identification import read_identification
from windrow.formats.iso.identifiers import read_code, read_date
from windrow.formats.iso.online import read_distribution, read_online
from windrow.formats.iso.texts import Step, code_of, tagged, walk, walk_inside
from windrow.formats.languages import language_tag
from windrow.formats.xml import MDB1, MDB2, Element
from windrow.model.records import Record

ROOTS = frozenset(f"{{{space}}}{name}" for space in (MDB1, MDB2) for name in ("MD_Metadata", "MI_Metadata"))

_IDENTIFIERS = frozenset(f"{{{space}}}metadataIdentifier" for space in (MDB1, MDB2))


def identifier_of(element: Element) -> str:
    """The code of the metadata identifier; "" where there is none."""
    return next((code for child in element if child.tag in _IDENTIFIERS and (code := read_code(child))), "")


def read(element: Element) -> Record:
    """The normalised record. Raises `RemoteUnreadable` without an identifier."""
    draft = Draft()
    walk(element, _ROOT, draft)
    return draft.record("iso19115-3")


def _keep_identifier(element: Element, draft: Draft) -> None:
    draft.identifier = draft.identifier or read_code(element)


def _walk_locale(element: Element, draft: Draft) -> None:
    walk_inside(element, _LOCALE, draft)


def _keep_language(element: Element, draft: Draft) -> None:
    draft.language = draft.language or language_tag(code_of(element))


def _keep_parent(element: Element, draft: Draft) -> None:
    draft.collection = element.get("uuidref", "")
    walk_inside(element, _PARENT, draft)


def _keep_parent_identifier(element: Element, draft: Draft) -> None:
    draft.collection = draft.collection or read_code(element)


def _walk_scope(element: Element, draft: Draft) -> None:
    walk_inside(element, _SCOPE, draft)


def _keep_type(element: Element, draft: Draft) -> None:
    draft.type = draft.type or code_of(element)


def _keep_contact(element: Element, draft: Draft) -> None:
    card = read_contact(element)
    if card:
        draft.metadata_contacts.append(card)


def _keep_date(element: Element, draft: Draft) -> None:
    kind, when = read_date(element)
    if when and kind in ("creation", "revision", "publication", ""):
        draft.modified = max(draft.modified or when, when)


_LOCALE: dict[str, Step[Draft]] = tagged("lan", {"language": _keep_language})
_PARENT: dict[str, Step[Draft]] = tagged("cit", {"identifier": _keep_parent_identifier})
_SCOPE: dict[str, Step[Draft]] = tagged("mdb", {"resourceScope": _keep_type})
_ROOT: dict[str, Step[Draft]] = tagged(
    "mdb",
    {
        "metadataIdentifier": _keep_identifier,
        "defaultLocale": _walk_locale,
        "parentMetadata": _keep_parent,
        "metadataScope": _walk_scope,
        "contact": _keep_contact,
        "dateInfo": _keep_date,
        "metadataLinkage": read_online,
        "identificationInfo": read_identification,
        "distributionInfo": read_distribution,
    },
)
