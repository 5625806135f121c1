"""The CSW source kind: which requests a pass makes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable
from windrow.formats.xml import CSW, GMD, MDB1, MDB2, parse
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading
from windrow.sources.csw import reading
from windrow.sources.csw.capabilities import Capabilities, exception_text, read_capabilities, same_server
from windrow.sources.csw.searches import Search, check_settings
from windrow.sources.csw.settings import AUTO, NONE, SCHEMA, base_url, setting

_XML = "application/xml"
_CAPABILITIES = {"service": "CSW", "request": "GetCapabilities", "version": "2.0.2"}
_BEST_SCHEMAS = (GMD, MDB2, MDB1, CSW)
_TYPES = {GMD: "gmd:MD_Metadata", MDB1: "mdb:MD_Metadata", MDB2: "mdb:MD_Metadata"}

_ROUNDING = timedelta(days=1)
"""How far back changes are asked for: metadata dates have no zone, and often no time of day."""


class CswKind:
    """CSW 2.0.2 by GET or POST. The first answer tells how many records there are, so all pages are known at once.

    A server that sends fewer than asked for is asked for the rest; one that can sort is asked to, by identifier, so
    that pages do not shift. What it announces and does not send is for the core to notice.
    """

    name: ClassVar[str] = "csw"
    title: ClassVar[str] = "CSW 2.0.2"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Reads the capabilities, which `first` may already be; asks for them once otherwise."""
        found = _capabilities_in(first)
        if found is None:
            try:
                found = read_capabilities(_get(fetcher, base_url(url), _CAPABILITIES).body)
            except RemoteError:
                return None
        return Detection(kind=self.name, url=base_url(url), title=found.title)

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for the capabilities and the number of records."""
        check_settings(request.settings)
        url = base_url(request.url)
        capabilities = read_capabilities(_get(fetcher, url, _CAPABILITIES).body)
        search = _search(url, request, capabilities)
        search, answer = _count(search, fetcher)
        envelope = reading.read_envelope(answer.body)
        matched = envelope.matched
        size = int(setting(request.settings, "page_size"))
        starts = range(1, (matched or 1) + 1, size)
        asks_changes = bool(search.since)
        return Opening(
            pages=[search.key(start, size, last=start == starts[-1]) for start in starts],
            total=matched,
            listing=not asks_changes,
            since=(envelope.answered_at or answer.answered_at) if _tells_changes(request, capabilities) else None,
            unchanged=asks_changes and matched == 0,
            title=capabilities.title,
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:  # noqa: ARG002 - the port's
        """Asks for one page."""
        return Loaded([_ask(fetcher, Search.of(page.key), int(page.key["start"]), int(page.key["size"]))])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:  # noqa: ARG002 - the port's
        """Reads the page."""
        return reading.read_page(page.key, loaded.answer.body)

    def skim(self, page: PageRequest, loaded: Loaded) -> Reading | None:
        """What the page holds, without parsing its records."""
        return reading.skim_page(page.key, loaded.answer.body)

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """Leaves the time stamp out."""
        return reading.page_fingerprint(loaded.answer.body)


def _capabilities_in(first: Answer | None) -> Capabilities | None:
    try:
        return read_capabilities(first.body) if first is not None else None
    except RemoteUnreadable:
        return None


def _search(url: str, request: PassRequest, capabilities: Capabilities) -> Search:
    schema = setting(request.settings, "output_schema")
    if schema == AUTO:
        schema = next((each for each in _BEST_SCHEMAS if each in capabilities.schemas), CSW)
    method, url = _way(url, setting(request.settings, "method"), capabilities)
    iso = schema in _TYPES
    search = Search(
        url=url,
        method=method,
        output_schema=schema,
        type_names=_type_names(setting(request.settings, "type_names"), schema, capabilities),
        sort_by=_sort_by(setting(request.settings, "sort_by"), capabilities, iso=iso),
        constraint=str(setting(request.settings, "constraint")).strip(),
    )
    if request.since is None or not _tells_changes(request, capabilities):
        return search
    day = (request.since - _ROUNDING).date().isoformat()
    return replace(search, changed_by=capabilities.queryable("modified", iso=iso), since=day)


def _way(url: str, method: str, capabilities: Capabilities) -> tuple[str, str]:
    """Method and address. Advertised addresses on other hosts are not followed: behind proxies they are often wrong."""
    if method == AUTO:
        method = "GET" if capabilities.get or not capabilities.post else "POST"
    advertised = base_url(capabilities.get if method == "GET" else capabilities.post)
    return method, advertised if same_server(url, advertised) else url


def _type_names(wanted: str, schema: str, capabilities: Capabilities) -> str:
    if wanted != AUTO:
        return wanted
    fitting = _TYPES.get(schema, "csw:Record")
    return fitting if fitting in capabilities.type_names else "csw:Record"


def _sort_by(wanted: str, capabilities: Capabilities, *, iso: bool) -> str:
    if wanted == NONE:
        return ""
    return capabilities.queryable("identifier", iso=iso) if wanted == AUTO else wanted


def _tells_changes(request: PassRequest, capabilities: Capabilities) -> bool:
    wanted = bool(setting(request.settings, "incremental"))
    return wanted and not capabilities.pycsw and bool(capabilities.queryable("modified", iso=True))


def _count(search: Search, fetcher: Fetcher) -> tuple[Search, Answer]:
    """Asks for the number of records: sorted, else unsorted, else without the `hits` that some servers do not know.

    None at all is only believed of a page. The search comes back as the server took it.
    """
    unsorted = replace(search, sort_by="")
    for tried, hits in dict.fromkeys([(search, True), (unsorted, True), (unsorted, False)]):
        try:
            answer = _ask(fetcher, tried, 1, 1, hits=hits)
            matched = reading.read_envelope(answer.body).matched
        except (RemoteUnreadable, RemoteStatus) as error:
            problem = error
            continue
        return tried, answer if matched or not hits else _ask(fetcher, tried, 1, 1)
    raise problem


def _ask(fetcher: Fetcher, search: Search, start: int, size: int, *, hits: bool = False) -> Answer:
    if search.method == "POST":
        return _post(fetcher, search.url, search.body(start, size, hits=hits))
    return _get(fetcher, search.url, search.parameters(start, size, hits=hits))


def _get(fetcher: Fetcher, url: str, parameters: Mapping[str, str | int]) -> Answer:
    try:
        return fetcher.get(url, parameters=parameters)
    except RemoteStatus as refusal:
        raise _explained(refusal) from refusal


def _post(fetcher: Fetcher, url: str, body: bytes) -> Answer:
    try:
        return fetcher.post(url, body, media_type=_XML)
    except RemoteStatus as refusal:
        raise _explained(refusal) from refusal


def _explained(refusal: RemoteStatus) -> RemoteStatus:
    """The refusal with the text of the exception report that came with it."""
    try:
        told = exception_text(parse(refusal.body))
    except RemoteUnreadable:
        return refusal
    return RemoteStatus(f"{refusal} {told}", status=refusal.status, retry_after=refusal.retry_after, body=refusal.body)
