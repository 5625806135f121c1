"""Opens connections to checked addresses only: one look-up, and the address that was judged is the one connected to."""

import errno
import os
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Thread
from typing import TypeAlias

from urllib3.util import wait_for_write

from windrow.errors import RemoteForbidden, RemoteTimeout, RemoteUnreachable
from windrow.fetching.policy import OutgoingPolicy
from windrow.fetching.watching import SLICE, Watch, WatchedSocket, wait_for

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Looks a host name up: its addresses, the best first. Raises `OSError` when there is none."""


def system_resolver(host: str, port: int) -> list[str]:
    """The machine's own resolver, hosts file included."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Door:
    """The only way out: opens sockets for one policy."""

    policy: OutgoingPolicy
    resolver: Resolver

    def open(self, host: str, port: int, watch: Watch, *, trusted: bool = False) -> WatchedSocket:
        """A connected socket. `trusted` is for a proxy that an administrator has set: its address is not judged.

        Raises `RemoteForbidden`, `RemoteUnreachable`, `RemoteTimeout` and `Stopped`.
        """
        watch.start_connecting()
        addresses = _look_up(self.resolver, host, port)
        allowed = [each for each in addresses if trusted or self.policy.permits(host, each)]
        if not allowed:
            raise RemoteForbidden(
                f"{host} leads to {', '.join(addresses)}, where the outgoing policy forbids requests; "
                "an administrator can put the host or address on the allow list."
            )
        opened = _connect_to_first(allowed, host, port, watch)
        self._check_peer(opened, host, trusted)
        return opened

    def _check_peer(self, opened: WatchedSocket, host: str, trusted: bool) -> None:
        """A last look at the address that the kernel says we are connected to."""
        peer = str(opened.getpeername()[0])
        if not trusted and not self.policy.permits(host, peer):
            opened.close()
            raise RemoteForbidden(f"{host} was reached at {peer}, where the outgoing policy forbids requests.")


def _look_up(resolver: Resolver, host: str, port: int) -> list[str]:
    if _is_literal(host):
        return [host]
    answer: Future[Sequence[str]] = Future()
    # Looking a name up cannot be interrupted; a thread that is left behind ends when the system's resolver gives up.
    Thread(target=_resolve_into, args=(answer, resolver, host, port), name=f"resolve {host}", daemon=True).start()
    try:
        found = wait_for(answer.result, SLICE)
    except (OSError, UnicodeError) as error:
        raise RemoteUnreachable(f"The name {host} was not found ({_reason(error)}); is it spelled right?") from error
    if not found:
        raise RemoteUnreachable(f"The name {host} has no address; is it spelled right?")
    return list(dict.fromkeys(found))


def _resolve_into(answer: "Future[Sequence[str]]", resolver: Resolver, host: str, port: int) -> None:
    try:
        answer.set_result(resolver(host, port))
    except TimeoutError as error:
        # A bare one would look like a slice of our own waiting.
        answer.set_exception(OSError(errno.ETIMEDOUT, str(error) or "no answer from the name server"))
    except Exception as error:  # noqa: BLE001 - the edge of a thread: whoever waits for the answer raises it again
        answer.set_exception(error)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _connect_to_first(addresses: Sequence[str], host: str, port: int, watch: Watch) -> WatchedSocket:
    """Tries the addresses in turn; each may take its share of the time, so that one dead address leaves some."""
    problems: list[str] = []
    last: OSError | None = None
    for position, address in enumerate(addresses):
        share = watch.connect_seconds_left() / (len(addresses) - position)
        try:
            return _connect(address, port, share)
        except OSError as error:
            problems.append(f"{address} port {port}: {_reason(error)}")
            last = error
    message = f"No connection to {host} ({'; '.join(problems)})."
    raise (RemoteTimeout if isinstance(last, TimeoutError) else RemoteUnreachable)(message) from last


def _connect(address: str, port: int, seconds: float) -> WatchedSocket:
    family = socket.AF_INET6 if isinstance(ip_address(address), IPv6Address) else socket.AF_INET
    opened = WatchedSocket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _finish_connecting(opened, address, port, seconds)
        opened.settimeout(SLICE)
    except BaseException:
        opened.close()
        raise
    return opened


def _finish_connecting(opened: WatchedSocket, address: str, port: int, seconds: float) -> None:
    opened.setblocking(False)
    code = opened.connect_ex((address, port))
    until = time.monotonic() + seconds

    def await_slice() -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        if not wait_for_write(opened, min(left, SLICE)):
            raise TimeoutError

    if code in (errno.EINPROGRESS, errno.EWOULDBLOCK):
        wait_for(await_slice)
        code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
