"""stac-fastapi as a fixture: a shared STAC API of real and generated scenes, and a starter for tests that change it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.generator.stac import write_catalogue
from samples.servers.postgres import Postgres
from samples.servers.stac_api import StacApi


@pytest.fixture(scope="session")
def stac_api(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StacApi]:
    """326 scenes in 7 collections, shared by all tests: read only."""
    folder = tmp_path_factory.mktemp("stac-api")
    write_catalogue(folder / "catalogue", made=300)
    with StacApi(folder, postgres_server.new_database(), folder / "catalogue") as server:
        yield server


@pytest.fixture
def start_stac_api(postgres_server: Postgres, tmp_path: Path) -> Iterator[Callable[..., StacApi]]:
    """Start a server of one's own: `start_stac_api(made=20)` holds so many generated scenes beside the 26 real ones."""
    with ExitStack() as running:

        def start(*, made: int) -> StacApi:
            folder = tmp_path / f"stac-api-{len(list(tmp_path.glob('stac-api-*')))}"
            write_catalogue(folder / "catalogue", made=made)
            return running.enter_context(StacApi(folder, postgres_server.new_database(), folder / "catalogue"))

        yield start
