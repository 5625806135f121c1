"""API v2: pages of its list of resources, and resources' own documents, to values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import objects_of, text_of, texts_of
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import PageKey, Reading, Reference
from windrow.sources.geonode.places import V2, base_of
from windrow.sources.geonode.records import fingerprint, identifier_of
from windrow.sources.geonode.rows import read_document, remote_record, sort_resources
from windrow.sources.geonode.settings import Settings

MOST_PAGES = 100_000
"""Pages that a list may come to: what announces more is not believed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: its rows, how many there are in all, and the number it gives itself (0 for none)."""

    rows: Sequence[Any]
    total: int
    page: int


def first_key(base: str, *, size: int, sort: bool) -> PageKey:
    """The key of the first page, which leads to all others at once."""
    return {"api": V2, "at": base, "page": 1, "size": size, "first": True, **({"sort": True} if sort else {})}


def read_listed(answer: Answer) -> Listed:
    """Reads a page of resources. Raises `RemoteUnreadable` for whatever else came."""
    document = read_document(answer)
    rows, total, page = document.get("resources"), document.get("total"), document.get("page")
    if not isinstance(rows, list):
        raise RemoteUnreadable(f"No list of resources{told_in(document)}")
    if (count := count_in(total)) is None:
        raise RemoteUnreadable(f"A list of resources that does not tell how many there are, but: {text_of(total)!r}")
    return Listed(rows, count, count_in(page) or 0)


def read_page(key: PageKey, answer: Answer, settings: Settings) -> Reading:
    """Reads a page of the list; the first leads to all others.

    A first page with less than was asked for shows what the server gives at most: it is asked for again in that size,
    as the numbers of pages count by it. Raises `RemoteUnreadable` for any other page that is not full.
    """
    listed = read_listed(answer)
    size, number = int(key["size"]), int(key["page"])
    given, due = len(listed.rows), max(0, min(size, listed.total - (number - 1) * size))
    if listed.page not in (0, number):
        raise RemoteUnreadable(f"Page {listed.page} of the list instead of page {number}.")
    if key.get("first") and 0 < given < due and not key.get("cut"):
        return Reading(next=[{**key, "size": given, "cut": True}])
    everything = bool(key.get("first")) and given == listed.total
    if given != due and not everything:
        raise RemoteUnreadable(f"{given} resources on page {number}, where {due} of {listed.total} belong.")
    found = sort_resources(listed.rows, key["at"], settings.types, incremental=settings.incremental)
    return Reading(
        records=found.records,
        references=found.references,
        broken=found.broken,
        left_out=found.left_out,
        next=[] if everything else _following(key, listed.total),
        total=listed.total,
    )


def page_fingerprint(answer: Answer) -> bytes | None:
    """A hash of the page's rows and the total; None for what is no page of this list, or cannot be kept as a whole."""
    document = read_document(answer)
    if not isinstance(document.get("resources"), list):
        return None
    try:
        return fingerprint([document["resources"], document.get("total"), document.get("page")])
    except RemoteUnreadable:
        return None  # a row is nested too deep: it is set aside when the page is read


def read_resource(reference: Reference, answer: Answer) -> RemoteRecord:
    """Reads a resource's own document. Raises `RemoteUnreadable`, also for another resource's."""
    document = read_document(answer)
    found = document.get(reference.type) if reference.type else None
    if not isinstance(found, dict):
        found = next((each for name, each in document.items() if isinstance(each, dict) and name != "links"), None)
    if found is None:
        raise RemoteUnreadable(f"No resource{told_in(document)}")
    identifier = identifier_of(found)
    if identifier != reference.identifier:
        raise RemoteUnreadable(f"Resource {identifier or '(without an id)'} instead of {reference.identifier}.")
    return remote_record(found, identifier, base_of(reference.href), version=reference.version)


def count_in(value: Any) -> int | None:
    """The number that a member holds; None for what is none, also for a text of digits."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def told_in(document: Mapping[str, Any]) -> str:
    """What an error's document says of it, as the end of a sentence."""
    told = texts_of(document.get("errors")) or texts_of(document.get("detail")) or texts_of(document.get("error"))
    told = told or tuple(text for each in objects_of(document.get("errors")) if (text := text_of(each.get("detail"))))
    return f": {'; '.join(told)[:500]}" if told else f", but JSON with {_names_in(document)}."


def _names_in(document: Mapping[str, Any]) -> str:
    return ", ".join(json.text_of(each)[:40] for each in list(document)[:8]) or "nothing in it"


def _following(key: PageKey, total: int) -> list[PageKey]:
    """After the first page all others, after the last one those that came since; the last one is marked."""
    size, number = int(key["size"]), int(key["page"])
    if not (key.get("first") or key.get("last")):
        return []
    last = -(-total // size)
    if last > MOST_PAGES:
        raise RemoteUnreadable(f"{total} resources announced, on {last} pages: more than can be.")
    kept = {name: value for name, value in key.items() if name not in ("first", "cut", "last")}
    return [{**kept, "page": each, **({"last": True} if each == last else {})} for each in range(number + 1, last + 1)]
