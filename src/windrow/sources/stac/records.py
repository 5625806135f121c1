"""One item or collection as a remote record: its identity, and the fingerprint of what matters of it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from windrow.errors import RemoteUnreadable
from windrow.formats.json import fingerprint, object_of, objects_of, serialise, text_of
from windrow.formats.stac import STRUCTURE, is_collection, read_collection, read_item
from windrow.model.resources import RemoteRecord
from windrow.sources.stac.links import self_link
from windrow.sources.stac.settings import Settings

ITEM = "application/geo+json"
COLLECTION = "application/json"

_AZURE = frozenset(
    {
        *("sv", "ss", "srt", "sp", "se", "st", "spr", "sig", "sr", "si", "sip", "sdd"),
        *("skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid"),
    }
)
_AMAZON = frozenset(("awsaccesskeyid", "signature", "expires", "key-pair-id", "policy", "googleaccessid"))
_SIGNED = re.compile(r"[?&](sig|signature|x-(amz|goog|oss|obs)-signature)=", re.IGNORECASE)
_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-obs-")


def identifier_of(document: Mapping[str, Any]) -> str:
    """What an API's record is called within its source; the document has an id.

    An item is `collection/id`, because its id is unique within its collection only; a collection is its id, with
    slashes escaped so that it cannot be mistaken for an item.
    """
    identifier = text_of(document["id"])
    if is_collection(document):
        return _escaped(identifier)
    collection = text_of(document.get("collection")) or text_of(object_of(document.get("properties")).get("collection"))
    return f"{_escaped(collection)}/{identifier}"


def record_of(document: Mapping[str, Any], url: str) -> RemoteRecord:
    """A record out of a list that came from `url`. Raises `RemoteUnreadable` when it cannot be kept."""
    read, media_type = (read_collection, COLLECTION) if is_collection(document) else (read_item, ITEM)
    return RemoteRecord(
        identifier=identifier_of(document),
        fingerprint=fingerprint(essence(document)),
        raw=serialise(document),
        media_type=media_type,
        read=lambda: read(document, self_link(document, url)),
    )


def essence(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without what changes although it says the same.

    Left out are links that only tell where it stands in its catalogue (a collection's change with every new item), and
    the signatures of links that are signed anew at every answer.
    """
    kept = dict(document)
    if isinstance(document.get("links"), list):
        kept["links"] = [_unsigned(link) for link in document["links"] if not _is_structure(link)]
    if isinstance(document.get("assets"), dict):
        kept["assets"] = {name: _unsigned(asset) for name, asset in document["assets"].items()}
    return kept


def is_wanted(record: RemoteRecord, settings: Settings, *, by_collection: bool = False) -> bool:
    """Whether an item is one of those that are set: files cannot be searched, so what is in them is looked at."""
    if not settings.narrows and not (by_collection and settings.only):
        return True
    try:
        item = record.read()
    except RemoteUnreadable:
        return True  # It goes into quarantine with its reason, rather than unmentioned.
    chosen = not by_collection or not settings.only or item.collection in settings.only
    return chosen and settings.wants(item)


def has_id(document: Mapping[str, Any]) -> bool:
    """Whether the document can be identified."""
    return bool(text_of(document.get("id")))


def _escaped(identifier: str) -> str:
    return identifier.replace("%", "%25").replace("/", "%2F")


def _is_structure(link: Any) -> bool:
    return bool(objects_of([link])) and link.get("rel") in STRUCTURE


def _unsigned(linked: Any) -> Any:
    href = linked.get("href") if isinstance(linked, dict) else None
    if not isinstance(href, str) or not _SIGNED.search(href):
        return linked
    return {**linked, "href": _without_signature(href)}


def _without_signature(href: str) -> str:
    try:
        parts = urlsplit(href)
    except ValueError:
        return href
    kept = [each for each in parse_qsl(parts.query, keep_blank_values=True) if not _belongs_to_signature(each[0])]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def _belongs_to_signature(parameter: str) -> bool:
    name = parameter.lower()
    return name in _AZURE or name in _AMAZON or name.startswith(_PREFIXES)
