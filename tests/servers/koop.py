"""Koop as a fixture: a starter, since tests change its services."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from samples.servers.koop import Koop


@pytest.fixture
def start_koop(tmp_path: Path) -> Iterator[Callable[..., Koop]]:
    """Start a server of one's own: `start_koop(services)`; `write` changes its services."""
    with ExitStack() as running:

        def start(services: dict[str, Any]) -> Koop:
            folder = tmp_path / f"koop-{len(list(tmp_path.glob('koop-*')))}"
            return running.enter_context(Koop(folder, services))

        yield start
