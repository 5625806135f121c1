"""pygeoapi as a fixture: a shared server of 250 records, and a starter for tests that change theirs."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from samples.generator.datasets import make_datasets
from samples.generator.ogc_record import ogc_record
from samples.generator.stac import write_catalogue
from samples.servers.pygeoapi import Pygeoapi
from tests.servers.pycsw import RECORDS


@pytest.fixture(scope="session")
def pygeoapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pygeoapi]:
    """One real record and 249 generated ones, 56 scenes as STAC; shared by all tests: read only."""
    folder = tmp_path_factory.mktemp("pygeoapi")
    real = json.loads((RECORDS / "stac_api" / "woudc-total-column-ozone-totalozone.json").read_bytes())
    write_catalogue(folder / "scenes", made=30)
    with Pygeoapi(folder, [real, *map(ogc_record, make_datasets(249))], scenes=folder / "scenes") as server:
        yield server


@pytest.fixture
def start_pygeoapi(tmp_path: Path) -> Iterator[Callable[..., Pygeoapi]]:
    """Start a server of one's own: `start_pygeoapi(records, page=10)`; `write` changes its records."""
    with ExitStack() as running:

        def start(records: list[dict[str, Any]], *, page: int = 100) -> Pygeoapi:
            folder = tmp_path / f"pygeoapi-{len(list(tmp_path.glob('pygeoapi-*')))}"
            return running.enter_context(Pygeoapi(folder, records, page=page))

        yield start
