"""Targets by command: added, changed, checked, pushed to, looked at, withdrawn."""

from pathlib import Path

import pytest

from samples.servers.process import ROOT
from tests.cli.conftest import COUNT, Windrow


@pytest.fixture(autouse=True)
def _shed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target kind in a package of its own, as a stranger's would be."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "visitors"))


@pytest.fixture
def folder(harvested: Path) -> Path:
    return harvested / "targets" / "shed"


def files(folder: Path) -> int:
    return len(list(folder.iterdir()))


def test_the_kinds_are_listed_with_their_settings(windrow: Windrow) -> None:
    assert {"name": "shed", "title": "Shed"} in windrow("targets", "kinds", "--json").json
    assert "Of the files." in windrow("targets", "kinds", "shed").out
    assert windrow("targets", "kinds", "shed", "--json").json["properties"]["ending"]["default"] == "txt"


def test_add_check_push_look_change_withdraw(windrow: Windrow, folder: Path) -> None:
    added = windrow("targets", "add", 1, folder.as_uri(), "--kind", "shed", "--name", "Shed", "--json")
    assert (added.code, added.json["waiting"], added.json["settings"]["ending"]) == (0, COUNT, "txt")
    assert windrow("targets", "check", 1, 1, "--json").json["problem"] == "There is no such folder."
    assert windrow("targets", "check", 1, 1).code == 1

    pushed = windrow("targets", "push", 1, "--json")
    assert (pushed.code, pushed.json["progress"]["counts"]["pushed"], files(folder)) == (0, COUNT, COUNT)
    assert windrow("targets", "check", 1, 1).code == 0
    assert f"{COUNT} unchanged" in windrow("targets", "push", 1, 1).out
    (listed,) = windrow("targets", "list", 1, "--json").json
    assert (listed["pushed"], listed["waiting"], listed["failed"]) == (COUNT, 0, 0)
    assert "Shed" in windrow("targets", "list", 1).out

    changed = windrow("targets", "change", 1, 1, "--set", "least=10000", "--concurrency", "1", "--json")
    assert (changed.json["settings"], changed.json["concurrency"]) == ({"ending": "txt", "least": 10000}, 1)
    refused = windrow("targets", "push", 1)
    assert refused.code != 0
    assert f"{COUNT} failed" in refused.out
    failed = windrow("targets", "deliveries", 1, 1, "--failed", "--json").json
    assert {each["problem"] for each in failed} == {"Its title is too short."}
    assert windrow("targets", "deliveries", 1, 1, "--sound", "--json").json == []
    assert "too short" in windrow("targets", "deliveries", 1, 1).out
    assert "failed" in windrow("targets", "show", 1, 1).out

    withdrawn = windrow("targets", "remove", 1, 1, "--withdraw", "--yes", "--json")
    assert (withdrawn.code, withdrawn.json["progress"]["counts"]["removed"], files(folder)) == (0, COUNT, 0)
    assert windrow("targets", "list", 1, "--json").json == []


def test_a_removed_target_keeps_its_records(windrow: Windrow, folder: Path) -> None:
    windrow("targets", "add", 1, folder.as_uri(), "--kind", "shed")
    windrow("targets", "push", 1)

    removed = windrow("targets", "remove", 1, 1, "--yes", "--json")

    assert (removed.code, removed.json, files(folder)) == (0, {"removed": 1}, COUNT)


def test_what_is_wrong_is_told_by_its_option(windrow: Windrow, folder: Path, tmp_path: Path) -> None:
    outside = windrow("targets", "add", 1, tmp_path.as_uri(), "--kind", "shed")
    assert outside.code == 2
    assert "URL: lies outside of the folders" in outside.err
    unknown = windrow("targets", "add", 1, folder.as_uri(), "--kind", "barn")
    assert "--kind: there is no target kind 'barn'" in unknown.err
    wrong = windrow("targets", "add", 1, folder.as_uri(), "--kind", "shed", "--set", "least=much")
    assert "--set least: must be a whole number" in wrong.err
    assert "switch one on" in windrow("targets", "push", 1).err
    assert windrow("targets", "push", 1, "--detach").code != 0


def test_a_detached_push_waits_for_a_worker(windrow: Windrow, folder: Path) -> None:
    windrow("targets", "add", 1, folder.as_uri(), "--kind", "shed", "--off")
    assert windrow("targets", "push", 1).code != 0
    windrow("targets", "change", 1, 1, "--on", "--name", "Barn", "--requests-per-second", "0")

    started = windrow("targets", "push", 1, "--full", "--detach", "--json")

    assert (started.code, started.json["state"], started.json["parameters"]["full"]) == (0, "queued", True)
