"""What the tests of the native API share."""

from collections.abc import Iterator

import pytest

from tests.web.serving import House, serve
from tests.web.world import World, inhabit


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Windrow with an admin, and nothing else."""
    with serve(tmp_path_factory.mktemp("data")) as house:
        yield house


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A Windrow in which two teams have worked for a while."""
    with inhabit(tmp_path_factory.mktemp("data")) as world:
        yield world
