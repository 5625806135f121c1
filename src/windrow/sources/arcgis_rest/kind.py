"""The ArcGIS REST source kind: which requests a pass makes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import (
    BadInput,
    HostResting,
    RemoteError,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
)
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading, Reference
from windrow.sources.arcgis_rest import finding, reading
from windrow.sources.arcgis_rest.asking import get, read_document
from windrow.sources.arcgis_rest.bundles import Bundle
from windrow.sources.arcgis_rest.listings import choose, read_entries, read_listing
from windrow.sources.arcgis_rest.pages import FolderPage, Page, ServicePage, key_of, page_of
from windrow.sources.arcgis_rest.places import Place, candidates
from windrow.sources.arcgis_rest.services import tells_all_layers
from windrow.sources.arcgis_rest.settings import SCHEMA, Settings

_IN_VAIN = frozenset((400, 404, 405, 500, 501, 504))
"""Statuses by which a server says that it cannot tell all layers at once: too old, one is broken, or they are many."""


class ArcgisRestKind:
    """A services directory of ArcGIS Server, ArcGIS Online, or what speaks like them.

    Walks the catalogue, its folders and their services. A service costs two requests: its own document, and one that
    tells all its layers whole (`/layers`, since 10.0), or the layer itself where only one is wanted. That is less for
    the remote than a request for each layer, which is done where `/layers` is not known, fails, or tells less than
    the service lists. A feature service beside a map service of the same name mostly publishes the same layers: it is
    asked for its list only, and what it has beyond the map service is fetched from it.
    """

    name: ClassVar[str] = "arcgis_rest"
    title: ClassVar[str] = "ArcGIS REST services"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Whether a services directory, a folder, a service or a layer is there. Asks at most two requests."""
        try:
            places = candidates(url)
        except BadInput:
            return None
        for place in places:
            found = finding.recognise(first, place) if first is not None and len(places) == 1 else None
            found = found or _recognise_at(place, fetcher)
            if found is not None:
                return found
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for what is at the URL: a listing's services and folders are the pages, a service is the only page."""
        place, settings = Place.of(request.url), Settings.of(request.settings)
        document = read_document(get(fetcher, place.whole_service.url, place.query))
        if place.service:
            finding.check_service(document, place, settings)
            pages: list[Page] = [ServicePage(place.service, place.type)]
        else:
            listing = read_listing(document, place.folder)
            # What cannot be followed is told by the folder's own page, which an opening has no words for.
            pages = [] if listing.odd else listing.pages(settings)
        return Opening(
            pages=[key_of(page) for page in pages or [FolderPage(place.folder)]],
            title=finding.title_of(document, place),
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Fetches a folder's listing, a service with its layers, or layers one by one."""
        place = Place.of(request.url)
        if page.documents:
            return _load_layers(page, place, fetcher)
        match page_of(page.key):
            case FolderPage(folder):
                return Loaded([get(fetcher, place.folder_url(folder), place.query)])
            case ServicePage(type="ImageServer") as image:
                return Loaded([get(fetcher, place.service_url(image.service, image.type), place.query)])
            case ServicePage() as service:
                return Loaded([_load_service(service, place, Settings.of(request.settings), fetcher)])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads what was loaded."""
        place, settings = Place.of(request.url), Settings.of(request.settings)
        if page.documents:
            return reading.read_layers(page.documents, loaded.answers, place)
        answer = loaded.answer
        match page_of(page.key):
            case FolderPage(folder):
                return reading.read_folder(answer, place, folder, settings)
            case ServicePage(type="ImageServer") as image:
                return reading.read_image_service(image, answer, place)
            case ServicePage() as service:
                bundle = answer if isinstance(answer, Bundle) else Bundle.of(answer)
                return reading.read_layered_service(service, bundle, place, settings)

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves out the server's version, and how it draws."""
        return reading.page_fingerprint(loaded.answer)


def _recognise_at(place: Place, fetcher: Fetcher) -> Detection | None:
    try:
        return finding.recognise(get(fetcher, place.whole_service.url, place.query), place)
    except RemoteError:
        return None


def _load_service(page: ServicePage, place: Place, settings: Settings, fetcher: Fetcher) -> Bundle:
    url = place.service_url(page.service, page.type)
    answer = get(fetcher, url, place.query)
    document = read_document(answer)
    wanted = choose(read_entries(document), place.layer, settings)
    beside: dict[str, Answer | RemoteError] = {}
    if len(wanted) == 1:
        beside["details"] = _try_details(f"{url}/{wanted[0].number}", place, fetcher)
    elif wanted and tells_all_layers(document):
        beside["details"] = _try_details(f"{url}/layers", place, fetcher)
    if page.twin:
        beside["twin"] = _try_twin(place.service_url(page.service, reading.TWIN), place, fetcher)
    return Bundle.of(answer, **beside)


def _try_details(url: str, place: Place, fetcher: Fetcher) -> Answer | RemoteError:
    try:
        return get(fetcher, url, place.query)
    except RemoteError as error:
        if _is_in_vain(error):
            return error
        raise


def _is_in_vain(error: RemoteError) -> bool:
    """Whether asking for one layer at a time may do better. A server that is busy or wants a token is not pressed."""
    if isinstance(error, RemoteStatus):
        return error.status in _IN_VAIN
    return isinstance(error, RemoteTooLarge | RemoteTimeout | RemoteUnreadable)


def _try_twin(url: str, place: Place, fetcher: Fetcher) -> Answer | RemoteError:
    try:
        return get(fetcher, url, place.query)
    except (HostResting, RemoteUnreachable):
        raise
    except RemoteError as error:
        return error  # The map service's own layers are not lost for it.


def _load_layers(page: PageRequest, place: Place, fetcher: Fetcher) -> Loaded:
    validators = page.validators
    tried = [_try_layer(each, validators.get(each.identifier), place, fetcher) for each in page.documents]
    layers = Loaded.documents(tried)
    services: dict[str, Answer] = {}
    asked = zip(page.documents, layers.answers, strict=True)
    return Loaded([_with_service(*each, place, fetcher, services) for each in asked])


def _try_layer(
    reference: Reference, validators: Validators | None, place: Place, fetcher: Fetcher
) -> Answer | RemoteError:
    known = validators if validators and (validators.etag or validators.last_modified) else None
    try:
        return get(fetcher, reference.href, place.query, validators=known)
    except HostResting:
        raise
    except RemoteError as error:
        return error


def _with_service(
    reference: Reference,
    answer: Answer | Exception,
    place: Place,
    fetcher: Fetcher,
    services: dict[str, Answer],
) -> Answer | Exception:
    """A layer's answer with that of its service, which is asked for once for all layers on a page."""
    if isinstance(answer, Exception) or answer.not_modified:
        return answer
    url = reference.href.rpartition("/")[0]
    if url not in services:
        services[url] = get(fetcher, url, place.query)
    return Bundle.of(answer, service=services[url])
