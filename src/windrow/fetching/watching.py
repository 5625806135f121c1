"""Sockets that look up while they wait: at the clock, and at whether the work must end.

A socket's own time-out is one short slice; when it passes, the `Watch` of the request decides whether to go on waiting.
So a cancel is noticed within a slice even where the remote hangs or drips, and no second thread has to watch.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from windrow.errors import RemoteTimeout
from windrow.fetching.targets import Target
from windrow.ports.fetching import Check

SLICE = 0.2
"""Seconds between two looks. A cancel must be noticed within one second; five looks leave room for a busy machine."""

P = ParamSpec("P")
T = TypeVar("T")


class Opener(Protocol):
    """Opens the connections of an exchange."""

    def open(self, host: str, port: int, watch: "Watch", *, trusted: bool = False) -> "WatchedSocket":
        """A connected socket; see `windrow.fetching.connecting.Door`."""
        ...


class Watch:
    """The time limits of one exchange on a connection, and the check that ends it. Times are of `time.monotonic`.

    target    what is asked; its URL, as people may see it, goes into messages
    door      what a new connection is opened by
    opened    whether the request needed a new connection
    received  whether any byte of an answer came
    """

    def __init__(
        self,
        target: Target,
        *,
        door: Opener,
        check: Check,
        connect_timeout: float,
        read_timeout: float,
        whole_timeout: float,
    ) -> None:
        now = time.monotonic()
        self.target = target
        self.door = door
        self.opened = False
        self.received = False
        self._check = check
        self._connect_timeout = connect_timeout
        self._connect_until = now + connect_timeout
        self._connecting = False
        self._read_timeout = read_timeout
        self._whole_timeout = whole_timeout
        self._whole_until = now + whole_timeout
        self._next_look = now

    def start_connecting(self) -> None:
        """From here until the first byte is sent (name, TCP, TLS), the connect time-out counts."""
        self.opened = self._connecting = True
        self._connect_until = time.monotonic() + self._connect_timeout

    def end_connecting(self) -> None:
        """The connection stands: from here on the time-out between bytes counts."""
        self._connecting = False

    def allow(self, seconds: float) -> None:
        """Lets the whole take so much longer."""
        self._whole_timeout += seconds
        self._whole_until += seconds

    def connect_seconds_left(self) -> float:
        """Seconds until the connect time-out."""
        return max(0.0, min(self._connect_until, self._whole_until) - time.monotonic())

    def begin_wait(self) -> float:
        """Called before every wait: looks up when a slice has passed, and says when the wait becomes too long."""
        now = time.monotonic()
        if now >= self._next_look:
            self._look(now)
        return self._connect_until if self._connecting else now + self._read_timeout

    def go_on(self, until: float) -> None:
        """Called when a slice of a wait has passed: raises `RemoteTimeout` or `Stopped`, or lets it go on."""
        now = time.monotonic()
        self._look(now)
        if now >= until and self._connecting:
            raise RemoteTimeout(f"{self.target.shown} did not accept a connection within {self._connect_timeout:g} s.")
        if now >= until:
            raise RemoteTimeout(f"{self.target.shown} sent nothing for {self._read_timeout:g} s.")

    def _look(self, now: float) -> None:
        self._next_look = now + SLICE
        self._check()
        if now >= self._whole_until:
            raise RemoteTimeout(f"{self.target.shown} did not finish its answer within {self._whole_timeout:.3g} s.")


_watch: ContextVar[Watch] = ContextVar("watch")


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """While this lasts, the sockets used by this thread obey the watch. urllib3 has no way to hand it to them."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def current_watch() -> Watch:
    """The watch of the exchange that this thread is at."""
    return _watch.get()


def wait_for(step: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Repeats a step that gives up with `TimeoutError` after a slice, until it succeeds or the watch ends it."""
    watch = _watch.get()
    until = watch.begin_wait()
    while True:
        try:
            return step(*arguments, **named)
        except TimeoutError as slice_passed:
            # With a number it comes from the kernel: the connection itself has died (ETIMEDOUT).
            if slice_passed.errno is not None:
                raise
            watch.go_on(until)


class WatchedSocket(socket.socket):
    """A plain TCP socket under the watch of whichever exchange uses it."""

    def recv_into(self, *arguments: Any) -> int:
        """As in `socket`, but patient."""
        count = wait_for(super().recv_into, *arguments)
        if count:
            _watch.get().received = True
        return count

    def send(self, *arguments: Any) -> int:
        """As in `socket`, but patient."""
        return wait_for(super().send, *arguments)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As in `socket`; its own would give up for good after one slice, having sent nobody knows how much."""
        with memoryview(data).cast("B") as rest:
            sent = 0
            while sent < len(rest):
                sent += self.send(rest[sent:], flags)


class WatchedTlsSocket(ssl.SSLSocket):
    """A TLS socket under the watch of whichever exchange uses it; its `sendall` already goes by `send`."""

    def do_handshake(self, block: bool = False) -> None:
        """As in `SSLSocket`, but patient; OpenSSL goes on where the time-out left it."""
        try:
            wait_for(super().do_handshake, block)
        except BaseException:
            # The standard library closes the socket after its own errors only.
            self.close()
            raise
        current_watch().end_connecting()

    def recv_into(self, *arguments: Any) -> int:
        """As in `SSLSocket`, but patient."""
        count = wait_for(super().recv_into, *arguments)
        if count:
            _watch.get().received = True
        return count

    def send(self, *arguments: Any) -> int:
        """As in `SSLSocket`, but patient."""
        return wait_for(super().send, *arguments)
