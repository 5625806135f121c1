"""Reports and where they go, by the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Windrow
from tests.core.notifying.receiver import receiving


def test_destinations_are_made_tried_and_removed(windrow: Windrow, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("HOOK", f"{receiver.url}/t0ken")
        made = windrow("destinations", "add", "Board", "--address-env", "HOOK", "--json").json
        tried = windrow("destinations", "test", made["id"])
        receiver.statuses = [500]
        failed = windrow("destinations", "test", made["id"])

    assert made["signing_secret"].startswith("whsec_")
    assert (tried.code, "It arrived at Board" in tried.out) == (0, True)
    assert (failed.code, "500" in failed.out, "t0ken" in failed.out) == (1, True, False)
    assert "500" in windrow("destinations", "list").out
    changed = windrow("destinations", "change", made["id"], "--address", "https://example.org/x", "--json").json
    assert changed["address"] == "https://example.org"
    renamed = windrow("destinations", "change", made["id"], "--name", "Council")
    assert "Council leads to https://example.org" in renamed.out
    assert windrow("destinations", "rotate", made["id"]).out.count("whsec_") == 1
    assert windrow("destinations", "remove", made["id"], "--json").json == {"removed": made["id"]}
    assert windrow("destinations", "list", "--json").json == []
    missing = windrow("destinations", "add", "Board")
    assert (missing.code, "--address" in missing.err) == (2, True)


def test_a_report_is_made_now_to_files_and_to_standard_output(
    windrow: Windrow, harvested: Path, tmp_path: Path
) -> None:
    span = ("--from", "2020-01-01", "--to", "2024-12-31")
    page, folder = tmp_path / "health.html", tmp_path / "tables"

    whole = windrow("report", "harvest_health", "--data", harvested, "-o", page, "--json")
    tables = windrow("report", "run_history", *span, "-f", "csv", "-o", folder)
    one = windrow("report", "run_history", *span, "-f", "csv", "--table", "runs", "-o", "-")

    assert (whole.code, whole.json) == (0, {"files": [str(page)]})
    assert page.read_text().startswith("<!doctype html>")
    assert len(list(folder.glob("*.csv"))) == 4
    assert (tables.code, one.code, one.out.splitlines()[0]) == (
        0,
        0,
        "step,runs,succeeded,partial,failed,cancelled,skipped,active",
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-f", "csv", "-o", "-"), "takes one file"),
        (("-f", "csv", "--table", "strange", "-o", "-"), "there are: runs, kinds"),
        (("--period", "fortnight"), "period"),
        (("--from", "2027-01-01"), "to"),
        (("--source", "4711"), "source 4711"),
        (("--team", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_made_is_told(windrow: Windrow, harvested: Path, options: tuple[str, ...], told: str) -> None:
    ended = windrow("report", "run_history", "--data", harvested, *options)

    assert ended.code in (1, 2)
    assert told in ended.err.replace("\n", " ")
