"""A small HTTP server that answers by a table, in this process, and keeps what it was sent."""

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

RECORDED = "http://127.0.0.1:18080"
"""Where the server of the recorded cases listened."""

_TRAVEL = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"}


def _nothing() -> None:
    """What happens while most answers are on their way."""


class Served:
    """Answers `routes` (`"GET /t": {"json": 1}`, `"* /echo": {"echo": true}`); `log` is what came in.

    `meanwhile` is called between each request and its answer.
    """

    def __init__(self) -> None:
        self.routes: Mapping[str, Any] = {}
        self.log: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], object] = _nothing
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def begin(self, routes: Mapping[str, Any]) -> None:
        """Another table, and an empty log."""
        self.routes, self.log, self.meanwhile = routes, [], _nothing

    def here(self, value: Any) -> Any:
        """A recorded value as if it had been recorded here."""
        return json.loads(json.dumps(value).replace(RECORDED, self.url))

    def __enter__(self) -> "Served":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, served: Served) -> None:
        self.served = served
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _TRAVEL}
        seen = {"method": self.command, "path": self.path, "headers": headers, "json": _read(body)}
        self.server.served.log.append(seen)
        self.server.served.meanwhile()
        routes = self.server.served.routes
        path = self.path.partition("?")[0]
        found = [routes.get(f"{method} {at}") for method in (self.command, "*") for at in (self.path, path)]
        self._reply(next((each for each in found if each is not None), {"status": 404, "json": {}}), seen)

    def _reply(self, route: Any, seen: Any) -> None:
        if isinstance(route, list):  # one answer after another, the last one for ever
            route = route.pop(0) if len(route) > 1 else route[0]
        headers = dict(route.get("headers", {}))
        body = b""
        if route.get("echo"):
            route = {"json": {"echo": seen}}
        if "json" in route:
            body = json.dumps(route["json"]).encode()
            headers.setdefault("Content-Type", "application/json")
        elif "text" in route:
            body = route["text"].encode()
            headers.setdefault("Content-Type", "text/plain")
        self.send_response(route.get("status", 200))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - names of the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing on the screen."""


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
