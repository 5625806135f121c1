"""What the tests of the STAC API begin with: a Windrow that serves harvested scenes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samples.generator.stac import make_items, real_items, write_catalogue
from samples.servers.folder import FolderServer
from tests.faces.stac.holding import Holding, held
from tests.web.serving import House, serve
from windrow.core.source_drafts import SourceDraft
from windrow.model.runs import RunState
from windrow.model.sources import Policies, Visibility

MADE = 24


@dataclass(frozen=True)
class Served:
    """A Windrow that has harvested the sample scenes, and those scenes as they were."""

    house: House
    items: dict[str, dict[str, Any]]
    files: str

    @property
    def root(self) -> str:
        return f"{self.house.base}/stac"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The static catalogue of sample scenes, harvested by the real core into a public source."""
    folder: Path = tmp_path_factory.mktemp("stac")
    write_catalogue(folder / "files", made=MADE)
    with FolderServer(folder / "files") as files, serve(folder / "data") as house:
        harvest(house, f"{files.url}catalog.json", "scenes")
        yield Served(house, {each["id"]: each for each in (*real_items(), *make_items(MADE))}, files.url)


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    """A catalogue of items made by hand; each module fills its own."""
    with held(tmp_path_factory.mktemp("holding")) as found:
        yield found


def harvest(house: House, url: str, name: str, **settings: Any) -> int:
    """Registers a public STAC source and harvests it once; returns its number."""
    principal, windrow = house.principal("admin"), house.assembly.windrow
    draft = SourceDraft(
        name=name,
        kind="stac",
        url=url,
        settings=settings,
        visibility=Visibility.PUBLIC,
        policies=Policies(requests_per_second=0),
    )
    source = windrow.sources.create(principal, draft).source
    run = windrow.sources.harvest(principal, source.id)
    house.carry_out()
    ended = windrow.runs.get(principal, run.id)
    assert ended.state is RunState.SUCCEEDED, ended.error
    return source.id
