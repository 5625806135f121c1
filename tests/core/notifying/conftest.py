"""What the tests of telling use: a farm whose remote is a shelf, and a receiver."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.notifying.receiver import Receiver, receiving
from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(shelf),)) as farm:
        yield farm


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def now() -> int:
    """Seconds since 1970."""
    return int(time.time())
