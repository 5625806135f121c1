"""A folder served by the standard library, for the demo, which may not count on nginx."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self


class FolderServer:
    """Serves the files of a folder on a free loopback port, in a thread of this process.

    It lists folders, and answers If-Modified-Since. `url` ends with a slash.
    """

    def __init__(self, files: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(files)))
        self._thread = threading.Thread(target=self._server.serve_forever, name="folder-server", daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Quiet(SimpleHTTPRequestHandler):
    """Kept connections, and no line on the terminal for each request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing."""
