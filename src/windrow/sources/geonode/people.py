"""The people of a GeoNode resource, each with the role of ISO 19115 that GeoNode's field stands for."""

from collections.abc import Iterator, Mapping
from typing import Any

from windrow.formats.json import objects_of, text_of
from windrow.model.records import Contact

_ROLES = {
    "poc": "pointOfContact",
    "metadata_author": "author",
    "owner": "owner",
    "publisher": "publisher",
    "custodian": "custodian",
    "distributor": "distributor",
    "originator": "originator",
    "principal_investigator": "principalInvestigator",
    "processor": "processor",
    "resource_provider": "resourceProvider",
    "resource_user": "user",
}


def read_contacts(document: Mapping[str, Any]) -> tuple[Contact, ...]:
    """Everybody once in each role. GeoNode gives one person as an object, and from 4.2 on lists of them."""
    return tuple(dict.fromkeys(_read_contacts(document)))


def _read_contacts(document: Mapping[str, Any]) -> Iterator[Contact]:
    for field, role in _ROLES.items():
        people = document.get(field)
        for person in objects_of(people if isinstance(people, list) else [people]):
            contact = Contact(
                name=_name_of(person),
                organisation=text_of(person.get("organization")),
                role=role,
                email=text_of(person.get("email")),
                phone=text_of(person.get("voice")),
            )
            if contact != Contact(role=role):
                yield contact
    if not document.get("owner") and (owner := text_of(document.get("owner_name") or document.get("owner__username"))):
        yield Contact(name=owner, role="owner")


def _name_of(person: Mapping[str, Any]) -> str:
    """First and last name, else the user's name."""
    full = " ".join(filter(None, (text_of(person.get("first_name")), text_of(person.get("last_name")))))
    return full or text_of(person.get("full_name")) or text_of(person.get("username"))
