"""Responsible parties: CI_ResponsibleParty of ISO 19139, CI_Responsibility with its parties of ISO 19115-3."""

from typing import TypeAlias

from windrow.formats.iso.texts import Code, Fields, gather, spellings, tagged
from windrow.formats.xml import Element

Card: TypeAlias = tuple[str, str, str, str, str, str]
"""A contact's fields in their order: name, organisation, role, email, phone, url."""


def read_contact(element: Element) -> Card | None:
    """The party of a property such as `pointOfContact`; None of one that says nothing but a role."""
    found: dict[str, str] = {}
    gather(element, _PARTY, found)
    if found.keys() <= _SAYING_NOTHING:
        return None
    return (
        _line(found.get("name") or found.get("position", "")),
        _line(found.get("organisation", "")),
        found.get("role", ""),
        found.get("email", "").removeprefix("mailto:"),
        found.get("phone", ""),
        found.get("url", ""),
    )


def _line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text else text


def _gather_party(element: Element, found: dict[str, str]) -> None:
    """Organisations and people of ISO 19115-3 both have a `name`: the object tells which it is."""
    for party in element:
        gather(element, _INDIVIDUAL if party.tag in _INDIVIDUALS else _ORGANISATION, found)


_INDIVIDUALS = frozenset(spellings("cit", "CI_Individual"))
_SAYING_NOTHING = frozenset(["role"])
_INFORMATION: Fields = tagged(
    "cit",
    {
        "phone": tagged("cit", {"voice": "phone", "number": "phone"}),
        "address": tagged("cit", {"electronicMailAddress": "email"}),
        "onlineResource": tagged("cit", {"linkage": "url"}),
    },
)
_INDIVIDUAL: Fields = tagged("cit", {"name": "name", "positionName": "position", "contactInfo": _INFORMATION})
_ORGANISATION: Fields = tagged("cit", {"name": "organisation", "contactInfo": _INFORMATION, "individual": _INDIVIDUAL})
_PARTY: Fields = tagged(
    "cit",
    {
        "individualName": "name",
        "organisationName": "organisation",
        "positionName": "position",
        "contactInfo": _INFORMATION,
        "role": Code("role"),
        "party": _gather_party,
    },
)
