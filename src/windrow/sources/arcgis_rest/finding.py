"""What the document at a URL is: a catalogue, a folder, a service, a layer; or nothing of the kind."""

from collections.abc import Mapping
from typing import Any

from windrow.errors import RemoteError, RemoteUnreadable
from windrow.formats.json import object_of, text_of
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection
from windrow.sources.arcgis_rest.asking import describe, read_document
from windrow.sources.arcgis_rest.listings import choose, read_entries, read_listing
from windrow.sources.arcgis_rest.places import Place
from windrow.sources.arcgis_rest.settings import Settings

KIND = "arcgis_rest"
_OWN_MEMBERS = ("currentVersion", "specVersion", "serviceDescription", "mapName", "pixelType", "spatialReference")
_UNSURE = 0.7


def recognise(answer: Answer, place: Place) -> Detection | None:
    """The services directory that an answer comes from; None where it comes from something else."""
    try:
        document = read_document(answer)
        if place.service:
            _check(document, place)
        else:
            read_listing(document, place.folder)
    except RemoteError:
        return None
    certainty = 1.0 if any(name in document for name in _OWN_MEMBERS) else _UNSURE
    return Detection(kind=KIND, url=place.address, title=title_of(document, place), certainty=certainty)


def check_service(document: Mapping[str, Any], place: Place, settings: Settings) -> None:
    """Raises `RemoteUnreadable` where a document is no service, or has no such layer."""
    _check(document, place)
    if place.layer is not None:
        choose(read_entries(document), place.layer, settings)


def title_of(document: Mapping[str, Any], place: Place) -> str:
    """What people call it: the service's own title or name, or the folder."""
    told = object_of(document.get("documentInfo"))
    title = text_of(told.get("Title")) or text_of(told.get("title"))
    return title or place.service or place.folder


def _check(document: Mapping[str, Any], place: Place) -> None:
    if place.type != "ImageServer":
        # A plain GET of a layer's URL answers that layer.
        if place.layer is None or document.get("id") != place.layer:
            read_entries(document)
    elif "extent" not in document and "pixelType" not in document:
        raise RemoteUnreadable(f"No image service, but {describe(dict(document))}.")
