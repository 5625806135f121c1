"""A record as a CKAN package; pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from windrow.formats import json
from windrow.formats.dates import last_moment
from windrow.formats.json import object_of, objects_of, text_of
from windrow.model.records import Box, Contact, Link, Record
from windrow.targets.ckan.settings import Settings

Package = dict[str, Any]

IDENTIFIER = "identifier"
"""The extra that tells whose a package is."""

_LONGEST_NAME = 100
_LONGEST_TAG = 100
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]+")
# What a tag may consist of: letters and digits of any script, spaces, and - _ .
_NOT_IN_TAGS = re.compile(r"[^\w \-.]+")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_AUTHORS = ("author", "creator", "originator", "principalInvestigator", "owner")
_MAINTAINERS = ("pointOfContact", "maintainer", "custodian", "distributor", "publisher")
_LICENCES = (
    (r"creativecommons\.org/publicdomain/zero|\bcc[- ]?(0|zero)\b", "cc-zero"),
    (r"creativecommons\.org/licenses/by-sa/|\bcc[- ]by[- ]sa\b", "cc-by-sa"),
    (r"creativecommons\.org/licenses/by-nc|\bcc[- ]by[- ]nc\b", "cc-nc"),
    (r"creativecommons\.org/licenses/by/|\bcc[- ]by\b(?!-)", "cc-by"),
    (r"opendatacommons\.org/licenses/odbl|\bodbl\b", "odc-odbl"),
    (r"opendatacommons\.org/licenses/pddl|\bpddl\b", "odc-pddl"),
    (r"opendatacommons\.org/licenses/by|\bodc-by\b", "odc-by"),
    (r"nationalarchives\.gov\.uk/doc/open-government-licence|\bogl-uk\b", "uk-ogl"),
)


def name_of(identifier: str) -> str:
    """The package's name: the identifier itself where it can be one, else what is left of it and its hash.

    2 to 100 characters of a-z, 0-9, - and _; the same for the same identifier, and for no other.
    """
    plain = unicodedata.normalize("NFKD", identifier).encode("ascii", "ignore").decode().lower()
    name = _NOT_IN_NAMES.sub("-", plain).strip("-")
    if name == identifier and 2 <= len(name) <= _LONGEST_NAME:
        return name
    digest = sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[: _LONGEST_NAME - 17].rstrip('-')}-{digest}".lstrip("-")


def package_of(record: Record, identifier: str, settings: Settings) -> Package:
    """The whole package, without an id."""
    author = _party(record.contacts, _AUTHORS)
    maintainer = _party(record.contacts, _MAINTAINERS)
    return {
        "name": name_of(identifier),
        "title": record.title,
        "notes": record.abstract,
        "state": "active",
        "private": settings.private,
        "author": _name(author),
        "author_email": _email(author),
        "maintainer": _name(maintainer),
        "maintainer_email": _email(maintainer),
        "license_id": licence_id(record.licence),
        "tags": [{"name": tag} for tag in tags_of([*record.keywords, *settings.tags])],
        "groups": [{"name": name} for name in settings.groups],
        "resources": [_resource(link) for link in record.links],
        "extras": [{"key": key, "value": value} for key, value in _extras(record, identifier) if value],
        **({"owner_org": settings.owner_org} if settings.owner_org else {}),
    }


def merged(package: Mapping[str, Any], there: Mapping[str, Any]) -> Package:
    """The package with the ids of what is there: its own, and those of resources that lead to the same address."""
    known: dict[str, list[str]] = {}
    for each in objects_of(there.get("resources")):
        known.setdefault(text_of(each.get("url")), []).append(text_of(each.get("id")))
    resources = [
        {**each, "id": ids.pop(0)} if (ids := known.get(each["url"])) else each for each in package["resources"]
    ]
    return {**package, "id": there.get("id"), "name": there.get("name") or package["name"], "resources": resources}


def identifier_of(package: Mapping[str, Any]) -> str:
    """Whose package this is; "" of one that did not come from here."""
    extras = objects_of(package.get("extras"))
    return next((text_of(each.get("value")) for each in extras if each.get("key") == IDENTIFIER), "")


def tags_of(keywords: Iterable[str]) -> list[str]:
    """Keywords as CKAN takes them: 2 to 100 characters, without those that tags may not have, each once."""
    cleaned = (" ".join(_NOT_IN_TAGS.sub(" ", each).split())[:_LONGEST_TAG].strip() for each in keywords)
    return list({each.lower(): each for each in cleaned if len(each) >= 2}.values())


def licence_id(licence: str) -> str:
    """CKAN's own word for a licence; "" where it has none."""
    lower = licence.lower()
    return next((word for pattern, word in _LICENCES if re.search(pattern, lower)), "")


def _party(contacts: Sequence[Contact], roles: Sequence[str]) -> Contact:
    return next((each for role in roles for each in contacts if each.role == role), Contact())


def _name(contact: Contact) -> str:
    return contact.name or contact.organisation


def _email(contact: Contact) -> str:
    """Where it is an address: CKAN refuses the whole package for one that is none."""
    return contact.email if _EMAIL.fullmatch(contact.email) else ""


def _resource(link: Link) -> dict[str, str]:
    fields = {
        "url": link.href,
        "name": link.title,
        "description": link.description,
        "mimetype": link.media_type,
        "format": link.protocol or link.media_type.rpartition("/")[2],
    }
    return {name: text for name, text in fields.items() if text or name == "url"}


def _extras(record: Record, identifier: str) -> Iterator[tuple[str, str]]:
    yield IDENTIFIER, identifier
    yield "spatial", _spatial(record)
    yield "temporal_start", _day(record.time_start)
    yield "temporal_end", _day(last_moment(record.time_end)) if record.time_end else ""
    yield "created", _day(record.created)
    yield "modified", record.modified.isoformat() if record.modified else ""
    yield "language", record.language
    yield "licence", record.licence
    yield "resource_type", record.type
    parties = [{"name": each.organisation or each.name, "roles": [each.role]} for each in record.contacts]
    yield "responsible_party", json.serialise(parties).decode() if parties else ""


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _spatial(record: Record) -> str:
    """GeoJSON, as the spatial extension reads it; in two parts where it crosses the antimeridian."""
    if record.bbox is None:
        return json.serialise(object_of(record.geometry)).decode() if record.geometry else ""
    west, south, east, north = record.bbox
    boxes = [record.bbox] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]
    rings = [[_ring(each)] for each in boxes]
    shape = {"type": "MultiPolygon", "coordinates": rings} if len(rings) > 1 else _polygon(rings[0])
    return json.serialise(shape).decode()


def _polygon(rings: list[list[list[float]]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": rings}


def _ring(box: Box) -> list[list[float]]:
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
