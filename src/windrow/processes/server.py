"""The HTTP server of the API process."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from windrow.processes.certificates import Pair
from windrow.settings import Settings


class Server(uvicorn.Server):
    """uvicorn's server, stopped by us: its own way with signals ends the process before it could take its leave."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals alone."""
        yield


def make_server(
    app: FastAPI, settings: Settings, *, listener: int | None, grace: int, pair: Pair | None = None
) -> Server:
    """A server for the app, by HTTPS where there is a certificate to do so with.

    `listener` is an open socket's number; the last requests get `grace` seconds.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        fd=listener,
        log_level="warning",
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        timeout_graceful_shutdown=grace,
        ssl_certfile=None if pair is None else pair.certificate,
        ssl_keyfile=None if pair is None else pair.key,
    )
    return Server(config)
