"""The command line in this process, on installations in folders of their own."""

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from samples.servers.folder import FolderServer
from samples.servers.process import ROOT
from windrow.cli.app import carry_out

RECORDS = ROOT / "samples" / "records" / "apiso"
FILES = sorted(
    [*RECORDS.glob("T_ortho*"), *(RECORDS / f"{name}.xml" for name in ("3e9a8c05", "pacioos-NS06agg", "test"))]
)
COUNT = len(FILES)
FAST = ("--policy", "requests_per_second=0")
"""Our own loopback server needs no patience."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, which holds one JSON document and nothing else."""
        return json.loads(self.out)


Windrow = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings from outside, an empty folder to be in, and logs as they were."""
    for name in [each for each in os.environ if each.upper().startswith("WINDROW_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("COLUMNS", raising=False)  # the programs that run the tests set it
    monkeypatch.setenv("WINDROW_OUTGOING_ALLOW", "127.0.0.0/8")
    monkeypatch.chdir(tmp_path)
    logs = structlog.get_config()
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    structlog.configure(**logs)
    root.handlers[:] = handlers


@pytest.fixture
def windrow(capfd: pytest.CaptureFixture[str]) -> Windrow:
    """Runs a command line: `windrow("sources", "list", "--json").json`."""

    def run(*words: object) -> Ended:
        capfd.readouterr()
        code = carry_out([str(word) for word in words])
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run


def fill(folder: Path) -> None:
    """Puts the records into a folder."""
    for file in FILES:
        shutil.copy(file, folder)


@pytest.fixture(scope="session")
def folder_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web folder of real records that nobody changes."""
    files = tmp_path_factory.mktemp("folder")
    fill(files)
    with FolderServer(files) as server:
        yield server.url


@pytest.fixture(scope="session")
def template(folder_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that harvested the folder: source 1."""
    data = tmp_path_factory.mktemp("template") / "windrow-data"
    before = os.environ.get("WINDROW_OUTGOING_ALLOW")
    os.environ["WINDROW_OUTGOING_ALLOW"] = "127.0.0.0/8"
    try:
        assert carry_out(["harvest", folder_url, "--name", "Folder", *FAST, "--data", str(data), "--json"]) == 0
    finally:
        os.environ.pop("WINDROW_OUTGOING_ALLOW")
        if before is not None:
            os.environ["WINDROW_OUTGOING_ALLOW"] = before
    return data


@pytest.fixture
def harvested(template: Path, tmp_path: Path) -> Path:
    """A copy of that installation in the present folder."""
    return Path(shutil.copytree(template, tmp_path / "windrow-data"))


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A web folder of one's own, and its URL."""
    files = tmp_path / "web"
    files.mkdir()
    fill(files)
    with FolderServer(files) as server:
        yield files, server.url
