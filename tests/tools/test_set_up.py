"""The set-up does nothing twice, and says loudly what it cannot do."""

from pathlib import Path

import pytest

from tools import set_up


def test_names_the_debian_packages_it_cannot_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "DEBIAN", (("/nowhere/*/bin/postgres", "postgresql"), ("/usr/bin/env", "coreutils")))
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SystemExit, match=r"apt-get install --no-install-recommends postgresql$"):
        set_up.set_up_debian()


def test_an_environment_that_is_ready_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(set_up.ENVIRONMENTS, "one", set_up.Environment(tmp_path, "requirements-setup.lock", "one"))
    installed: list[set_up.Environment] = []
    monkeypatch.setattr(set_up, "install", installed.append)

    assert [set_up.set_up("one"), set_up.set_up("one")] == [True, False]

    assert installed == [set_up.ENVIRONMENTS["one"]]


def test_a_changed_lock_makes_it_install_again(tmp_path: Path) -> None:
    before = set_up.Environment(tmp_path, "requirements-setup.lock", "one")
    after = set_up.Environment(tmp_path, "requirements.lock", "one")

    assert before.digest() != after.digest()


def test_tells_what_a_command_that_failed_had_to_say() -> None:
    with pytest.raises(SystemExit, match="cannot access"):
        set_up.run(["env", "LC_ALL=C", "ls", "/nowhere"])
