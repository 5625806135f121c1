"""Requests that every step makes alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from windrow.errors import RemoteError
from windrow.ports.fetching import Answer, Fetcher
from windrow.sources.ogc_records.catalogues import link_of, read_conformance
from windrow.sources.ogc_records.reading import read_document
from windrow.sources.ogc_records.settings import below, with_query

_ACCEPT = {"Accept": "application/geo+json, application/json;q=0.9, */*;q=0.1"}
_CONFORMANCE = ("conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance")


def get(fetcher: Fetcher, url: str) -> Answer:
    """GET as JSON; by `f=json` where the server shows people's pages whatever is accepted."""
    answer = fetcher.get(url, headers=_ACCEPT)
    if answer.media_type in ("text/html", "application/xhtml+xml") and "f=json" not in url:
        return fetcher.get(with_query(url, {"f": "json"}), headers=_ACCEPT)
    return answer


def conformance_of(root: Mapping[str, Any], url: str, fetcher: Fetcher) -> Sequence[str]:
    """What the API of this landing page declares; nothing where it cannot be asked for."""
    declared = read_conformance(root)
    if declared:
        return declared
    try:
        answer = get(fetcher, link_of(root, url, *_CONFORMANCE) or below(url, "conformance"))
        return read_conformance(read_document(answer))
    except RemoteError:
        return []
