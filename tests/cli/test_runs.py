"""Runs, tasks and workers by command line."""

import json
from pathlib import Path

from tests.cli.conftest import COUNT, Windrow


def test_runs_are_listed_newest_first_by_state_and_source(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "harvest", 1, "--detach")

    newest, oldest = windrow("runs", "list", "--json").json

    assert (newest["state"], oldest["state"]) == ("queued", "succeeded")
    chosen = windrow("runs", "list", "--state", "succeeded", "--source", 1, "--kind", "harvest", "--json").json
    assert [each["id"] for each in chosen] == [oldest["id"]]
    assert windrow("runs", "list", "--task", "none", "--json").json == []
    first = windrow("runs", "list", "--limit", 1)
    assert newest["id"] in first.out
    assert oldest["id"] not in first.out
    assert "There are more: --all shows them." in first.err


def test_a_run_is_shown_by_its_id_or_as_the_last_one(windrow: Windrow, harvested: Path) -> None:
    last = windrow("runs", "show", "last", "--json").json

    assert windrow("runs", "show", last["id"], "--json").json == last
    assert (last["state"], last["progress"]["done"], last["progress"]["counts"]) == (
        "succeeded",
        COUNT,
        {"added": COUNT},
    )
    told = windrow("runs", "show", "last").out
    assert f"progress    {COUNT} of {COUNT}" in told
    assert "state       succeeded" in told


def test_a_log_is_lines_for_people_and_an_array_for_scripts(windrow: Windrow, harvested: Path) -> None:
    entries = windrow("runs", "log", "last", "--json").json
    lines = windrow("runs", "log", "last").out.splitlines()
    followed = windrow("runs", "log", "last", "--follow", "--json").out.splitlines()
    newest = windrow("runs", "log", "last", "--newest-first", "--json").json

    assert len(entries) == len(lines) >= 1
    assert [json.loads(line) for line in followed] == entries == newest[::-1]
    assert all(entry["message"] in line for entry, line in zip(entries, lines, strict=True))
    assert windrow("runs", "log", "last", "--level", "error", "--json").json == []


def test_following_a_run_that_has_ended_tells_how(windrow: Windrow, harvested: Path) -> None:
    ended = windrow("runs", "follow", "last", "--json")

    assert (ended.code, ended.json["state"]) == (0, "succeeded")


def test_a_queued_run_is_cancelled_and_deleted(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "harvest", 1, "--detach")

    early = windrow("runs", "delete", "last", "--yes")
    cancelled = windrow("runs", "cancel", "last")
    followed = windrow("runs", "follow", "last")
    deleted = windrow("runs", "delete", "last", "--yes", "--json")

    assert (early.code, early.err.count("\n")) == (1, 1)
    assert cancelled.out.endswith(" is cancelled.\n")
    assert followed.code == 1
    assert deleted.code == 0
    assert [each["state"] for each in windrow("runs", "list", "--json").json] == ["succeeded"]


def test_outputs_are_listed_and_fetched(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    windrow("sources", "diff", 1, "--set", "pattern=none*")

    (output,) = windrow("runs", "outputs", "last", "--json").json
    windrow("runs", "download", "last", "diff.jsonl", "-o", "here.jsonl")

    assert (output["name"], output["size"]) == ("diff.jsonl", (tmp_path / "here.jsonl").stat().st_size)
    assert windrow("runs", "download", "last", "diff.jsonl", "-o", "-").out == (tmp_path / "here.jsonl").read_text()
    assert windrow("runs", "parts", "last", "--json").json == []


def test_a_run_that_a_killed_process_left_behind_goes_on(windrow: Windrow, harvested: Path) -> None:
    """What was queued and never begun is carried out by the next command that waits for it."""
    windrow("sources", "harvest", 1, "--detach")
    left = windrow("runs", "show", "last", "--json").json

    ended = windrow("sources", "harvest", 1, "--json")

    assert (ended.code, ended.json["run_id"], ended.json["state"]) == (0, left["id"], "succeeded")
    assert "is being harvested already" in ended.err


def test_a_task_is_started_and_its_schedule_changed(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--kind", "harvest", "--json").json

    scheduled = windrow("tasks", "schedule", task["id"], "--every", "90m", "--json").json
    paused = windrow("tasks", "schedule", task["id"], "--pause", "--json").json
    coming = windrow("tasks", "coming", "--json").json
    resumed = windrow("tasks", "schedule", task["id"], "--resume", "--json").json
    cleared = windrow("tasks", "schedule", task["id"], "--every", "never", "--json").json

    assert scheduled["schedule"]["description"] == "every 90 minutes"
    assert (paused["schedule"]["enabled"], paused["schedule"]["next_due"], coming) == (False, None, [])
    assert (resumed["schedule"]["enabled"], resumed["schedule"]["next_due"] is not None) == (True, True)
    assert cleared["schedule"] is None
    assert windrow("tasks", "show", task["id"], "--json").json["schedule"] is None
    started = windrow("tasks", "start", task["id"], "--json")
    assert (started.code, started.json["state"], started.json["task_id"]) == (0, "succeeded", task["id"])


def test_a_task_may_be_started_later(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--json").json

    later = windrow("tasks", "start", task["id"], "--at", "2100-01-01T06:00Z", "--json").json

    assert (later["state"], later["ready_at"]) == ("scheduled", "2100-01-01T06:00:00Z")


def test_a_task_of_a_source_is_deleted_with_its_source_only(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "diff", 1)
    compare, harvest = windrow("tasks", "list", "--json").json

    refused = windrow("tasks", "delete", harvest["id"], "--yes")
    deleted = windrow("tasks", "delete", compare["id"], "--yes", "--json")

    assert (refused.code, "source 1" in refused.err) == (1, True)
    assert deleted.json == {"deleted": compare["id"]}


def test_nobody_at_work_is_told_too(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "harvest", 1, "--detach")

    waiting = windrow("workers", "inspect", "--json").json

    assert windrow("workers", "list", "--json").json == []
    assert [each["name"] for each in waiting["reserved"][""]] == ["Harvest Folder"]
    assert "reserved" in windrow("workers", "inspect").out


def test_an_ended_run_is_run_again(windrow: Windrow, harvested: Path) -> None:
    first = windrow("runs", "show", "last", "--json").json

    again = windrow("runs", "rerun", first["id"], "--json")

    assert (again.code, again.json["state"], again.json["rerun_of"]) == (0, "succeeded", first["id"])
    assert f"again       {first['id']}" in windrow("runs", "show", "last").out


def test_what_a_sources_task_cannot_do_is_said_with_its_option(windrow: Windrow, harvested: Path) -> None:
    (task,) = windrow("tasks", "list", "--json").json
    span = ("--start", "2026-01-01", "--end", "2026-02-01")

    filled = windrow("tasks", "backfill", task["id"], *span, "--dry-run")
    other = windrow("tasks", "start", task["id"], "--set", "full=true")
    garbled = windrow("tasks", "start", task["id"], "--set", "full")

    assert "takes what is there now" in filled.err
    assert other.err.startswith("--set: are not changed here")
    assert garbled.err.startswith("--set: ")
