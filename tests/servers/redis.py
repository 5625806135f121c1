"""Redis as fixtures: a shared server, and one for each test that wants to harm it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.redis import Redis


@pytest.fixture(scope="session")
def shared_redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """The server that tests share which do it no harm."""
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    """A server of the test's own, which it may kill, freeze and start again."""
    with Redis(tmp_path / "redis") as server:
        yield server
