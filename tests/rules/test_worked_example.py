"""The page on source kinds of your own is a package that works, as it stands there."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from samples.servers.process import ROOT

PAGE = ROOT / "docs" / "doing" / "source-kinds-of-your-own.md"
FILES = re.compile(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The files that the page shows, and what an installer would make of its pyproject.toml."""
    for name, content in FILES.findall(PAGE.read_text()):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    installed = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    doors = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (installed / "entry_points.txt").write_text("\n".join(doors))
    return tmp_path


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(package), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=package,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_page_shows_the_files_it_names(package: Path) -> None:
    listed = re.findall(r"^  (\S+)$", PAGE.read_text(), re.MULTILINE)

    assert [name for name in listed if not (package / name).is_file()] == []
    assert len(listed) == 4


def test_its_tests_pass(package: Path) -> None:
    done = run(package, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_it_enters_by_the_door(package: Path) -> None:
    code = """
from windrow.assembly import Assembly
from windrow.settings import Settings
kind = Assembly(Settings.model_construct()).kinds.source("lines")
print(kind.title, kind.detect("https://example.org/page.html", None, None))
"""

    done = run(package, "-c", code)

    assert (done.stdout, done.returncode) == ("JSON Lines None\n", 0), done.stderr
