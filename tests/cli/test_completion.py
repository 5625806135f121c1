"""The shell completes commands, options, states and kinds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WINDROW = Path(sys.executable).with_name("windrow")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("windrow sou", {"sources"}),
        ("windrow runs ca", {"cancel"}),
        ("windrow runs list --state su", {"succeeded"}),
        ("windrow sources add x --kind oa", {"oai_pmh"}),
        ("windrow sources add x --secret-", {"--secret-env", "--secret-file"}),
    ],
)
def test_what_was_begun_is_completed(typed: str, offered: set[str]) -> None:
    asked = {"_WINDROW_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}

    ended = subprocess.run(
        [WINDROW], env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=False
    )

    assert set(ended.stdout.split()) == offered


def test_completion_is_installed_by_one_option(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path)}

    ended = subprocess.run(
        ["bash", "-c", f"{WINDROW} --install-completion; true"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "bash completion installed" in ended.stdout
    assert "windrow" in (tmp_path / ".bashrc").read_text()
