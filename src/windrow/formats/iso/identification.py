"""What a resource is: citation, abstract, keywords, constraints, extents, of data and of services."""

from windrow.formats.iso.contacts import read_contact
from windrow.formats.iso.draft import Draft
from windrow.formats.iso.extents import read_extent
from windrow.formats.iso.identifiers import read_date
from windrow.formats.iso.online import read_online, read_operations, read_picture
from windrow.formats.iso.texts import HREF, Step, code_of, line_of, spellings, tagged, text_of, walk, walk_inside
from windrow.formats.languages import language_tag
from windrow.formats.xml import Element

_SERVICES = frozenset(spellings("srv", "SV_ServiceIdentification"))
_VAGUE = frozenset(["otherRestrictions", "otherRestictions", "restricted", "unrestricted", "license", "licence"])
"""Restriction codes that say nothing by themselves; one of them is misspelt in the standard's own code list."""


def read_identification(element: Element, draft: Draft) -> None:
    """Reads an `identificationInfo`."""
    for held in element:
        if held.tag in _SERVICES:
            draft.type = draft.type or "service"
        walk(held, _IDENTIFICATION, draft)


def _walk_citation(element: Element, draft: Draft) -> None:
    walk_inside(element, _CITATION, draft)


def _keep_title(element: Element, draft: Draft) -> None:
    draft.title = draft.title or line_of(element)


def _keep_date(element: Element, draft: Draft) -> None:
    kind, when = read_date(element)
    if kind == "creation":
        draft.created = draft.created or when
    elif kind == "publication":
        draft.published = draft.published or when


def _keep_identifier(element: Element, draft: Draft) -> None:
    draft.citation_identifiers.append(element)


def _keep_party(element: Element, draft: Draft) -> None:
    draft.add_contact(read_contact(element))


def _keep_abstract(element: Element, draft: Draft) -> None:
    draft.abstract = draft.abstract or text_of(element)


def _walk_keywords(element: Element, draft: Draft) -> None:
    walk_inside(element, _KEYWORDS, draft)


def _keep_keyword(element: Element, draft: Draft) -> None:
    keyword = line_of(element)
    if keyword:
        draft.keywords.append(keyword)


def _keep_topic(element: Element, draft: Draft) -> None:
    topic = text_of(element)
    if topic:
        draft.topics.append(topic)


def _keep_language(element: Element, draft: Draft) -> None:
    draft.resource_language = draft.resource_language or language_tag(code_of(element))


def _keep_locale(element: Element, draft: Draft) -> None:
    walk_inside(element, _LOCALE, draft)


def _read_constraints(element: Element, draft: Draft) -> None:
    for held in element:
        others: list[str] = []
        about_use = False
        for child in held:
            match _TERMS.get(child.tag):
                case "limitation":
                    draft.use_limitations += _texts_with_address(child)
                case "other":
                    others += _texts_with_address(child)
                case "use":
                    about_use = True
                    _keep_restriction(code_of(child), draft)
                case "reference":
                    walk_inside(child, _REFERENCE, draft)
                case _:
                    pass
        # Other constraints belong to the code beside them: with a use code they are the licence, with an access code
        # alone they tell who may see it, which is no licence.
        if about_use:
            draft.licences += others


def _keep_restriction(code: str, draft: Draft) -> None:
    if code not in _VAGUE:
        draft.restrictions.append(code)


def _keep_reference_title(element: Element, draft: Draft) -> None:
    draft.licences += _texts_with_address(element)


def _texts_with_address(element: Element) -> list[str]:
    """The text, and the address of the anchor it may be: a licence is recognised by either."""
    text = line_of(element)
    href = element[0].get(HREF) if len(element) else None
    if not href or href == text:
        return [text] if text else []
    return [text, href]


_CITATION: dict[str, Step[Draft]] = tagged(
    "cit",
    {
        "title": _keep_title,
        "date": _keep_date,
        "identifier": _keep_identifier,
        "citedResponsibleParty": _keep_party,
        "onlineResource": read_online,
    },
)
_KEYWORDS: dict[str, Step[Draft]] = tagged("mri", {"keyword": _keep_keyword})
_LOCALE: dict[str, Step[Draft]] = tagged("lan", {"language": _keep_language, "languageCode": _keep_language})
_TERMS = tagged(
    "mco",
    {"useLimitation": "limitation", "otherConstraints": "other", "useConstraints": "use", "reference": "reference"},
)
_REFERENCE: dict[str, Step[Draft]] = tagged("cit", {"title": _keep_reference_title})
_IDENTIFICATION: dict[str, Step[Draft]] = {
    **tagged(
        "mri",
        {
            "citation": _walk_citation,
            "abstract": _keep_abstract,
            "pointOfContact": _keep_party,
            "descriptiveKeywords": _walk_keywords,
            "resourceConstraints": _read_constraints,
            "language": _keep_language,
            "defaultLocale": _keep_locale,
            "topicCategory": _keep_topic,
            "extent": read_extent,
            "graphicOverview": read_picture,
        },
    ),
    **tagged("srv", {"extent": read_extent, "containsOperations": read_operations, "keywords": _walk_keywords}),
}
