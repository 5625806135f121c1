"""A request on its way: what is sent at each hop, and what is left behind when it crosses to another origin."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from windrow.errors import BadInput, RemoteForbidden
from windrow.fetching.exchange import Call, Response
from windrow.fetching.inflating import ENCODINGS
from windrow.fetching.policy import OutgoingPolicy
from windrow.fetching.targets import Target
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Beginning, Validators

_CROSSING = frozenset({"accept", "accept-language"})
"""Headers that may cross to another origin: they say what is understood, and no more."""

_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


def credential_header(credential: Credential | None) -> tuple[str, str] | None:
    """The header that carries the credential. Raises `BadInput`, which never holds the secret."""
    if credential is None:
        return None
    match credential.kind:
        case CredentialKind.BASIC:
            pair = f"{credential.name}:{credential.secret}".encode()
            return "Authorization", f"Basic {base64.b64encode(pair).decode()}"
        case CredentialKind.BEARER:
            return "Authorization", f"Bearer {_checked('credential.secret', credential.secret)}"
        case CredentialKind.HEADER:
            _check_name("credential.name", credential.name)
            return credential.name, _checked("credential.secret", credential.secret)


def is_header_value(value: str) -> bool:
    """Whether a header can carry it: printable ASCII on one line."""
    return _VALUE.fullmatch(value) is not None


def _checked(field: str, value: str) -> str:
    # http.client would refuse it too, but with the value in its message.
    if not is_header_value(value):
        raise BadInput.of(field, "must be printable ASCII on one line to be sent as a header")
    return value


def _check_name(field: str, name: str) -> None:
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise BadInput.of(field, "must be the name of a header that the server reads, such as X-Api-Key")


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """The caller's own headers. Raises `BadInput`."""
    for name, value in (headers or {}).items():
        _check_name("headers", name)
        _checked(f"headers.{name}", value)
    return dict(headers or {})


def range_validator(validators: Validators) -> str:
    """What proves that the rest of a file belongs to its beginning (RFC 9110 13.1.5); "" where nothing does.

    A weak ETag says that two versions mean the same, not that their bytes are the same.
    """
    strong = validators.etag.startswith('"')
    return validators.etag if strong else validators.last_modified


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and with what: the User-Agent, and the header that one origin may see."""

    user_agent: str
    origin: tuple[str, str, int]
    credential: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request at one hop.

    crossed   set for good once it has left the origin it began at
    changes   it changes something on the remote: it is sent once, and to nobody else
    file      what it asks for is a file, wanted as it is
    beginning what is here of that file already: only the rest is asked for
    whole     its answer is wanted whatever the status, and redirects are followed as by browsers
    """

    method: str
    target: Target
    headers: Mapping[str, str]
    validators: Validators = Validators()
    body: bytes | None = None
    media_type: str = ""
    crossed: bool = False
    changes: bool = False
    file: bool = False
    beginning: Beginning | None = None
    whole: bool = False

    def is_trusted(self, identity: Identity) -> bool:
        """Whether the credential goes along: to its own origin only, and never where another origin sent us."""
        return not self.crossed and self.target.origin == identity.origin

    def call(self, identity: Identity) -> Call:
        """What is sent."""
        headers = {"User-Agent": identity.user_agent, "Accept": "*/*"}
        headers.update((name.title(), value) for name, value in self.headers.items())
        if self.whole:
            # What people wrote goes out as they wrote it.
            written = {name.title() for name in self.headers}
            headers = {name: value for name, value in headers.items() if name not in written} | dict(self.headers)
        # What cannot be asked again must not depend on a server that compresses well: see exchange.py.
        headers["Accept-Encoding"] = "identity" if self.changes or self.file else ", ".join(ENCODINGS)
        if self.validators.etag:
            headers["If-None-Match"] = _checked("validators.etag", self.validators.etag)
        if self.validators.last_modified:
            headers["If-Modified-Since"] = _checked("validators.last_modified", self.validators.last_modified)
        if self.beginning is not None:
            headers["Range"] = f"bytes={self.beginning.size}-"
            headers["If-Range"] = _checked("beginning.validators", range_validator(self.beginning.validators))
        if self.body is not None:
            headers["Content-Type"] = _checked("media_type", self.media_type)
        if identity.credential is not None and self.is_trusted(identity):
            name, value = identity.credential
            headers[name.title()] = value
        return Call(self.method, self.target.url, headers, self.body, once=self.changes)

    def is_answered_by(self, response: Response) -> bool:
        """Whether this is a success or a redirect; a 304 is one only where validators were sent."""
        if self.whole:
            return True
        if response.status == 304:
            return self.validators != Validators()
        if response.status == 416:
            return self.beginning is not None
        return 200 <= response.status < 300 or response.is_redirect

    def redirected(self, response: Response, identity: Identity, policy: OutgoingPolicy) -> "Request":
        """The request that a redirect leads to. Raises `RemoteForbidden`.

        A POST stays a POST except at 303: ours only ask, and a catalogue that moved to https would otherwise be asked
        nothing (RFC 9110 15.4.2 allows both).
        """
        target = self.target.follow(response.headers["location"], policy)
        if identity.credential is not None and self.target.scheme == "https" and target.scheme == "http":
            raise RemoteForbidden(
                f"{self.target.shown} sends on to {target.shown}, from https to http; "
                "that is refused for a source with a credential."
            )
        moved = replace(self, target=target)
        if self._becomes_get(response.status):
            moved = replace(moved, method="GET", body=None, media_type="", changes=self.whole)
        if self._is_change(moved) and target.origin != self.target.origin:
            raise RemoteForbidden(f"{self.target.shown} sends a change on to {target.shown}; that is refused.")
        return moved if target.origin == self.target.origin else moved._cross()

    def _becomes_get(self, status: int) -> bool:
        if not self.whole:
            return status == 303
        return self.method != "HEAD" and (status in (302, 303) or (status == 301 and self.method == "POST"))

    def _is_change(self, moved: "Request") -> bool:
        return moved.method not in ("GET", "HEAD") if self.whole else self.changes

    def _cross(self) -> "Request":
        kept = {name: value for name, value in self.headers.items() if name.lower() in _CROSSING}
        return replace(self, headers=kept, crossed=True)
