"""urllib3 with our own sockets: pools of connections that only the guarded door opens."""

import ssl
from collections.abc import Mapping
from functools import cache

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, make_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import create_urllib3_context, parse_url

from windrow.errors import BadInput
from windrow.fetching.watching import SLICE, WatchedSocket, WatchedTlsSocket, current_watch

HOSTS_KEPT = 64
"""So many hosts' idle connections are kept; the least lately asked host's are closed first."""

IDLE_PER_HOST = 32
"""As many as the most concurrency that a source may have."""


def _open(connection: HTTPConnection) -> WatchedSocket:
    watch = current_watch()
    # `_dns_host` keeps a trailing dot, which `host` drops and which matters to the look-up.
    name, port = connection._dns_host, connection.port or connection.default_port
    return watch.door.open(name, port, watch, trusted=connection.proxy is not None)


class GuardedConnection(HTTPConnection):
    """An HTTP connection whose socket is opened by the door of the present watch."""

    def _new_conn(self) -> WatchedSocket:
        return _open(self)

    def connect(self) -> None:
        """As in urllib3; then the time-out between bytes counts."""
        super().connect()
        current_watch().end_connecting()


class GuardedTlsConnection(HTTPSConnection):
    """The same with TLS. The certificate is checked for the URL's name, whatever address was connected to."""

    def _new_conn(self) -> WatchedSocket:
        return _open(self)


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class _GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTlsConnection


def make_pools(*, proxy: str = "", ca_file: str = "") -> PoolManager:
    """Pools that never retry, follow or read the environment's proxy variables by themselves."""
    shape: Mapping[str, object] = {
        "num_pools": HOSTS_KEPT,
        "maxsize": IDLE_PER_HOST,
        "timeout": SLICE,
        "retries": False,
        "ssl_context": _make_context(ca_file),
    }
    pools = _make_proxied(proxy, shape) if proxy else PoolManager(**shape)  # type: ignore[arg-type]  # mixed by nature
    pools.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTlsPool}
    return pools


def _make_proxied(proxy: str, shape: Mapping[str, object]) -> ProxyManager:
    parts = parse_url(proxy)
    if parts.scheme != "http" or not parts.host:
        raise BadInput.of("outgoing.proxy", "must look like http://proxy.example.org:3128")
    headers = make_headers(proxy_basic_auth=parts.auth) if parts.auth else None
    address = f"http://{parts.netloc}"
    return ProxyManager(address, proxy_headers=headers, **shape)  # type: ignore[arg-type]  # mixed by nature


@cache
def _make_context(ca_file: str) -> ssl.SSLContext:
    """Shared by all pools of the process: reading the system's certificates takes some 20 ms."""
    context = create_urllib3_context()
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(ca_file)
    context.sslsocket_class = WatchedTlsSocket
    return context
