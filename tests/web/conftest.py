"""What the tests of the web application share."""

from collections.abc import Iterator

import pytest

from tests.web.serving import House, serve


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Windrow with an admin, and nothing else."""
    with serve(tmp_path_factory.mktemp("data")) as house:
        yield house
