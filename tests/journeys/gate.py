"""A gate before a real server: lets so many pages of records through, then holds all that follow until it is opened."""

import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Gate:
    """Stands before a pycsw. `url` is what the server's own would be; `passed` counts the pages let through.

    `reached` is set when a page is held: then a test may do its worst.
    """

    def __init__(self, url: str, *, hold_after: int) -> None:
        self._server_address = urlsplit(url).netloc
        self._hold_after = hold_after
        self._lock = threading.Lock()
        self._opened = threading.Event()
        self.passed = 0
        self.reached = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self)
        self._address = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = url.replace(self._server_address, self._address)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def open(self) -> None:
        """Holds nothing any more."""
        self._opened.set()

    def fetch(self, path: str) -> tuple[str, bytes]:
        """What the server answers, with this address in place of its own."""
        if "resulttype=results" in path.lower():
            self._let_through()
        with urllib.request.urlopen(f"http://{self._server_address}{path}", timeout=60) as answer:
            body: bytes = answer.read()
        return answer.headers["Content-Type"], body.replace(self._server_address.encode(), self._address.encode())

    def _let_through(self) -> None:
        with self._lock:
            self.passed += 1
            held = self.passed > self._hold_after and not self._opened.is_set()
        if held:
            self.reached.set()
            self._opened.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.open()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], gate: Gate) -> None:
        self.gate = gate
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        media_type, body = self.server.gate.fetch(self.path)
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing."""
