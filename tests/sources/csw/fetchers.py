"""A fetcher without manners, for servers that the tests started themselves."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import urllib3

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators


class LoopbackFetcher:
    """Asks over HTTP."""

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True) + [
            (name, str(value)) for name, value in (parameters or {}).items()
        ]
        return _ask("GET", urlunsplit(parts._replace(query=urlencode(query))), b"", dict(headers or {}))

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        return _ask("POST", url, body, {"Content-Type": media_type, **(headers or {})})


def _ask(method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    with urllib3.PoolManager() as pool:
        response = pool.request(method, url, body=body or None, headers=headers, timeout=30)
    if not 200 <= response.status < 300:
        raise RemoteStatus(f"{url} answered {response.status}.", status=response.status, body=response.data)
    lower = {name.lower(): value for name, value in response.headers.items()}
    return Answer(url, response.status, lower, response.data)
