"""Pipelines by command line: carried out here where no worker lives, with their steps shown."""

from pathlib import Path

from tests.cli.conftest import COUNT, Windrow
from windrow.cli.local import open_local
from windrow.core.runs import TaskDraft


def test_a_pipeline_is_carried_out_and_its_steps_are_shown(windrow: Windrow, harvested: Path) -> None:
    inner = [{"name": "again", "source": 1, "parameters": {"full": True}}]
    steps = [
        {"name": "look", "source": 1, "do": "check"},
        {"name": "inner", "kind": "pipeline", "parameters": {"steps": inner}, "after": ["look"]},
        {"name": "never", "source": 1, "after": ["inner"], "when": "false"},
    ]
    with open_local(harvested) as local:
        task = local.windrow.tasks.create(local.principal, TaskDraft("nightly", "pipeline", {"steps": steps}))

    ended = windrow("tasks", "start", task.id, "--json")
    told = windrow("runs", "steps", ended.json["id"], "--json").json
    table = windrow("runs", "steps", ended.json["id"]).out

    assert (ended.code, ended.json["state"]) == (0, "succeeded")
    assert [(each["name"], each["state"]) for each in told] == [
        ("look", "succeeded"),
        ("inner", "succeeded"),
        ("never", "skipped"),
    ]
    again = windrow("runs", "rerun", ended.json["id"], "--from", "never", "--json")
    assert (again.code, again.json["rerun_of"]) == (0, ended.json["id"])
    kept = windrow("runs", "steps", again.json["id"], "--json").json
    assert [each["kept"] for each in kept] == [True, True, False]
    assert kept[0]["run_id"] == told[0]["run_id"]
    harvest = windrow("runs", "steps", told[1]["run_id"], "--json").json[0]
    assert harvest["progress"]["counts"] == {"unchanged": COUNT}
    assert "Its condition does not hold: false" in table.replace("\n", " ")
