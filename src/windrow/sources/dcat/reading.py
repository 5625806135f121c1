"""Pages of a catalogue to values: RDF in any notation, or data.json."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import json
from windrow.formats.dcat import project_open_data
from windrow.formats.dcat.catalogues import CataloguePage, Entry, read_catalogue, stable_name
from windrow.formats.dcat.datasets import read_dataset
from windrow.formats.dcat.words import DCAT, SERVICES
from windrow.formats.rdf.descriptions import Description
from windrow.formats.rdf.notations import Notation, notation_of
from windrow.formats.rdf.parsing import parse, parse_json_ld, refuse_large
from windrow.formats.rdf.terms import Blank
from windrow.model.resources import RemoteRecord
from windrow.model.trails import Trail
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, PageKey, Reading
from windrow.sources.dcat.settings import BY_IRI, Settings

_LONGEST_IDENTIFIER = 1_000
_DCAT = DCAT.encode()
_TITLE_WITHIN = 1024 * 1024
"""Bytes of a document that is worth reading only to learn what the catalogue is called."""


def first_key(url: str) -> PageKey:
    """The key of the first page."""
    return {"url": url}


def read_page(key: PageKey, answer: Answer, settings: Settings) -> Reading:
    """Reads a page. Raises `RemoteUnreadable` for what is neither a catalogue nor a data.json."""
    notation = notation_of(answer.body, answer.media_type, answer.url)
    if notation is not Notation.JSON_LD:
        return _read_rdf(key, _catalogue(answer, notation, settings), settings)
    document = _json_of(answer)
    datasets = project_open_data.datasets_of(document)
    if datasets is not None:
        return _read_json(datasets)
    refuse_large(answer.body)
    graph = parse_json_ld(document, answer.url)
    page = read_catalogue(graph, answer.url, services=settings.services, languages=settings.languages)
    return _read_rdf(key, page, settings)


def page_fingerprint(answer: Answer) -> bytes:
    """A hash of the document: what comes in another order is read again, and found to be the same."""
    return blake2b(answer.body, digest_size=16, key=blake2b(answer.url.encode(), digest_size=32).digest()).digest()


def check_beginning(answer: Answer) -> None:
    """Raises `RemoteUnreadable` where a document does not even begin like a catalogue."""
    notation_of(answer.body, answer.media_type, answer.url)


def recognise(answer: Answer) -> str | None:
    """The catalogue's title, "" where it has none or is too large to look; None for what is no catalogue."""
    try:
        notation = notation_of(answer.body, answer.media_type, answer.url)
        document = _json_of(answer) if notation is Notation.JSON_LD else None
        if document is not None and project_open_data.datasets_of(document) is not None:
            return json.text_of(json.object_of(document).get("title"))
        if _DCAT not in answer.body and not _needs_known_context(document):
            return None
        if len(answer.body) > _TITLE_WITHIN:
            return ""
        graph = parse_json_ld(document, answer.url) if document is not None else _graph(answer, notation)
        return read_catalogue(graph, answer.url, services=True).title
    except RemoteUnreadable:
        return None


def _needs_known_context(document: Any) -> bool:
    return isinstance(json.object_of(document).get("@context"), str)


def _json_of(answer: Answer) -> Any:
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    return json.parse(answer.body, charset)


def _graph(answer: Answer, notation: Notation) -> Mapping[Any, Any]:
    return parse(answer.body, notation, answer.url)


def _catalogue(answer: Answer, notation: Notation, settings: Settings) -> CataloguePage:
    graph = parse(answer.body, notation, answer.url)
    return read_catalogue(graph, answer.url, services=settings.services, languages=settings.languages)


# RDF.


@dataclass(frozen=True, slots=True)
class _Named:
    """An entry under the identifier that it will be kept by."""

    identifier: str
    entry: Entry


def _read_rdf(key: PageKey, page: CataloguePage, settings: Settings) -> Reading:
    records: list[RemoteRecord] = []
    broken: list[Broken] = []
    taken: set[str] = set()
    named = _named(page.entries, settings)
    for each in named:
        description = each.entry.description
        if each.identifier in taken:
            broken.append(_shared(each))
        elif description is None or not _can_be_kept(each.identifier):
            broken.append(_broken(each))
        else:
            records.append(_record(each.identifier, description, each.entry.types, settings))
        taken.add(each.identifier)
    # With services among the records, a count of datasets says nothing.
    announces = settings.trust_total and not settings.services
    identifiers = [each.identifier for each in named]
    return Reading(
        records=records,
        broken=broken,
        next=_following(key, page, identifiers),
        total=page.total if announces else None,
    )


