"""The legacy API: pages of its lists, and resources as its JSON and as ISO 19139 from the CSW beside it, to values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json, metadata, xml
from windrow.formats.json import object_of, text_of
from windrow.formats.xml import CSW, GMD, Element, local_name
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import PageKey, Reading, Reference
from windrow.sources.geonode.links import read_links
from windrow.sources.geonode.pages import MOST_PAGES, count_in, told_in
from windrow.sources.geonode.places import LEGACY, LEGACY_TYPES, base_of, without_tokens, word_in
from windrow.sources.geonode.records import fingerprint, identifier_of, read_record
from windrow.sources.geonode.rows import MEDIA_TYPE, read_document, sort_legacy
from windrow.sources.geonode.settings import DATASET, Settings

_RESPONSE = f"{{{CSW}}}GetRecordByIdResponse"


@dataclass(frozen=True, slots=True)
class LegacyAnswer(Answer):
    """A resource's own JSON, and beside it what the CSW answered when asked for its ISO document."""

    iso: bytes


@dataclass(frozen=True, slots=True)
class Counted:
    """One list, and how many it holds. `word` is the legacy API's word for its type."""

    word: str
    total: int


def query_for_iso(uuid: str) -> dict[str, str]:
    """The arguments of the request for a record by its UUID."""
    return {
        "service": "CSW",
        "version": "2.0.2",
        "request": "GetRecordById",
        "id": uuid,
        "elementSetName": "full",
        "outputSchema": GMD,
        "outputFormat": "application/xml",
    }


def keys_for(base: str, lists: Sequence[Counted], size: int) -> list[PageKey]:
    """The pages of each list by itself: none straddles two. Raises `RemoteUnreadable` for more than can be."""
    whole = sum(each.total for each in lists)
    if whole > MOST_PAGES * size:
        raise RemoteUnreadable(f"{whole} resources announced: more than can be.")
    return [
        # An empty list has one page too: that it is empty is only believed of a page.
        {
            "api": LEGACY,
            "at": base,
            "of": each.word,
            "offset": offset,
            "size": size,
            "total": each.total,
            "others": whole - each.total,
        }
        for each in lists
        for offset in range(0, max(each.total, 1), size)
    ]


def read_total(answer: Answer) -> int:
    """How many resources a list holds. Raises `RemoteUnreadable` for what is no list."""
    return _total_and_rows(read_document(answer))[0]


def read_page(key: PageKey, answer: Answer, settings: Settings) -> Reading:
    """Reads a page of a list. Where the server gives fewer than asked for, it leads to pages of that size."""
    total, rows = _total_and_rows(read_document(answer))
    size, offset, given = int(key["size"]), int(key["offset"]), len(rows)
    due = max(0, min(size, total - offset))
    short = 0 < given < due and not key.get("cut")
    if given != due and not short:
        raise RemoteUnreadable(f"{given} {key['of']} from position {offset}, where {due} of {total} belong.")
    found = sort_legacy(rows, key["at"], key["of"], incremental=settings.incremental)
    rest = range(offset + given, offset + due, given) if short else ()
    return Reading(
        references=found.references,
        broken=found.broken,
        next=[{**key, "offset": each, "size": min(given, offset + due - each), "cut": True} for each in rest],
        total=total + int(key["others"]),
    )


def uuid_of(answer: Answer) -> str:
    """The UUID by which the CSW knows the resource. Raises `RemoteUnreadable` where it has none."""
    document = read_document(answer)
    uuid = text_of(document.get("uuid"))
    if not uuid:
        raise RemoteUnreadable(f"No resource with a uuid{told_in(document)}")
    return uuid


def read_resource(reference: Reference, answer: LegacyAnswer) -> RemoteRecord:
    """Reads a resource. Raises `RemoteUnreadable`, also for another resource's documents.

    What the CSW does not know (some sites keep documents out of it) is read from the JSON alone.
    """
    document = read_document(answer)
    if identifier_of(document) != reference.identifier:
        told = identifier_of(document) or "(without an id)"
        raise RemoteUnreadable(f"Resource {told} instead of {reference.identifier}.")
    base, word, element = base_of(reference.href), word_in(reference.href), _iso_in(answer.iso, uuid_of(answer))
    if element is None:
        raw, media_type, read = json.serialise(document), MEDIA_TYPE, partial(_read_json, document, base, word)
        digest = fingerprint(document)
    else:
        raw, media_type = xml.serialise(element), "application/xml"
        read = partial(_read_iso, element, _beside(document), base)
        digest = json.fingerprint([xml.fingerprint(raw).hex(), fingerprint(_beside(document)).hex()])
    return RemoteRecord(
        identifier=reference.identifier,
        fingerprint=digest,
        raw=raw,
        media_type=media_type,
        read=read,
        version=reference.version,
        type=word,
    )


def _total_and_rows(document: Mapping[str, Any]) -> tuple[int, list[Any]]:
    total, rows = object_of(document.get("meta")).get("total_count"), document.get("objects")
    if not isinstance(rows, list):
        raise RemoteUnreadable(f"No list of objects{told_in(document)}")
    if (count := count_in(total)) is None:
        raise RemoteUnreadable(f"A list that does not tell how many there are, but: {text_of(total)!r}")
    return count, rows


def _iso_in(body: bytes, uuid: str) -> Element | None:
    """The ISO document in an answer of the CSW; None where it has no record of that UUID."""
    root = xml.parse(without_tokens(body))
    if local_name(root) == "ExceptionReport":
        told = " ".join("".join(map(str, root.itertext())).split())
        raise RemoteUnreadable(f"The CSW refused: {told[:500]}")
    if root.tag != _RESPONSE:
        raise RemoteUnreadable(f"<{local_name(root)}> instead of an answer to GetRecordById.")
    if len(root) == 0:
        return None
    found = metadata.identifier_of(root[0])
    if found != uuid:
        raise RemoteUnreadable(f"The CSW gave record {found} instead of {uuid}.")
    return root[0]


def _beside(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the JSON has and ISO has not: the page and the picture."""
    return {name: document.get(name) for name in ("detail_url", "thumbnail_url")}


def _read_iso(element: Element, beside: Mapping[str, Any], base: str) -> Record:
    record = metadata.read(element)
    known = {each.href for each in record.links}
    further = tuple(each for each in read_links(beside, base) if each.href not in known)
    return replace(record, links=(*record.links, *further))


def _read_json(document: Mapping[str, Any], base: str, word: str) -> Record:
    kind = next((kind for kind, known in LEGACY_TYPES.items() if known == word), DATASET)
    return replace(read_record(document, base), type=kind)
