"""A target: a URL taken apart once, so that what was judged is what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from windrow.errors import RemoteForbidden
from windrow.fetching.policy import OutgoingPolicy
from windrow.fetching.redaction import redact_urls

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` has no brackets; `path` includes the query; both are percent-encoded ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port, as the manners book names hosts."""
        return f"{self._bracketed}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What may share credentials: scheme, host and port."""
        return self.scheme, self.host.rstrip("."), self.port

    @property
    def url(self) -> str:
        """The whole URL, without user name and fragment."""
        port = "" if self.port == _DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{self._bracketed}{port}{self.path}"

    @property
    def shown(self) -> str:
        """The URL as people may see it."""
        return redact_urls(self.url)

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def follow(self, location: str, policy: OutgoingPolicy) -> "Target":
        """Where a `Location` leads from here. Raises `RemoteForbidden`."""
        # Header values arrive as Latin-1; servers that send raw UTF-8 mean UTF-8.
        text = location.encode("latin-1", "replace").decode("utf-8", "replace")
        try:
            joined = urljoin(self.url, text.strip())
        except ValueError as error:
            raise _unusable(text) from error
        return read_target(joined, policy)


def read_target(url: str, policy: OutgoingPolicy, parameters: Mapping[str, str | int] | None = None) -> Target:
    """Takes a URL apart, adds the parameters to its query, and asks the policy. Raises `RemoteForbidden`."""
    try:
        parts = parse_url(url.strip())
    except LocationParseError:
        # Without the cause: its message holds the URL, which may hold a password.
        raise _unusable(url) from None
    if not parts.scheme or not parts.host:
        raise _unusable(url)
    if parts.auth:
        raise RemoteForbidden(
            f"{redact_urls(url)} holds a user name or password; give them as the source's credential instead."
        )
    query = "&".join(each for each in (parts.query, _encode(parameters)) if each)
    target = Target(
        scheme=parts.scheme,
        host=parts.host.strip("[]"),
        port=parts.port or _DEFAULT_PORTS.get(parts.scheme, 0),
        path=(parts.path or "/") + (f"?{query}" if query else ""),
    )
    if objection := policy.objection(target.scheme, target.host, target.port):
        raise RemoteForbidden(f"{target.shown} may not be asked: {objection}.")
    return target


def _encode(parameters: Mapping[str, str | int] | None) -> str:
    return urlencode(parameters, quote_via=quote, safe="/:,") if parameters else ""


def _unusable(url: str) -> RemoteForbidden:
    shown = "An address with an @ in it" if "@" in url else redact_urls(url)[:500]
    return RemoteForbidden(f"{shown} is no usable web address; it must look like https://host/path.")
