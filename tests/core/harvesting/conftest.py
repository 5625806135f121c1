"""What the tests of harvesting use: a farm whose remote is a shelf."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(shelf),)) as farm:
        yield farm
