"""Every variable of ours in a deployment file is a setting, or names the file of one that is secret."""

import re
from pathlib import Path

import pytest

from samples.servers.process import ROOT
from tests.deploy.files import DEPLOY
from windrow.settings import Settings

FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
PAGES = [ROOT / "docs" / "doing" / page for page in ("deployment.md", "upgrading.md")]

PLAIN = {f"WINDROW_{each.upper()}" for each in Settings.model_fields}
IN_FILES = {
    f"WINDROW_{each.upper()}_FILE"
    for each, field in Settings.model_fields.items()
    if "SecretStr" in str(field.annotation)
}


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bWINDROW_[A-Z0-9_]*[A-Z0-9]", text))


def set_in(text: str) -> set[str]:
    """Those that a line sets which is no comment."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return variables("\n".join(lines))


def test_there_are_files_that_set_something() -> None:
    assert len([path for path in FILES if set_in(path.read_text())]) > 8


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=lambda path: path.name)
def test_a_file_knows_only_variables_that_there_are(path: Path) -> None:
    assert variables(path.read_text()) - PLAIN - IN_FILES == set()
