"""Telling people, by the command line."""

import pytest

from tests.cli.conftest import FAST, Windrow
from tests.core.notifying.receiver import receiving


def test_add_try_change_rotate_remove(windrow: Windrow, folder_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = windrow("sources", "add", folder_url, *FAST, "--no-preview", "--json").json["id"]
    with receiving() as receiver:
        monkeypatch.setenv("HOOK", f"{receiver.url}/t0ken")
        made = windrow("notifications", "add", source, "Hook", "--address-env", "HOOK", "--on", "error", "--json").json

        tried = windrow("notifications", "test", source, made["id"])
        receiver.statuses = [500]
        failed = windrow("notifications", "test", source, made["id"], "--json")

    assert made["signing_secret"].startswith("whsec_")
    assert (tried.code, "told Hook" in tried.out) == (0, True)
    assert (failed.code, failed.json["state"]) == (1, "failed")
    assert receiver.types == ["notification.test"] * 2
    listed = windrow("notifications", "list", source)
    assert ("500" in listed.out, "t0ken" in listed.out + failed.out) == (True, False)
    changed = windrow("notifications", "change", source, made["id"], "--on", "digest", "--digest-every", "1h", "--json")
    assert (changed.json["on"], changed.json["digest_seconds"], changed.json["name"]) == (["digest"], 3600, "Hook")
    assert windrow("notifications", "rotate", source, made["id"]).out.count("whsec_") == 1
    assert windrow("notifications", "remove", source, made["id"], "--json").json == {"removed": made["id"]}
    assert windrow("notifications", "list", source, "--json").json == []


def test_what_is_wrong_is_told_by_its_option(windrow: Windrow, folder_url: str) -> None:
    source = windrow("sources", "add", folder_url, *FAST, "--no-preview", "--json").json["id"]

    missing = windrow("notifications", "add", source, "Hook")
    wrong = windrow("notifications", "add", source, "Hook", "--address", "nothing://s3cret")

    assert (missing.code, "--address" in missing.err) == (2, True)
    assert (wrong.code, "--address" in wrong.err, "s3cret" in wrong.err) == (2, True, False)


def test_an_unset_variable_is_no_address(windrow: Windrow, folder_url: str) -> None:
    source = windrow("sources", "add", folder_url, *FAST, "--no-preview", "--json").json["id"]

    ended = windrow("notifications", "add", source, "Hook", "--address-env", "NOT_THERE")

    assert (ended.code, "NOT_THERE" in ended.err) == (2, True)
