"""The WMS source kind: which requests a pass makes.

A capabilities document holds everything there is to know of a server's layers, so a pass makes one request. `open`
makes it: asking for less would prove nothing about a harvest, and the protocol knows no shorter answer. The page's
`load` takes what `open` was answered, by the fetcher that both were handed, and asks for itself only where there is
nothing to take: when a pass goes on after an interruption, or its page is tried again.

The next pass sends the document's validators along, where there were any (`Opening.cursor`): a 304 ends it there. Most
map servers give none; then the document comes again, and the page's fingerprint tells that nothing is to be read.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable
from windrow.formats.handover import Handover
from windrow.formats.ows.addresses import argument_of, base_url, version_in
from windrow.formats.ows.documents import capabilities_fingerprint, refuses
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.wms import reading
from windrow.sources.wms.requests import NEWEST, capabilities_url
from windrow.sources.wms.settings import AUTO, SCHEMA, VERSIONS, Settings

_PAGE = {"document": "capabilities"}
_OLDER = "1.1.1"

_opened: Handover[Answer] = Handover()
"""What `open` was answered, by the fetcher of its run and the source's URL, until the page takes it.

Not kept by the kind itself, which goes to other processes to read; nor beyond its run, since the fetcher goes with it.
"""


class WmsKind:
    """Web Map Service 1.3.0, and 1.1.1, 1.1.0 and 1.0.0 where a server has nothing newer. One request in all."""

    name: ClassVar[str] = "wms"
    title: ClassVar[str] = "OGC WMS"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Reads the capabilities, which `first` may already be; asks for them once or twice otherwise."""
        certain = found = _outline_of(first)
        if found is None:
            try:
                found = reading.read_outline(_ask(url, Settings(), fetcher).body)
            except RemoteError:
                return None
        version = version_in(url, "WMS")
        settings = {"version": version} if version in VERSIONS[1:] else {}
        # The same address may answer as another service too; a URL that names this one means it.
        certainty = 1.0 if certain or argument_of(url, "service").upper() == "WMS" else 0.9
        return Detection(self.name, base_url(url), found.title, settings, certainty)

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for the capabilities, with the validators of the last time."""
        settings = Settings.of(request.settings)
        answer = _ask(request.url, settings, fetcher, validators=Validators.of(request.cursor))
        if answer.not_modified:
            return Opening(pages=[], unchanged=True, cursor=request.cursor)
        outline = reading.read_outline(answer.body, groups=settings.groups)
        _opened.leave(fetcher, request.url, answer)
        return Opening(pages=[_PAGE], total=outline.layers, cursor=answer.settled_validators.kept, title=outline.title)

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:  # noqa: ARG002 - the port's
        """Takes what `open` was answered; asks where that is gone."""
        answer = _opened.take(fetcher, request.url)
        if answer is None:
            answer = _ask(request.url, Settings.of(request.settings), fetcher)
        return Loaded([answer])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:  # noqa: ARG002 - the port's
        """Reads the layers."""
        return reading.read_layers(loaded.answer.body, request.url, Settings.of(request.settings))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves the update sequence out: servers raise it for changes that no layer shows."""
        return capabilities_fingerprint(loaded.answer.body)


def _ask(url: str, settings: Settings, fetcher: Fetcher, *, validators: Validators | None = None) -> Answer:
    """The capabilities, or a 304.

    Servers answer with the version they have that is next to the one asked for (WMS 1.3.0, 6.2.4). Some that are older
    than 1.3.0 refuse it instead: they are asked once more, where people left the version open.
    """
    told = version_in(url, "WMS") if settings.version == AUTO else settings.version
    try:
        answer = fetcher.get(capabilities_url(url, told or NEWEST), validators=validators)
        if told or answer.not_modified or not refuses(answer.body):
            return answer
    except RemoteStatus as error:
        if told or not refuses(error.body):
            raise
    return fetcher.get(capabilities_url(url, _OLDER))


def _outline_of(first: Answer | None) -> reading.Outline | None:
    try:
        return None if first is None else reading.read_outline(first.body)
    except RemoteUnreadable:
        return None
