"""What the pages tell people to type works: all of it parses, and the reference's examples run from top to bottom."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.process import ROOT
from samples.servers.pycsw import Pycsw
from windrow.cli.app import carry_out, root

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
REFERENCE = ROOT / "docs" / "reference" / "command-line.md"
EXAMPLE = "https://catalogue.example.org/csw"


def typed(page: Path) -> Iterator[str]:
    """Every command of ours in the shell blocks of a page, without its comment."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if line.startswith("windrow "):
                yield line


def words_of(line: str) -> tuple[list[str], str | None]:
    """The words after `windrow`, and the file that the output goes to."""
    words = shlex.split(line.partition("||")[0], comments=True)[1:]
    if ">" in words:
        place = words.index(">")
        return words[:place], words[place + 1]
    return words, None


ALL = [pytest.param(line, id=f"{page.name}: {line[:50]}") for page in PAGES for line in typed(page)]


def test_there_are_examples() -> None:
    assert len(ALL) > 20


@pytest.mark.parametrize("line", ALL)
def test_an_example_is_a_command_with_its_options(line: str) -> None:
    words, _ = words_of(line)
    name, *rest = words
    command, context = root().commands[name], root().make_context("windrow", [name], resilient_parsing=True)
    if hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]

    assert command.make_context(name, rest, parent=context).params


def test_the_reference_runs_from_top_to_bottom(
    pycsw: Pycsw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WINDROW_OUTGOING_ALLOW", "127.0.0.0/8")

    for line in typed(REFERENCE):
        words, target = words_of(line.replace(EXAMPLE, pycsw.csw_url))
        code = carry_out(words)
        out, err = capfd.readouterr()
        assert (line, code) == (line, 0), err
        if target:
            (tmp_path / target).write_text(out)

    made = {"record.xml", "records.parquet", "copy-of-windrow.db"}
    assert made <= {path.name for path in tmp_path.iterdir() if path.stat().st_size}
