"""MapServer as fixtures: a shared server of five layers, and a starter for tests that change theirs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.servers.mapserver import MapLayer, MapServer

LAYERS = (
    MapLayer(
        "lakes",
        "Lakes of the Alps",
        (5.9, 45.8, 10.5, 47.9),
        abstract="Standing waters above ten hectares",
        keywords=("water", "lakes"),
        group="hydrography",
    ),
    MapLayer("rivers", "Rivers", (5.0, 44.0, 16.0, 48.0), keywords=("water",), group="hydrography"),
    MapLayer("parcels", "Parcels", (400_000, 5_300_000, 600_000, 5_500_000), system=25832),
    MapLayer("snow", "Snow cover", (-20.0, 60.0, 30.0, 71.0), time="2019-01-01/2023-12-31/P1D"),
    MapLayer("fiji", "Islands", (177.0, -20.0, 180.0, -16.0)),
)


@pytest.fixture(scope="session")
def mapserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MapServer]:
    """The server that all tests share: read only."""
    with MapServer(tmp_path_factory.mktemp("mapserver"), LAYERS) as server:
        yield server


@pytest.fixture
def start_mapserver(tmp_path: Path) -> Iterator[Callable[[Sequence[MapLayer]], MapServer]]:
    """Start a server of one's own: `start_mapserver(layers)`; `write` changes its layers."""
    with ExitStack() as running:

        def start(layers: Sequence[MapLayer]) -> MapServer:
            folder = tmp_path / f"mapserver-{len(list(tmp_path.glob('mapserver-*')))}"
            return running.enter_context(MapServer(folder, layers))

        yield start
