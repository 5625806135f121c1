"""A service as a whole: its title, whom to ask, and on what terms it may be used."""

from collections.abc import Iterator
from dataclasses import dataclass

from windrow.formats.ows.elements import child, child_line, child_text, children, href, line
from windrow.formats.xml import Element
from windrow.model.records import Contact

_NO_TERMS = frozenset(["", "none", "-", "n/a", "na", "no", "null", "unknown", "not specified", "conditions unknown"])
_ROLE = "pointOfContact"


@dataclass(frozen=True, slots=True)
class Service:
    """What the records of a service have in common. `licence` is "" where there are no terms, or none are told."""

    title: str = ""
    contacts: tuple[Contact, ...] = ()
    licence: str = ""


def read_service(root: Element) -> Service:
    """Reads `Service` (WMS, WFS 1.0.0) or `ServiceIdentification` and `ServiceProvider` (OWS Common)."""
    identification = child(root, "Service")
    if identification is None:
        identification = child(root, "ServiceIdentification")
    contacts = [*_person(child(identification, "ContactInformation")), *_provider(child(root, "ServiceProvider"))]
    return Service(title_of(root), tuple(dict.fromkeys(contacts)), _terms(identification))


def title_of(root: Element) -> str:
    """What the service calls itself."""
    title = child_line(root, "Service", "Title") or child_line(root, "ServiceIdentification", "Title")
    return title or child_line(root, "Service", "Name")


def _person(information: Element | None) -> Iterator[Contact]:
    primary = child(information, "ContactPersonPrimary")
    contact = Contact(
        name=child_line(primary, "ContactPerson"),
        organisation=child_line(primary, "ContactOrganization"),
        role=_ROLE,
        email=child_text(information, "ContactElectronicMailAddress"),
        phone=child_line(information, "ContactVoiceTelephone"),
    )
    yield from _unless_empty(contact)


def _provider(provider: Element | None) -> Iterator[Contact]:
    person = child(provider, "ServiceContact")
    reached = child(person, "ContactInfo")
    contact = Contact(
        name=child_line(person, "IndividualName"),
        organisation=child_line(provider, "ProviderName"),
        role=_ROLE,
        email=child_text(reached, "Address", "ElectronicMailAddress"),
        phone=child_line(reached, "Phone", "Voice"),
        url=href(child(provider, "ProviderSite")),
    )
    yield from _unless_empty(contact)


def _unless_empty(contact: Contact) -> Iterator[Contact]:
    if contact != Contact(role=_ROLE):
        yield contact


def _terms(identification: Element | None) -> str:
    """Constraints and fees in one line; a service that asks for nothing and forbids nothing mostly says "none"."""
    constraints = [_said(line(each)) for each in children(identification, "AccessConstraints")]
    fees = [_said(line(each)) for each in children(identification, "Fees")]
    told = [*filter(None, constraints), *(f"Fees: {each}" for each in fees if each)]
    return "; ".join(dict.fromkeys(told))


def _said(text: str) -> str:
    return "" if text.lower().rstrip(".") in _NO_TERMS else text
