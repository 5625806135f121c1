"""Pages of records to values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json, ogc_record
from windrow.formats.json import text_of
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken
from windrow.sources.ogc_records.catalogues import link_of

_LONGEST_IDENTIFIER = 1_000
_MEDIA_TYPE = "application/geo+json"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a query for records.

    identifiers   of everything on it, for telling pages apart
    next          the address of the next page; "" at the end
    matched       how many records there are in all, where the server says so
    fingerprint   a hash of all that is read from it: its records, where it leads, and how many records there are
    """

    records: Sequence[RemoteRecord] = ()
    broken: Sequence[Broken] = ()
    identifiers: Sequence[str] = ()
    next: str = ""
    matched: int | None = None
    fingerprint: bytes = b""


@dataclass(slots=True)
class _Gathering:
    """A page while its records are sorted."""

    records: list[RemoteRecord] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    fingerprints: list[bytes] = field(default_factory=list)


def read_document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises `RemoteUnreadable`."""
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    return json.parse_object(answer.body, charset)


def read_page(answer: Answer, *, collection: str = "") -> Page:
    """Reads a page of records. Raises `RemoteUnreadable` for what is none."""
    document = read_document(answer)
    features = _features(document)
    gathering = _Gathering()
    for feature in features:
        _sort_in(feature, gathering, url=answer.url, collection=collection)
    following, matched = link_of(document, answer.url, "next"), _matched(document)
    return Page(
        records=gathering.records,
        broken=gathering.broken,
        identifiers=gathering.identifiers,
        next=following,
        matched=matched,
        fingerprint=_fingerprint_of(gathering.fingerprints, following, matched),
    )


def read_leads(answer: Answer) -> Page:
    """The page without its records. Raises `RemoteUnreadable`."""
    document = read_document(answer)
    return Page(
        identifiers=[_identifier_of(feature) for feature in _features(document)],
        next=link_of(document, answer.url, "next"),
        matched=_matched(document),
    )


def page_fingerprint(answer: Answer) -> bytes:
    """The page's fingerprint, without reading the rest. Raises `RemoteUnreadable`."""
    document = read_document(answer)
    fingerprints = [json.fingerprint(feature) for feature in _features(document)]
    return _fingerprint_of(fingerprints, link_of(document, answer.url, "next"), _matched(document))


def _fingerprint_of(records: Sequence[bytes], following: str, matched: int | None) -> bytes:
    return json.fingerprint([b"".join(records).hex(), following, matched])


def _matched(document: Mapping[str, Any]) -> int | None:
    matched = document.get("numberMatched")
    return matched if isinstance(matched, int) and not isinstance(matched, bool) and matched >= 0 else None


def _features(document: Mapping[str, Any]) -> list[Any]:
    features = document.get("features")
    if not isinstance(features, list):
        said = text_of(document.get("description")) or text_of(document.get("detail")) or text_of(document.get("title"))
        kind = text_of(document.get("type")) or "JSON object"
        raise RemoteUnreadable(f"A {kind} instead of a page of records{f': {said}' if said else ''}.")
    return features


def _identifier_of(feature: Any) -> str:
    return text_of(feature.get("id")) if isinstance(feature, dict) else ""


def _sort_in(feature: Any, page: _Gathering, *, url: str, collection: str) -> None:
    identifier = _identifier_of(feature)
    page.identifiers.append(identifier)
    raw, digest = json.serialise(feature), json.fingerprint(feature)
    page.fingerprints.append(digest)
    if 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        read = partial(ogc_record.read, feature, url=url, collection=collection)
        page.records.append(RemoteRecord(identifier, digest, raw, _MEDIA_TYPE, read))
    else:
        page.broken.append(_broken(identifier, raw, digest.hex()))


def _broken(identifier: str, raw: bytes, fingerprint: str) -> Broken:
    if identifier:
        problem = f"The record's id has {len(identifier)} characters; {_LONGEST_IDENTIFIER} are allowed."
        return Broken(identifier[:900] + fingerprint, raw, problem)
    return Broken(f"without-identifier-{fingerprint}", raw, "The record has no id.")
