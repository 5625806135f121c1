"""Redis as a fixture: one server for each test that asks, empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.redis import Redis


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    """A server of the test's own, which it may kill, freeze and start again."""
    with Redis(tmp_path / "redis") as server:
        yield server
