"""One request and its answer on one connection: bytes out, bytes in, and what went wrong as an error of ours."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException, IncompleteRead
from typing import TypeVar

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3 import exceptions as urllib3_errors

from windrow.errors import RemoteError, RemoteTooLarge, RemoteUnreachable, RemoteUnreadable
from windrow.fetching.inflating import CHUNK, CutOff, NotCompressed, can_undo, inflate
from windrow.fetching.watching import Watch, watched

ERROR_BODY = 64 * 1024
"""So much of the body of an error is kept, for messages and for protocols that speak with a 4xx."""

STALE_TRIES = 3
"""So many idle connections may turn out to have been closed by the server before a request fails."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_TROUBLE = (urllib3_errors.HTTPError, HTTPException, OSError, CutOff, NotCompressed)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Call:
    """What goes out. `once`: never sent a second time, whatever becomes of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What came in. `headers` have lower-case names; `received` counts the body's bytes on the wire."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    received: int

    @property
    def is_redirect(self) -> bool:
        """Whether it sends us elsewhere."""
        return self.status in _REDIRECTS and bool(self.headers.get("location"))


class _CompressedCutOff(RemoteUnreadable):
    """Fewer compressed bytes came than were announced."""


def exchange(pools: PoolManager, call: Call, watch: Watch, *, size_limit: int) -> Response:
    """Asks once. Raises `RemoteError` and `Stopped`; a status that is no success is no error here.

    An idle connection that the server has closed in the meantime is replaced at once: that is nobody's failure.
    """
    if call.once:
        return _exchange(pools, call, watch, size_limit)
    try:
        return _exchange_afresh(pools, call, watch, size_limit)
    except _CompressedCutOff:
        # pycsw (2.6) announces the length that its answer had before it compressed it: plain, the two are the same.
        plain = replace(call, headers={**call.headers, "Accept-Encoding": "identity"})
        return _exchange_afresh(pools, plain, watch, size_limit)


def _exchange_afresh(pools: PoolManager, call: Call, watch: Watch, size_limit: int) -> Response:
    return afresh(lambda: _exchange(pools, call, watch, size_limit), watch)


def afresh(ask: Callable[[], Value], watch: Watch) -> Value:
    """Asks, and again where all that failed was an idle connection that the server had closed in the meantime."""
    for _ in range(STALE_TRIES):
        try:
            return ask()
        except RemoteUnreachable:
            if watch.opened or watch.received:
                raise
    return ask()


def _exchange(pools: PoolManager, call: Call, watch: Watch, size_limit: int) -> Response:
    with watched(watch), told_plainly(watch):
        return _receive(send(pools, call), watch, size_limit)


def send(pools: PoolManager, call: Call) -> BaseHTTPResponse:
    """Sends a request and waits for the head of its answer; to be called under the watch that it is to obey."""
    return pools.urlopen(
        call.method,
        call.url,
        body=call.body,
        headers=call.headers,
        redirect=False,
        preload_content=False,
        decode_content=False,
        # Looked at here instead: where a stream tells its own end, a wrong length does no harm.
        enforce_content_length=False,
    )


@contextmanager
def told_plainly(watch: Watch) -> Iterator[None]:
    """Whatever goes wrong on the connection meanwhile becomes an error of ours."""
    try:
        yield
    except _TROUBLE as error:
        raise _translate(error, watch.target.shown) from error


def _receive(response: BaseHTTPResponse, watch: Watch, size_limit: int) -> Response:
    headers = headers_of(response)
    wanted = 200 <= response.status < 300
    try:
        body = _read_whole(response, headers, watch, size_limit) if wanted else read_beginning(response, headers)
    finally:
        # Read to its end, the connection is back in its pool by now; anything else must not be used again.
        response.close()
    return Response(response.status, response.reason or "", headers, body, response.tell())


def headers_of(response: BaseHTTPResponse) -> dict[str, str]:
    """Its headers, with lower-case names."""
    return {name.lower(): value for name, value in response.headers.items()}


def _read_whole(response: BaseHTTPResponse, headers: Mapping[str, str], watch: Watch, size_limit: int) -> bytes:
    announced = announced_length(response, headers)
    if announced is not None and announced > size_limit:
        raise too_large(watch, size_limit)
    encoding = _encoding(headers)
    if encoding and not can_undo(encoding):
        raise RemoteUnreadable(
            f"{watch.target.shown} answered in the encoding {encoding[:40]!r}, which was not asked for."
        )
    pieces: list[bytes] = []
    total = 0
    for piece in _pieces(response, encoding, announced):
        pieces.append(piece)
        total += len(piece)
        if total > size_limit:
            raise too_large(watch, size_limit)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _pieces(response: BaseHTTPResponse, encoding: str, announced: int | None) -> Iterator[bytes]:
    """The decoded body. pycsw (2.6) announces the length that an answer had before it was compressed: a compressed
    body is whole when its stream has come to its end, any other when its length is the announced one."""
    if encoding:
        yield from inflate(_raw_pieces(response, CHUNK), encoding)
        return
    # What is announced comes in one piece, which spares the joining.
    yield from _raw_pieces(response, announced or CHUNK)
    if announced is not None and response.tell() != announced:
        raise CutOff


def _raw_pieces(response: BaseHTTPResponse, step: int) -> Iterator[bytes]:
    while piece := response.read(step, decode_content=False):
        yield piece


def announced_length(response: BaseHTTPResponse, headers: Mapping[str, str]) -> int | None:
    """Bytes that the body is to have; None where that is not said, or not to be believed."""
    length = headers.get("content-length", "")
    if response.status in (204, 205) or "transfer-encoding" in headers:
        return None
    return int(length) if length.isdecimal() and len(length) < 20 else None


def _encoding(headers: Mapping[str, str]) -> str:
    named = headers.get("content-encoding", "").strip().lower()
    return "" if named == "identity" else named


def read_beginning(response: BaseHTTPResponse, headers: Mapping[str, str]) -> bytes:
    """The first part of the body of an error or redirect; its status counts more than a body that breaks off."""
    pieces: list[bytes] = []
    total = 0
    encoding = _encoding(headers)
    raw = _raw_pieces(response, ERROR_BODY)
    try:
        for piece in inflate(raw, encoding) if can_undo(encoding) else raw:
            pieces.append(piece)
            total += len(piece)
            if total >= ERROR_BODY:
                break
    except (urllib3_errors.HTTPError, HTTPException, OSError, RemoteError, CutOff, NotCompressed):
        pass
    return b"".join(pieces)[:ERROR_BODY]


def too_large(watch: Watch, size_limit: int) -> RemoteTooLarge:
    """What is said of an answer that goes beyond the limit."""
    return RemoteTooLarge(f"The answer of {watch.target.shown} is larger than the limit of {size_limit} bytes.")


def _translate(error: Exception, name: str) -> RemoteError:
    """Our error for one of urllib3's. Its own text is used only where it can hold no URL and no header."""
    inner = error.args[-1] if isinstance(error, urllib3_errors.ProtocolError) and error.args else error
    match error, inner:
        case _, IncompleteRead() | CutOff():
            return RemoteUnreadable(f"The answer of {name} is cut off.")
        case urllib3_errors.ProxyError(), _:
            return RemoteUnreachable(f"The proxy did not let us through to {name}.")
        case urllib3_errors.SSLError(), _:
            return RemoteUnreachable(f"No secure connection to {name}: {error}.")
        case NotCompressed(), _:
            return RemoteUnreadable(f"The answer of {name} is not compressed as its header says.")
        case _, OSError():
            return RemoteUnreachable(f"{name} broke the connection ({inner.strerror or type(inner).__name__}).")
        case _:
            return RemoteUnreadable(f"{name} did not answer in HTTP ({type(inner).__name__}).")
