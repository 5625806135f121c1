"""Requests: which API a GeoNode has, how many there are in a legacy list, and resources one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from windrow.errors import HostResting, RemoteError, RemoteStatus, RemoteUnreadable
from windrow.ports.fetching import Answer, Fetcher
from windrow.ports.source_kinds import Reference
from windrow.sources.geonode.legacy import Counted, LegacyAnswer, query_for_iso, read_total, uuid_of
from windrow.sources.geonode.pages import told_in
from windrow.sources.geonode.places import LEGACY, V2, base_of, csw_url, is_v2, legacy_list_url, moved_base
from windrow.sources.geonode.rows import read_document
from windrow.sources.geonode.settings import Settings

_JSON = {"Accept": "application/json"}
_V2_PATH, _LEGACY_PATH = "/api/v2/datasets", "/api/"
_NOT_THERE = frozenset((404, 405, 410))
_SORT_REFUSED = frozenset((400, 500))


@dataclass(frozen=True, slots=True)
class Found:
    """Which API answered, at which base, and whether API v2 can sort by identity."""

    api: str
    base: str
    sorts: bool = False


def find(url: str, apis: Sequence[str], fetcher: Fetcher) -> Found:
    """The first of these APIs that is there. Raises `RemoteError`.

    Only what is clearly something else (no such page, no JSON, other JSON) leads on to the next: a server that is out
    of order, or that asks for a password, must not seem to be an older one.
    """
    base, reasons = base_of(url), []
    for api in apis:
        try:
            return _find_v2(base, fetcher) if api == V2 else _find_legacy(base, fetcher)
        except RemoteStatus as refusal:
            if refusal.status not in _NOT_THERE:
                raise
            reasons.append(str(refusal))
        except RemoteUnreadable as problem:
            reasons.append(str(problem))
    raise RemoteUnreadable(f"No GeoNode at {base}, neither its API v2 nor its legacy API: {' '.join(reasons)}")


def get(fetcher: Fetcher, url: str) -> Answer:
    """GET as JSON."""
    return fetcher.get(url, headers=_JSON)


def count(base: str, word: str, settings: Settings, fetcher: Fetcher) -> Counted:
    """How many resources a legacy list holds with these filters."""
    return Counted(word, read_total(get(fetcher, legacy_list_url(base, word, settings, offset=0, limit=1))))


def fetch(reference: Reference, fetcher: Fetcher) -> Answer | Exception:
    """A resource's own document, or the error that it met; a resting host is no error of the resource."""
    try:
        answer = get(fetcher, reference.href)
        return answer if is_v2(reference.href) else _with_iso(reference, answer, fetcher)
    except HostResting:
        raise
    except RemoteError as error:
        return error


def _with_iso(reference: Reference, answer: Answer, fetcher: Fetcher) -> LegacyAnswer:
    iso = fetcher.get(csw_url(base_of(reference.href)), parameters=query_for_iso(uuid_of(answer)))
    return LegacyAnswer(answer.url, answer.status, answer.headers, answer.body, iso.body)


def _find_v2(base: str, fetcher: Fetcher) -> Found:
    """Asks for one dataset at most; sorted, and where the server does not know that, not."""
    plain = f"{base}{_V2_PATH}?page_size=1"
    try:
        answer, sorts = get(fetcher, f"{plain}&sort%5B%5D=pk"), True
    except RemoteStatus as refusal:
        if refusal.status not in _SORT_REFUSED:
            raise
        answer, sorts = get(fetcher, plain), False
    _expect(read_document(answer), "datasets", "API v2")
    return Found(V2, moved_base(base, _V2_PATH, answer.url), sorts)


def _find_legacy(base: str, fetcher: Fetcher) -> Found:
    answer = get(fetcher, f"{base}{_LEGACY_PATH}")
    _expect(read_document(answer), "layers", "legacy API")
    return Found(LEGACY, moved_base(base, _LEGACY_PATH, answer.url))


def _expect(document: dict[str, Any], name: str, api: str) -> None:
    if name not in document:
        raise RemoteUnreadable(f"The {api} does not tell of {name}{told_in(document)}")