def _named(entries: Sequence[Entry], settings: Settings) -> list[_Named]:
    """The entries by their identifiers, in an order that does not depend on the document's."""
    found = [_Named(_identifier_of(each, settings), each) for each in entries]
    shared = {name for name, count in Counter(each.identifier for each in found).items() if count > 1}
    # Two without a name and with the same title are told apart by the rest of what is said of them.
    found = [_told_apart(each) if each.identifier in shared else each for each in found]
    return sorted(found, key=lambda each: (each.identifier, _document_of(each.entry)))


def _identifier_of(entry: Entry, settings: Settings) -> str:
    iri = "" if isinstance(entry.node, Blank) else json.text_of(str(entry.node))
    own = min(entry.identifiers, default="")
    identifier = (iri or own) if settings.identity == BY_IRI else (own or iri)
    return identifier or (stable_name(entry.description) if entry.description is not None else "")


def _told_apart(each: _Named) -> _Named:
    if not each.identifier.startswith("unnamed-"):
        return each
    return _Named(f"{each.identifier}-{blake2b(_document_of(each.entry), digest_size=8).hexdigest()}", each.entry)


def _document_of(entry: Entry) -> bytes:
    return entry.description.document if entry.description is not None else str(entry.node).encode("utf-8", "replace")


def _record(identifier: str, description: Description, types: frozenset[str], settings: Settings) -> RemoteRecord:
    raw = description.document
    return RemoteRecord(
        identifier=identifier,
        fingerprint=blake2b(raw, digest_size=16).digest(),
        raw=raw,
        media_type="application/n-triples",
        read=partial(read_dataset, description, identifier, languages=settings.languages),
        type=_type_of(types),
    )


def _type_of(types: frozenset[str]) -> str:
    if types & SERVICES:
        return "DataService"
    return "DatasetSeries" if f"{DCAT}DatasetSeries" in types else "Dataset"


def _shared(each: _Named) -> Broken:
    raw = _document_of(each.entry)
    name = f"{each.identifier[:900]} ({blake2b(raw, digest_size=8).hexdigest()})"
    problem = (
        f"Another dataset on the same page has the identifier {each.identifier[:200]} too. "
        "If they are not the same, set what datasets are known by (identity) to iri."
    )
    return Broken(name, raw, problem)


def _broken(each: _Named) -> Broken:
    raw = _document_of(each.entry)
    digest = blake2b(raw, digest_size=8).hexdigest()
    if each.entry.problem:
        return Broken(each.identifier[:900] or f"unnamed-{digest}", raw, each.entry.problem)
    problem = f"Its identifier has {len(each.identifier)} characters; {_LONGEST_IDENTIFIER} are allowed."
    return Broken(f"{each.identifier[:900]}-{digest}", raw, problem)


def _can_be_kept(identifier: str) -> bool:
    return 0 < len(identifier) <= _LONGEST_IDENTIFIER


def _following(key: PageKey, page: CataloguePage, identifiers: Sequence[str]) -> list[PageKey]:
    """The page after this one. Some servers lead on from an empty page even when all datasets came."""
    trail = Trail.of(key.get("trail", {}))
    if not page.next or (not identifiers and page.total is not None and trail.seen >= page.total):
        return []
    return [{"url": page.next, "trail": trail.follow(page.next, identifiers, page.total).key}]


# Project Open Data.


def _read_json(datasets: Sequence[Any]) -> Reading:
    records: list[RemoteRecord] = []
    broken: list[Broken] = []
    taken: set[str] = set()
    for dataset in datasets:
        raw, digest = json.serialise(dataset), json.fingerprint(dataset)
        identifier = project_open_data.identifier_of(dataset) if isinstance(dataset, dict) else ""
        if not _can_be_kept(identifier) or identifier in taken:
            broken.append(Broken(f"{identifier[:900]} ({digest.hex()})".strip(), raw, _problem_of(identifier)))
            continue
        taken.add(identifier)
        read = partial(project_open_data.read, dataset, identifier)
        records.append(RemoteRecord(identifier, digest, raw, "application/json", read, type="dcat:Dataset"))
    return Reading(records=records, broken=broken)


def _problem_of(identifier: str) -> str:
    if not identifier:
        return "The dataset has no identifier."
    if len(identifier) > _LONGEST_IDENTIFIER:
        return f"Its identifier has {len(identifier)} characters; {_LONGEST_IDENTIFIER} are allowed."
    return f"Another dataset in the same document has the identifier {identifier[:200]} too."
