"""Sources by command line: harvested from a URL, changed after a trial, their deletions decided by a person."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import COUNT, FAST, RECORDS, Windrow


def test_a_url_is_enough_to_harvest(windrow: Windrow, folder_url: str) -> None:
    first = windrow("harvest", folder_url, "--json")
    again = windrow("harvest", folder_url, "--json")

    assert (first.code, first.json["state"], first.json["kind"]) == (0, "succeeded", "waf")
    assert (first.json["counts"], first.json["resources"]) == ({"added": COUNT}, COUNT)
    assert (again.code, again.json["source_id"], again.json["counts"]) == (0, 1, {"unchanged": COUNT})
    assert "one-time secret" in first.err
    assert "secret" not in again.err


def test_a_source_is_registered_after_a_look_at_it(windrow: Windrow, folder_url: str) -> None:
    added = windrow("sources", "add", folder_url, "--name", "Folder", "--every", "6h", "--public", "--set", "depth=3")

    assert added.code == 0
    assert f"announces {COUNT} records; the first of them:" in added.out
    assert "Folder speaks Web accessible folder; registered as source 1." in added.err
    shown = windrow("sources", "show", 1, "--json").json
    assert (shown["name"], shown["kind"], shown["url"], shown["visibility"]) == ("Folder", "waf", folder_url, "public")
    assert (shown["settings"]["depth"], shown["schedule"]["trigger"]["every_seconds"]) == (3, 21_600)
    assert (shown["health"], shown["last_run"]) == ("new", None)


def test_a_source_that_does_not_answer_today_can_be_registered(windrow: Windrow) -> None:
    added = windrow("sources", "add", "http://127.0.0.1:1/csw", "--kind", "csw", "--no-preview", "--json")

    assert (added.code, added.json["kind"], added.json["id"]) == (0, "csw", 1)


def test_remotes_that_call_themselves_the_same_get_names_of_their_own(windrow: Windrow, folder_url: str) -> None:
    for _ in range(2):
        assert windrow("sources", "add", folder_url, "--no-preview").code == 0
    named = windrow("sources", "add", folder_url, "--no-preview", "--name", "Named")
    taken = windrow("sources", "add", folder_url, "--no-preview", "--name", "Named")

    names = [each["name"] for each in windrow("sources", "list", "--json").json]
    assert names == [names[0], f"{names[0]} (2)", "Named"]
    assert "has this address too" in named.err
    assert taken.code == 1


def test_lists_are_tables_for_people(windrow: Windrow, harvested: Path) -> None:
    ended = windrow("sources", "list")

    title, _, row = ended.out.splitlines()
    assert title.split() == ["ID", "Name", "Kind", "Health", "Records", "Last", "harvest", "Next"]
    assert row.split()[:5] == ["1", "Folder", "waf", "healthy", str(COUNT)]
    assert ended.err == ""


def test_a_preview_of_a_change_writes_nothing(windrow: Windrow, harvested: Path) -> None:
    found = windrow("sources", "preview", 1, "--set", "pattern=T_ortho*", "--json").json

    assert (found["total"], found["changes"]) == (5, {"unchanged": 5})
    assert windrow("sources", "show", 1, "--json").json["settings"]["pattern"] == "*.xml"


def test_a_diff_tells_what_a_change_would_do(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    compared = windrow("sources", "diff", 1, "--set", "pattern=T_ortho*", "--lines", 3, "--json")
    told = windrow("sources", "diff", 1, "--set", "pattern=T_ortho*")

    assert (compared.code, compared.json["counts"]) == (0, {"unchanged": 5, "removed": COUNT - 5})
    assert [each["change"] for each in compared.json["changes"]] == ["removed"] * 3
    assert f"{COUNT - 5} removed" in told.out
    assert windrow("runs", "download", compared.json["run"]["id"], "diff.jsonl").code == 0
    assert (tmp_path / "diff.jsonl").read_text().count('"removed"') == COUNT - 5
    assert windrow("records", "count").out == f"{COUNT}\n"


def test_a_change_keeps_what_no_option_names(windrow: Windrow, harvested: Path) -> None:
    before = windrow("sources", "show", 1, "--json").json

    words = ["--set", "depth=2", "--policy", "guard_share=0.5", "--every", "1d", "--public", "--queue", "slow"]
    after = windrow("sources", "change", 1, *words, "--json").json

    assert after["settings"] == {**before["settings"], "depth": 2}
    assert after["policies"] == {**before["policies"], "guard_share": 0.5}
    assert (after["schedule"]["description"], after["visibility"], after["queue"]) == ("every day", "public", "slow")
    assert {name: after[name] for name in ("id", "name", "url", "kind")} == {
        name: before[name] for name in ("id", "name", "url", "kind")
    }
    assert windrow("sources", "change", 1, "--every", "never", "--json").json["schedule"] is None


@pytest.mark.parametrize("way", [["--user", "ada"], ["--bearer"], ["--header", "X-Key"]])
def test_a_secret_is_read_from_elsewhere_and_never_shown(
    windrow: Windrow, harvested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: list[str]
) -> None:
    monkeypatch.setenv("CATALOGUE_PASSWORD", "open-sesame")
    (tmp_path / "secret").write_text("open-sesame\n")

    by_variable = windrow("sources", "change", 1, *way, "--secret-env", "CATALOGUE_PASSWORD", "--json")
    forgotten = windrow("sources", "change", 1, "--no-credential", "--json")
    by_file = windrow("sources", "change", 1, *way, "--secret-file", "secret", "--json")

    has = [each.json["has_credential"] for each in (by_variable, forgotten, by_file)]
    assert has == [True, False, True]
    assert "open-sesame" not in "".join(each.out + each.err for each in (by_variable, forgotten, by_file))
    assert b"open-sesame" not in (harvested / "windrow.db").read_bytes()


def test_resources_are_taken_out_of_the_catalogue_and_put_back(windrow: Windrow, harvested: Path) -> None:
    listed = windrow("sources", "resources", 1, "ortho", "--json").json
    chosen = [each["id"] for each in listed[:2]]

    assert windrow("sources", "unwant", 1, *chosen, "--json").json == {"changed": 2}
    unwanted = windrow("sources", "resources", 1, "--unwanted", "--json").json
    assert [each["id"] for each in unwanted] == chosen
    assert windrow("records", "count").out == f"{COUNT - 2}\n"
    assert windrow("sources", "want", 1, "--all").out == "2 put into the catalogue.\n"
    assert windrow("records", "count").out == f"{COUNT}\n"


def test_a_held_deletion_is_shown_before_it_is_decided(windrow: Windrow, changing: tuple[Path, str]) -> None:
    files, url = changing
    windrow("harvest", url, *FAST)
    for each in sorted(files.glob("T_ortho*")):
        each.unlink()

    held = windrow("harvest", url, "--full", "--json").json
    (review,) = windrow("sources", "reviews", 1, "--json").json
    shown = windrow("sources", "review", 1, review["id"], "--lines", 2)
    unsure = windrow("sources", "review", 1, review["id"], "--approve")

    assert (review["state"], review["missing"], review["present"]) == ("waiting", 5, COUNT)
    assert held["resources"] == COUNT
    assert windrow("sources", "show", 1, "--json").json["health"] == "held"
    assert f"5 of {COUNT} resources were missing (waiting)" in shown.out
    assert shown.out.count("T_ortho") == 2
    assert "There are more" in shown.err
    assert (unsure.code, windrow("records", "count").out) == (2, f"{COUNT}\n")

    approved = windrow("sources", "review", 1, review["id"], "--approve", "--yes", "--json").json
    assert (approved["state"], windrow("records", "count").out) == ("approved", f"{COUNT - 5}\n")
    assert windrow("sources", "restore", 1, "--all", "--json").json == {"changed": 5}
    assert windrow("records", "count").out == f"{COUNT}\n"
    again = windrow("sources", "review", 1, review["id"], "--refuse", "--yes")
    assert (again.code, again.err.count("\n")) == (1, 1)


def test_a_refused_deletion_keeps_what_was_missing(windrow: Windrow, changing: tuple[Path, str]) -> None:
    files, url = changing
    windrow("harvest", url, *FAST)
    for each in sorted(files.glob("T_ortho*")):
        each.unlink()
    windrow("harvest", url, "--full")
    (review,) = windrow("sources", "reviews", 1, "--json").json

    refused = windrow("sources", "review", 1, review["id"], "--refuse", "--yes")

    assert f"Review {review['id']} is refused." in refused.out
    assert windrow("sources", "resources", 1, "--presence", "missing", "--json").json == []


def test_a_record_that_cannot_be_read_is_told_and_tried_again_on_demand(
    windrow: Windrow, changing: tuple[Path, str]
) -> None:
    files, url = changing
    (files / "broken.xml").write_text("<gmd:MD_Metadata")

    ended = windrow("harvest", url, *FAST, "--json")
    (quarantined,) = windrow("sources", "resources", 1, "--outcome", "quarantined", "--json").json

    assert (ended.code, ended.json["state"], ended.json["counts"]["quarantined"]) == (3, "partial", 1)
    assert "broken.xml" in quarantined["identifier"]
    assert quarantined["problem"] != ""
    assert windrow("sources", "retry", 1, quarantined["id"], "--json").json == {"changed": 1}
    shutil.copy(RECORDS / "test.xml", files / "broken.xml")
    assert windrow("sources", "harvest", 1, "--json").code == 0


def test_a_harvest_that_fails_says_why(windrow: Windrow) -> None:
    windrow("sources", "add", "http://127.0.0.1:1/", "--kind", "waf", "--no-preview")
    windrow("tasks", "list")

    ended = windrow("sources", "harvest", 1, "--detach")
    cancelled = windrow("sources", "cancel", 1, "--json")

    assert (ended.code, ended.out.startswith("Run ")) == (0, True)
    assert "No worker is alive to do it: start one with windrow up." in ended.err
    assert cancelled.json["state"] == "cancelled"
    assert windrow("sources", "cancel", 1).out == "Source 1 is not being harvested.\n"


def test_deleting_a_source_takes_its_records_along(windrow: Windrow, harvested: Path) -> None:
    assert windrow("sources", "delete", 1, "--yes", "--json").json == {"deleted": 1}

    assert windrow("sources", "list", "--json").json == []
    assert windrow("records", "count").out == "0\n"


def test_kinds_and_their_settings_are_listed(windrow: Windrow, harvested: Path) -> None:
    kinds = {each["name"] for each in windrow("sources", "kinds", "--json").json}
    schema = windrow("sources", "kinds", "waf", "--json").json

    assert kinds >= {"csw", "oai_pmh", "ogc_records", "stac", "waf"}
    assert set(schema["properties"]) == {"pattern", "depth"}
    assert "pattern" in windrow("sources", "kinds", "waf").out
