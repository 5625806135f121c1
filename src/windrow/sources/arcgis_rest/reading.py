"""Answers of a services directory to values: folders to pages, services and layers to records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from windrow.errors import RemoteError, RemoteUnreadable, is_refusal
from windrow.formats.json import fingerprint, objects_of, serialise, text_of
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, Reading, Reference
from windrow.sources.arcgis_rest.asking import describe, read_document
from windrow.sources.arcgis_rest.bundles import Bundle
from windrow.sources.arcgis_rest.listings import GROUP, Entry, choose, count_listed, read_entries, read_listing
from windrow.sources.arcgis_rest.pages import ServicePage, key_of
from windrow.sources.arcgis_rest.places import Place
from windrow.sources.arcgis_rest.records import essence, fingerprint_of, read_edited, read_image, read_layer
from windrow.sources.arcgis_rest.services import Service, read_service
from windrow.sources.arcgis_rest.settings import Settings

RASTER = "raster"
TWIN = "FeatureServer"
_MEDIA_TYPE = "application/json"


@dataclass(slots=True)
class _Gathering:
    """A service's page while its layers are sorted."""

    records: list[RemoteRecord] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def read_folder(answer: Answer, place: Place, folder: str, settings: Settings) -> Reading:
    """A folder's listing: the services and folders that it leads to."""
    listing = read_listing(read_document(answer), folder)
    return Reading(
        next=[key_of(page) for page in listing.pages(settings)],
        failed=[(place.folder_url(name), problem) for name, problem in listing.odd],
    )


def read_image_service(page: ServicePage, answer: Answer, place: Place) -> Reading:
    """An image service: one record."""
    document = read_document(answer)
    if "extent" not in document and "pixelType" not in document:
        raise RemoteUnreadable(f"No image service, but {describe(document)}.")
    url = place.service_url(page.service, page.type)
    service = read_service(document, url=url, type=page.type, name=page.service)
    record = RemoteRecord(
        identifier=url,
        fingerprint=fingerprint_of(document, service),
        raw=answer.body,
        media_type=_MEDIA_TYPE,
        read=partial(read_image, document, service),
        version=_version_of(document),
        type=RASTER,
    )
    return Reading(records=[record])


def read_layered_service(page: ServicePage, bundle: Bundle, place: Place, settings: Settings) -> Reading:
    """A map or feature service: a record for each layer that was told whole, a reference for each other one."""
    document = read_document(bundle)
    url = place.service_url(page.service, page.type)
    service = read_service(document, url=url, type=page.type, name=page.service)
    entries, found = read_entries(document), _Gathering()
    if len(entries) != count_listed(document):
        found.failed.append((url, "It lists layers without a number of their own."))
    details = _read_details(bundle)
    twin_url = place.service_url(page.service, TWIN)
    twin = _read_twin(bundle, twin_url, found)
    for entry in choose(entries, place.layer, settings):
        _sort_in(entry, details.get(entry.number), service.beside(twin_url, entry, twin), found)
    there = {each.mark for each in entries}
    found.references += [
        _reference(each, twin_url) for each in choose(twin or [], None, settings) if each.mark not in there
    ]
    return Reading(records=found.records, references=found.references, broken=found.broken, failed=found.failed)


def read_layers(references: Sequence[Reference], answers: Sequence[Answer | Exception], place: Place) -> Reading:
    """Layers that were fetched one by one; one that could not be fetched does not hold up the others."""
    readings = [_read_one(*each, place) for each in zip(references, answers, strict=True)]
    return Reading(
        records=[record for each in readings for record in each.records],
        unchanged=[identifier for each in readings for identifier in each.unchanged],
        broken=[broken for each in readings for broken in each.broken],
        left_out=[identifier for each in readings for identifier in each.left_out],
        failed=[failed for each in readings for failed in each.failed],
        refused=[refused for each in readings for refused in each.refused],
    )


