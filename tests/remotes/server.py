"""A remote that misbehaves on demand: a small threaded HTTP server whose every answer is a script."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from urllib.parse import parse_qsl

from tests.remotes.scripts import Connection, Script, reply


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. `headers` have lower-case names; `connection` numbers the TCP connection."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass
class _Route:
    scripts: Sequence[Script]
    asked: int = 0


class Remote:
    """Answers as told by `on`, on 127.0.0.1 or another address of this machine; records what it was asked in `seen`.

    Paths that nothing was said of answer `otherwise`.

    >>> with Remote() as remote:
    ...     remote.on("/csw", status(503), reply(b"<ok/>"))  # first a 503, then the page for ever
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, address: str = "127.0.0.1") -> None:
        self._routes: dict[str, _Route] = {}
        self._choosers: dict[str, Callable[[Seen], Script]] = {}
        self._lock = threading.Lock()
        self._connections = 0
        self._in_flight = 0
        self.seen: list[Seen] = []
        self.otherwise = reply(b"<h1>Not Found</h1>", status=404, media_type="text/html")
        self.most_in_flight = 0
        self.closing = threading.Event()
        self._address = address
        self._server = _Server((address, 0), self, tls)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        """As the manners book names it."""
        return f"{self._address}:{self.port}"

    def url(self, path: str = "/") -> str:
        """The whole URL of a path."""
        return f"{self._scheme}://{self.host}{path}"

    def on(self, path: str, *scripts: Script) -> str:
        """Scripts what the path answers, in turn; the last one for ever. Returns the URL."""
        self._routes[path] = _Route(scripts or (reply(b""),))
        return self.url(path)

    def answer(self, path: str, choose: Callable[[Seen], Script]) -> str:
        """Lets the request itself decide what the path answers. Returns the URL."""
        self._choosers[path] = choose
        return self.url(path)

    def asked(self, path: str) -> list[Seen]:
        """What arrived for one path."""
        return [each for each in self.seen if each.path == path]

    def close(self) -> None:
        """Ends every hanging answer and stops listening."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> "Remote":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _number_connection(self) -> int:
        with self._lock:
            self._connections += 1
            return self._connections

    def _begin(self, seen: Seen) -> Script:
        with self._lock:
            self.seen.append(seen)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            chooser = self._choosers.get(seen.path)
            if chooser is not None:
                return chooser(seen)
            route = self._routes.get(seen.path)
            if route is None:
                return self.otherwise
            script = route.scripts[min(route.asked, len(route.scripts) - 1)]
            route.asked += 1
            return script

    def _end(self) -> None:
        with self._lock:
            self._in_flight -= 1


class _Once:
    """Calls a function the first time only."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function

    def __call__(self) -> None:
        if self._function is not None:
            self._function()
            self._function = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self._number = self.server.remote._number_connection()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        seen = Seen(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            connection=self._number,
        )
        script = self.server.remote._begin(seen)
        # In flight until the answer begins: once the client has it, its next request may overtake this thread.
        end = _Once(self.server.remote._end)
        try:
            self.close_connection = not script(
                Connection(self.connection, self.server.remote.closing, end), seen.method
            )
        except OSError:
            self.close_connection = True
        finally:
            end()

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names given by http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name given by http.server
        """Keeps the test output clean."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], remote: Remote, tls: ssl.SSLContext | None) -> None:
        self.remote = remote
        self._tls = tls
        super().__init__(address, _Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        """Shakes hands in the connection's own thread, so that a client that never does holds nobody up."""
        if self._tls is not None:
            request = self._tls.wrap_socket(request, server_side=True)  # type: ignore[arg-type]  # typed as object above
        with suppress(OSError):
            super().finish_request(request, client_address)  # type: ignore[arg-type]  # typed as object above
        if self._tls is not None:
            request.close()  # type: ignore[attr-defined]  # typed as object above

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what many tests do."""
