"""Who stands behind a dataset: publishers and creators (FOAF), contact points (vCard)."""

from collections.abc import Iterator

from windrow.formats.dcat.texts import LABELS, Texts
from windrow.formats.dcat.words import ADMS, DCAT, DCT, FOAF, SCHEMA, TYPE, VCARD
from windrow.formats.json import text_of
from windrow.formats.links import address
from windrow.formats.rdf.terms import RDF, Iri, Literal, Node
from windrow.model.records import Contact

_ROLES = {f"{DCT}publisher": "publisher", f"{DCT}creator": "creator", f"{DCT}rightsHolder": "rightsHolder"}
_PERSONS = frozenset((f"{FOAF}Person", f"{SCHEMA}Person", f"{VCARD}Individual"))
_VALUES = (f"{VCARD}hasValue", f"{VCARD}value", f"{RDF}value")


def read_contacts(texts: Texts, node: Node) -> Iterator[Contact]:
    """Each party once for each of its roles; those of whom nothing is known but an address with that alone."""
    for predicate, role in _ROLES.items():
        for value in texts.said.values(node, predicate):
            if isinstance(value, Literal):
                yield from _known(Contact(organisation=text_of(value.text), role=role))
            else:
                yield from _known(_read_agent(texts, value, role))
    for point in texts.said.nodes(node, f"{DCAT}contactPoint", f"{ADMS}contactPoint"):
        yield from _known(_read_point(texts, point))


def _known(contact: Contact) -> Iterator[Contact]:
    if contact.name or contact.organisation or contact.email or contact.phone or contact.url:
        yield contact


def _read_agent(texts: Texts, agent: Node, role: str) -> Contact:
    label = texts.text(agent, f"{FOAF}name", *LABELS)
    person = any(kind in _PERSONS for kind in texts.said.nodes(agent, TYPE))
    own = address(agent) if isinstance(agent, Iri) else ""
    return Contact(
        name=label if person else "",
        organisation="" if person else label,
        role=role,
        email=_mail(texts.plain(agent, f"{FOAF}mbox", f"{SCHEMA}email", f"{VCARD}hasEmail")),
        phone=_number(texts.plain(agent, f"{FOAF}phone")),
        url=texts.address(agent, f"{FOAF}homepage", f"{FOAF}page", f"{SCHEMA}url") or own,
    )


def _read_point(texts: Texts, point: Node) -> Contact:
    organisation = texts.text(point, f"{VCARD}organization-name", f"{VCARD}hasOrganizationName")
    name = texts.text(point, f"{VCARD}fn", f"{VCARD}hasFN", *LABELS)
    person = any(kind in _PERSONS for kind in texts.said.nodes(point, TYPE))
    return Contact(
        name=name if person or organisation != name else "",
        organisation=organisation,
        role="contactPoint",
        email=_mail(_value(texts, point, f"{VCARD}hasEmail", f"{VCARD}email")),
        phone=_number(_value(texts, point, f"{VCARD}hasTelephone", f"{VCARD}tel")),
        url=address(_value(texts, point, f"{VCARD}hasURL", f"{VCARD}url", f"{FOAF}page")),
    )


def _value(texts: Texts, node: Node, *predicates: str) -> str:
    """The value itself, or what the node between says it is."""
    for between in texts.said.nodes(node, *predicates):
        if found := texts.plain(between, *_VALUES):
            return found
    return texts.plain(node, *predicates)


def _mail(text: str) -> str:
    text = text.strip()
    return text[7:].partition("?")[0] if text.lower().startswith("mailto:") else text


def _number(text: str) -> str:
    text = text.strip()
    return text[4:] if text.lower().startswith("tel:") else text