def page_fingerprint(answer: Answer) -> bytes | None:
    """A hash of a folder, or of a service with all that came beside it; None where something is missing."""
    beside = answer.beside if isinstance(answer, Bundle) else {}
    if not all(isinstance(each, Answer) for each in beside.values()):
        return None
    answers = {"": answer, **{name: each for name, each in beside.items() if isinstance(each, Answer)}}
    try:
        return fingerprint({name: essence(read_document(each)) for name, each in answers.items()})
    except RemoteError:
        return None  # Reading it will tell what is wrong.


def _read_details(bundle: Bundle) -> dict[int, dict[str, Any]]:
    """Layers by number, as far as one document told them; what it did not tell is asked for one by one."""
    try:
        document = bundle.document("details") or {}
    except RemoteError:
        return {}
    layers = [*objects_of(document.get("layers")), *objects_of(document.get("tables"))] or [document]
    return {each["id"]: each for each in layers if type(each.get("id")) is int}


def _read_twin(bundle: Bundle, url: str, page: _Gathering) -> list[Entry] | None:
    """The layers of the feature service beside a map service; None where none was asked for."""
    try:
        document = bundle.document("twin")
        return read_entries(document) if document is not None else None
    except RemoteError as problem:
        page.failed.append((url, str(problem)))
        return None


def _sort_in(entry: Entry, document: Mapping[str, Any] | None, service: Service, page: _Gathering) -> None:
    identifier = f"{service.url}/{entry.number}"
    if document is None:
        page.references.append(_reference(entry, service.url))
    elif text_of(document.get("type")) != GROUP:
        try:
            page.records.append(_record(document, identifier, service, raw=serialise(document), type=entry.type))
        except RemoteUnreadable as problem:  # nested too deep to be written
            page.broken.append(Broken(identifier, entry.name.encode(), str(problem)))


def _reference(entry: Entry, service_url: str) -> Reference:
    identifier = f"{service_url}/{entry.number}"
    return Reference(identifier, identifier, title=entry.name, type=entry.type)


def _read_one(reference: Reference, answer: Answer | Exception, place: Place) -> Reading:
    if isinstance(answer, Exception):
        told = [(reference.identifier, str(answer))]
        return Reading(refused=told) if is_refusal(answer) else Reading(failed=told)
    if answer.not_modified:
        return Reading(unchanged=[reference.identifier])
    try:
        return _read_layer(reference, answer, place)
    except RemoteError as problem:
        return Reading(failed=[(reference.identifier, str(problem))])


def _read_layer(reference: Reference, answer: Answer, place: Place) -> Reading:
    document = read_document(answer)
    layer = place.layer_at(reference.identifier)
    if document.get("id") != layer.layer:
        # Some proxies answer every address alike: that says nothing about this layer.
        raise RemoteUnreadable(f"Not layer {layer.layer}, but {describe(document)}.")
    if text_of(document.get("type")) == GROUP:
        return Reading(left_out=[reference.identifier])
    told = (answer.document("service") if isinstance(answer, Bundle) else None) or {}
    service = read_service(told, url=layer.whole_service.url, type=layer.type, name=layer.service)
    entry = Entry(layer.layer or 0, "", text_of(document.get("type")))
    service = service.beside(place.service_url(layer.service, TWIN), entry, None)
    record = _record(document, reference.identifier, service, raw=answer.body, type="")
    kept = answer.validators
    return Reading(records=[record._replace(etag=kept.etag, last_modified=kept.last_modified)])


def _record(
    document: Mapping[str, Any],
    identifier: str,
    service: Service,
    *,
    raw: bytes,
    type: str,  # noqa: A002 - the API's own word
) -> RemoteRecord:
    return RemoteRecord(
        identifier=identifier,
        fingerprint=fingerprint_of(document, service),
        raw=raw,
        media_type=_MEDIA_TYPE,
        read=partial(read_layer, document, identifier, service),
        version=_version_of(document),
        type=text_of(document.get("type")) or type,
    )


def _version_of(document: Mapping[str, Any]) -> str:
    edited = read_edited(document)
    return edited.isoformat() if edited else ""
