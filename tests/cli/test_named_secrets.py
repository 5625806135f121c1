"""`windrow secrets …`: the value comes by standard input, and never comes back."""

import io

import pytest

from tests.cli.conftest import Windrow


def test_a_secret_is_set_listed_and_deleted(windrow: Windrow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t-t0k3n\n"))
    made = windrow("secrets", "set", "API_TOKEN", "--host", "api.example.org", "--host", "b.example:8443", "--json")
    listed = windrow("secrets", "list")
    deleted = windrow("secrets", "delete", "API_TOKEN", "--yes")

    assert (made.json["name"], made.json["hosts"]) == ("API_TOKEN", ["api.example.org", "b.example:8443"])
    assert "API_TOKEN" in listed.out
    assert deleted.out == "Deleted API_TOKEN.\n"
    assert "s3cr3t" not in made.out + made.err + listed.out
    assert windrow("secrets", "list", "--json").json == []


def test_what_is_wrong_with_a_secret_is_said(windrow: Windrow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("abc"))

    refused = windrow("secrets", "set", "1A", "--host", "https://x/")

    assert refused.code != 0
    assert all(told in refused.err for told in ("NAME: must", "value: must", "--host: must", "without https://"))
