"""RabbitMQ as fixtures: it takes ten seconds to start, so one server serves all tests that do not harm it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.rabbitmq import RabbitMQ


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """The server that all tests share; who kills one starts one of its own."""
    with RabbitMQ(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture
def own_rabbitmq_server(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A server of the test's own, which it may kill, freeze and start again."""
    with RabbitMQ(tmp_path / "rabbitmq") as server:
        yield server
