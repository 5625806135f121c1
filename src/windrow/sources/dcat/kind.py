"""The DCAT source kind: which requests a pass makes."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreachable, RemoteUnreadable
from windrow.formats.handover import Handover
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.dcat import reading
from windrow.sources.dcat.settings import SCHEMA, Settings

_BEGINNING = {"Range": "bytes=0-65535"}
"""Enough of a document to see what it is. Servers that do not know how to send a part send it whole."""

_PARTIAL = 206
_DATA_JSON = "/data.json"

_opened: Handover[Answer] = Handover()
"""What `open` was answered where it came whole, by the fetcher of its run, until the first page takes it.

Not kept by the kind itself, which goes to other processes to read; nor beyond its run, since the fetcher goes with it.
"""


class DcatKind:
    """A catalogue in DCAT or one of its profiles, as JSON-LD, RDF/XML, Turtle or N-Triples, whose pages are linked by
    Hydra; or the data.json of Project Open Data (DCAT-US).

    Its pages hold whole descriptions, so that nothing is asked for twice. The catalogue is never asked for changes:
    a page that is the same to the byte is not read again, and a dataset whose description says the same is unchanged
    whatever order it came in.
    """

    name: ClassVar[str] = "dcat"
    title: ClassVar[str] = "DCAT"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Looks for a catalogue at the address, as it came or as RDF; else for a data.json at a host's root."""
        if first is not None and (found := _recognised(first, url, 1.0)) is not None:
            return found
        # Portals with an API of their own often have one of these as well: less than the API, and never the changes.
        places = {url: 0.8, **({_root_of(url): 0.7} if urlsplit(url).path in ("", "/") else {})}
        for place, certainty in places.items():
            try:
                answer = fetcher.get(place, headers={"Accept": Settings.of({}).accept})
            except RemoteError:
                continue
            if (found := _recognised(answer, place, certainty)) is not None:
                return found
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for the beginning of the first page, and looks whether it may be a catalogue."""
        answer = _beginning_of(request.url, Settings.of(request.settings), fetcher)
        reading.check_beginning(answer)
        if _is_whole(answer):
            _opened.leave(fetcher, request.url, answer)
        return Opening(pages=[reading.first_key(request.url)])

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Asks for one page; takes the first one where `open` was answered with all of it."""
        answer = _opened.take(fetcher, page.key["url"]) if "trail" not in page.key else None
        if answer is None:
            answer = fetcher.get(page.key["url"], headers={"Accept": Settings.of(request.settings).accept})
        return Loaded([answer])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads the page."""
        return reading.read_page(page.key, loaded.answer, Settings.of(request.settings))

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Of the document as it came."""
        return reading.page_fingerprint(loaded.answer)


def _recognised(answer: Answer, url: str, certainty: float) -> Detection | None:
    title = reading.recognise(answer)
    return None if title is None else Detection(DcatKind.name, url, title, certainty=certainty)


def _root_of(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=_DATA_JSON, query="", fragment=""))


def _beginning_of(url: str, settings: Settings, fetcher: Fetcher) -> Answer:
    accept = {"Accept": settings.accept}
    try:
        return fetcher.get(url, headers={**accept, **_BEGINNING})
    except (RemoteStatus, RemoteUnreachable, RemoteUnreadable):
        # Some servers refuse to send a part, and a part of what was compressed before cannot be unpacked.
        return fetcher.get(url, headers=accept)


def _is_whole(answer: Answer) -> bool:
    """Whether all came: the server did not send a part, or the part is all there is."""
    length = answer.headers.get("content-range", "").rpartition("/")[2]
    return answer.status != _PARTIAL or length == str(len(answer.body))
