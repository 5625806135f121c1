"""What the tests of reports use: a farm whose remote is a shelf, and a receiver."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.notifying.receiver import Receiver, receiving
from tests.harvests.farm import Farm, dict_of, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from windrow.core.reporting.kind import ReportWork
from windrow.fetching.apprise import AppriseMessenger


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(shelf),)) as farm:
        work = dict_of(farm.assembly.kinds.work)
        report: ReportWork = work["report"]
        reaching = replace(report.sending.delivering, messenger=AppriseMessenger(("127.0.0.0/8",)))
        work["report"] = replace(report, sending=replace(report.sending, delivering=reaching))
        yield farm


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
