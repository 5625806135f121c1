"""Rows of a list to values: whole records where the list carries them, else references to their own documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, Reference
from windrow.sources.geonode.places import detail_url, legacy_detail_url, without_tokens
from windrow.sources.geonode.records import fingerprint, identifier_of, read_record, type_of
from windrow.sources.geonode.settings import DOCUMENT

MEDIA_TYPE = "application/json"

_LONGEST_IDENTIFIER = 1000
_NEEDED = frozenset(
    (
        "uuid",
        "title",
        "raw_abstract",
        "keywords",
        "regions",
        "category",
        "poc",
        "metadata_author",
        "owner",
        "license",
        "language",
        "date",
        "date_type",
        "created",
        "last_updated",
        "temporal_extent_start",
        "temporal_extent_end",
        "ll_bbox_polygon",
        "links",
        "thumbnail_url",
    )
)
"""What a record is read from. A row with all of it, be it null, needs no second request (GeoNode 4 and later)."""

_NEEDED_OF_DOCUMENTS = _NEEDED | {"extension", "href"}


@dataclass(slots=True)
class Sorted:
    """A page's rows, each in its place."""

    records: list[RemoteRecord] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer, without the visitor's token. Raises `RemoteUnreadable`."""
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    return json.parse_object(without_tokens(answer.body), charset)


def sort_resources(rows: Sequence[Any], base: str, types: Sequence[str], *, incremental: bool) -> Sorted:
    """Rows of API v2's list. What is of no wanted type, because the server did not heed the filter, is left out."""

    def sort_in(row: Mapping[str, Any], identifier: str, found: Sorted) -> None:
        kind = type_of(row)
        if kind and kind not in types:
            found.left_out.append(identifier)
        elif _is_whole(row, kind):
            found.records.append(remote_record(row, identifier, base, version=_version(row)))
        else:
            href = detail_url(base, kind, identifier)
            version = _version(row) if incremental else ""
            found.references.append(Reference(identifier, href, version, json.text_of(row.get("title")), kind))

    return _sort(rows, sort_in)


def sort_legacy(rows: Sequence[Any], base: str, word: str, *, incremental: bool) -> Sorted:
    """Rows of a legacy list, all of one type."""

    def sort_in(row: Mapping[str, Any], identifier: str, found: Sorted) -> None:
        version = _version(row) if incremental else ""
        href = legacy_detail_url(base, word, identifier)
        found.references.append(Reference(identifier, href, version, json.text_of(row.get("title")), word))

    return _sort(rows, sort_in)


def remote_record(document: Mapping[str, Any], identifier: str, base: str, *, version: str) -> RemoteRecord:
    """What API v2 says of a resource, in a row or in a document of its own. Raises `RemoteUnreadable`."""
    return RemoteRecord(
        identifier=identifier,
        fingerprint=fingerprint(document),
        raw=json.serialise(document),
        media_type=MEDIA_TYPE,
        read=partial(read_record, document, base),
        version=version,
        type=type_of(document),
    )


def _sort(rows: Sequence[Any], sort_in: Callable[[Mapping[str, Any], str, Sorted], None]) -> Sorted:
    found = Sorted()
    for row in rows:
        identifier = identifier_of(row) if isinstance(row, dict) else ""
        try:
            if not 0 < len(identifier) <= _LONGEST_IDENTIFIER:
                raise RemoteUnreadable(f"Its id has {len(identifier)} characters; 1 to 1000 are allowed.")
            sort_in(row, identifier, found)
        except RemoteUnreadable as problem:
            found.broken.append(_broken(row, identifier, str(problem)))
    return found


def _broken(row: Any, identifier: str, problem: str) -> Broken:
    try:
        raw = json.serialise(row)
    except RemoteUnreadable:
        raw = b""
    if 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        return Broken(identifier, raw, problem)
    digest = json.fingerprint(raw.decode("utf-8", "replace")).hex()
    return Broken(f"without-identifier-{digest}", raw, problem)


def _is_whole(row: Mapping[str, Any], kind: str) -> bool:
    needed = _NEEDED_OF_DOCUMENTS if kind == DOCUMENT else _NEEDED
    return bool(kind) and needed <= row.keys()


def _version(row: Mapping[str, Any]) -> str:
    """When it was last updated; where the list does not tell, all that it tells, if that is more than names.

    Not the bare `date`: that is the resource's own, and stays when the record is mended.
    """
    updated = json.text_of(row.get("last_updated"))
    if updated or "date" not in row:
        return updated
    return f"row {fingerprint(row).hex()}"
