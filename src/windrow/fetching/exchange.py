"""One request and its answer on one connection: bytes out, bytes in, and what went wrong as an error of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException, IncompleteRead
from typing import TypeAlias

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3 import exceptions as urllib3_errors

from windrow.errors import RemoteError, RemoteTooLarge, RemoteUnreachable, RemoteUnreadable
from windrow.fetching.watching import Watch, watched

CHUNK = 256 * 1024
ERROR_BODY = 64 * 1024
"""So much of the body of an error is kept, for messages and for protocols that speak with a 4xx."""

STALE_TRIES = 3
"""So many idle connections may turn out to have been closed by the server before a request fails."""

ENCODINGS = tuple(each for each in ("gzip", "deflate", "br", "zstd") if each in BaseHTTPResponse.CONTENT_DECODERS)
"""The content encodings that can be read here; br and zstd depend on what is installed."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KNOWN_ENCODINGS = frozenset({"", "identity", "x-gzip", *ENCODINGS})

_Trouble: TypeAlias = urllib3_errors.HTTPError | HTTPException | OSError


@dataclass(frozen=True, slots=True)
class Call:
    """What goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


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
    try:
        return _exchange_afresh(pools, call, watch, size_limit)
    except _CompressedCutOff:
        # pycsw (2.6) announces the length that its answer had before it compressed it: plain, the two are the same.
        plain = replace(call, headers={**call.headers, "Accept-Encoding": "identity"})
        return _exchange_afresh(pools, plain, watch, size_limit)


def _exchange_afresh(pools: PoolManager, call: Call, watch: Watch, size_limit: int) -> Response:
    for _ in range(STALE_TRIES):
        try:
            return _exchange(pools, call, watch, size_limit)
        except RemoteUnreachable:
            if watch.opened or watch.received:
                raise
    return _exchange(pools, call, watch, size_limit)


def _exchange(pools: PoolManager, call: Call, watch: Watch, size_limit: int) -> Response:
    with watched(watch):
        try:
            response = pools.urlopen(
                call.method,
                call.url,
                body=call.body,
                headers=call.headers,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            return _receive(response, watch, size_limit)
        except (urllib3_errors.HTTPError, HTTPException, OSError) as error:
            raise _translate(error, watch.target.shown) from error


def _receive(response: BaseHTTPResponse, watch: Watch, size_limit: int) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    wanted = 200 <= response.status < 300
    try:
        body = _read_whole(response, headers, watch, size_limit) if wanted else _read_beginning(response, headers)
    finally:
        # Read to its end, the connection is back in its pool by now; anything else must not be used again.
        response.close()
    return Response(response.status, response.reason or "", headers, body, response.tell())


def _read_whole(response: BaseHTTPResponse, headers: Mapping[str, str], watch: Watch, size_limit: int) -> bytes:
    announced = _announced(headers)
    if announced > size_limit:
        raise _too_large(watch, size_limit)
    unknown, encoded = _read_encodings(headers)
    if unknown:
        raise RemoteUnreadable(f"{watch.target.shown} answered in the encoding {unknown!r}, which was not asked for.")
    # What is announced comes in one piece, which spares the joining; but a compressed piece could be any size.
    step = announced if announced and not encoded else CHUNK
    pieces: list[bytes] = []
    total = 0
    while piece := _read_piece(response, min(step, size_limit - total + 1), watch, encoded=encoded):
        pieces.append(piece)
        total += len(piece)
        if total > size_limit:
            raise _too_large(watch, size_limit)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _read_piece(response: BaseHTTPResponse, size: int, watch: Watch, *, encoded: bool) -> bytes:
    try:
        return response.read(size, decode_content=encoded)
    except urllib3_errors.ProtocolError as error:
        if encoded and isinstance(error.args[-1], IncompleteRead):
            raise _CompressedCutOff(f"The answer of {watch.target.shown} is cut off.") from error
        raise


def _announced(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _read_beginning(response: BaseHTTPResponse, headers: Mapping[str, str]) -> bytes:
    """The first part of the body of an error or redirect; its status counts more than a body that breaks off."""
    pieces: list[bytes] = []
    total = 0
    try:
        encoded = _read_encodings(headers)[1]
        while total < ERROR_BODY and (piece := response.read(ERROR_BODY - total, decode_content=encoded)):
            pieces.append(piece)
            total += len(piece)
    except (urllib3_errors.HTTPError, HTTPException, OSError, RemoteError):
        pass
    return b"".join(pieces)


def _read_encodings(headers: Mapping[str, str]) -> tuple[str, bool]:
    """The first content encoding that cannot be read here, if any, and whether there is anything to decode."""
    named = [each.strip().lower() for each in headers.get("content-encoding", "").split(",")]
    unknown = next((each for each in named if each not in _KNOWN_ENCODINGS), "")
    return unknown[:40], any(each not in ("", "identity") for each in named)


def _too_large(watch: Watch, size_limit: int) -> RemoteTooLarge:
    return RemoteTooLarge(f"The answer of {watch.target.shown} is larger than the limit of {size_limit} bytes.")


def _translate(error: _Trouble, name: str) -> RemoteError:
    """Our error for one of urllib3's. Its own text is used only where it can hold no URL and no header."""
    inner = error.args[-1] if isinstance(error, urllib3_errors.ProtocolError) and error.args else error
    match error, inner:
        case _, IncompleteRead():
            return RemoteUnreadable(f"The answer of {name} is cut off.")
        case urllib3_errors.ProxyError(), _:
            return RemoteUnreachable(f"The proxy did not let us through to {name}.")
        case urllib3_errors.SSLError(), _:
            return RemoteUnreachable(f"No secure connection to {name}: {error}.")
        case urllib3_errors.DecodeError(), _:
            return RemoteUnreadable(f"The answer of {name} is not compressed as its header says.")
        case _, OSError():
            return RemoteUnreachable(f"{name} broke the connection ({inner.strerror or type(inner).__name__}).")
        case _:
            return RemoteUnreadable(f"{name} did not answer in HTTP ({type(inner).__name__}).")
