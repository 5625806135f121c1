"""An answer whose body comes piece by piece: the exchange of a download."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from urllib3 import BaseHTTPResponse, PoolManager

from windrow.fetching.exchange import (
    Call,
    Response,
    afresh,
    announced_length,
    headers_of,
    read_beginning,
    send,
    told_plainly,
    too_large,
)
from windrow.fetching.inflating import CutOff
from windrow.fetching.watching import Watch, watched

PIECE = 256 * 1024


@dataclass(slots=True)
class Stream:
    """An answer of which the head has come. `head` holds the beginning of the body where that is no success."""

    head: Response
    _response: BaseHTTPResponse
    _watch: Watch

    @property
    def received(self) -> int:
        """Bytes of the body that came so far."""
        return self._response.tell()

    @property
    def announced(self) -> int | None:
        """Bytes that the body is to have; None where that is not said, or not to be believed."""
        return announced_length(self._response, self.head.headers)

    def pieces(self, *, size_limit: int, slowest: float) -> Iterator[bytes]:
        """The body as it is on the wire, in pieces as they come. Raises `RemoteError` and `Stopped`.

        Each byte makes the whole time-out longer by what a server needs for it that sends `slowest` bytes per second.
        """
        announced = self.announced
        if announced is not None and announced > size_limit:
            raise too_large(self._watch, size_limit)
        while piece := self._read():
            if self.received > size_limit:
                raise too_large(self._watch, size_limit)
            self._watch.allow(len(piece) / slowest)
            yield piece
        with told_plainly(self._watch):
            if announced is not None and self.received != announced:
                raise CutOff

    def _read(self) -> bytes:
        with watched(self._watch), told_plainly(self._watch):
            # What has come, rather than so much: a slow server's bytes are kept although it breaks off.
            return self._response.read1(PIECE, decode_content=False)


@contextmanager
def stream(pools: PoolManager, call: Call, watch: Watch) -> Iterator[Stream]:
    """Asks once; see `windrow.fetching.exchange.exchange`. The connection is closed where the body was left unread."""
    response = afresh(lambda: _open(pools, call, watch), watch)
    try:
        yield Stream(_head_of(response, watch), response, watch)
    finally:
        response.close()


def _open(pools: PoolManager, call: Call, watch: Watch) -> BaseHTTPResponse:
    with watched(watch), told_plainly(watch):
        return send(pools, call)


def _head_of(response: BaseHTTPResponse, watch: Watch) -> Response:
    headers, body = headers_of(response), b""
    if not 200 <= response.status < 300:
        with watched(watch):
            body = read_beginning(response, headers)
    return Response(response.status, response.reason or "", headers, body, len(body))
