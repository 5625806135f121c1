"""What whole harvests use: a farm with the kinds that are installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm") as farm:
        yield farm
