"""nginx as a fixture: serve a folder of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.servers.nginx import Nginx


@pytest.fixture
def serve_folder(tmp_path: Path) -> Iterator[Callable[[Path], Nginx]]:
    """Serve a folder: `serve_folder(files).url`; it may be changed while it is served."""
    with ExitStack() as running:

        def serve(files: Path) -> Nginx:
            return running.enter_context(Nginx(tmp_path / f"nginx-{len(list(tmp_path.glob('nginx-*')))}", files))

        yield serve
