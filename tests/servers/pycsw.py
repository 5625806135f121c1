"""pycsw as fixtures: one shared catalogue of real records, and a starter for tests that change theirs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.servers.process import ROOT
from samples.servers.pycsw import Pycsw

RECORDS = ROOT / "samples" / "records"


@pytest.fixture(scope="session")
def pycsw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    """A catalogue of 32 real records (ISO 19139 and Dublin Core), shared by all tests: read only."""
    folders = [RECORDS / "apiso", RECORDS / "cite", RECORDS / "stac_api"]
    with Pycsw(tmp_path_factory.mktemp("pycsw"), folders) as server:
        yield server


@pytest.fixture
def start_pycsw(tmp_path: Path) -> Iterator[Callable[..., Pycsw]]:
    """Start a catalogue of one's own: `start_pycsw([folder, ...], page=10)`; it may be changed, frozen and closed."""
    with ExitStack() as running:

        def start(records: list[Path], *, page: int = 100, port: int = 0, transactions: bool = True) -> Pycsw:
            folder = tmp_path / f"pycsw-{len(list(tmp_path.glob('pycsw-*')))}"
            return running.enter_context(Pycsw(folder, records, page=page, port=port, transactions=transactions))

        yield start
