"""The steps of a run, by the native API and the client."""

from tests.web.serving import House
from windrow.client import Client

NAMES = ("first", "second", "third")


def test_steps_are_told_before_while_and_after_they_run(house: House) -> None:
    ada = house.user("ada")
    steps = [
        {"name": "first", "kind": "stepping", "parameters": {}},
        {"name": "second", "kind": "stepping", "parameters": {}, "after": ["first"]},
        {"name": "third", "kind": "stepping", "parameters": {}, "after": ["second"], "when": "false"},
    ]
    task = ada.post("/tasks", {"name": "Nightly", "kind": "pipeline", "parameters": {"steps": steps}})
    run = ada.post(f"/tasks/{task['id']}/start")

    before = ada.get(f"/runs/{run['id']}/steps")["items"]
    while ada.get(f"/runs/{run['id']}")["ended_at"] is None:
        house.carry_out()
        house.assembly.consequences.draw()
    after = ada.get(f"/runs/{run['id']}/steps")["items"]

    assert [(each["name"], each["state"]) for each in before] == [(name, "planned") for name in NAMES]
    assert [(each["name"], each["state"]) for each in after] == list(
        zip(NAMES, ("succeeded", "succeeded", "skipped"), strict=True)
    )
    assert (after[1]["after"], after[2]["when"], after[2]["run_id"]) == (["first"], "false", None)
    child = ada.get(f"/runs/{after[0]['run_id']}")
    assert (child["kind"], child["cause"]) == ("stepping", "run")
    eve = house.user("eve")
    assert eve("GET", f"/runs/{run['id']}/steps").status == 404
    assert ada.get(f"/runs/{child['id']}/steps")["items"] == []
    refused = ada("POST", f"/runs/{run['id']}/rerun", {"from_failed": True})
    assert (refused.status, "No step of run" in refused.json["detail"]) == (409, True)
    assert ada("POST", f"/runs/{run['id']}/rerun", {"steps": ["paint"]}).problems.keys() == {"steps"}
    assert eve("POST", f"/runs/{run['id']}/rerun", {"from_failed": True}).status == 404
    with Client(house.base, token=ada.headers["Authorization"].removeprefix("Bearer ")) as client:
        assert [each.name for each in client.runs.steps(run["id"])] == list(NAMES)
        again = client.runs.rerun(run["id"], from_failed=True, steps=["second"])
        assert again.rerun_of == run["id"]
        assert [(each.kept, each.state) for each in client.runs.steps(again.id)] == [
            (True, "succeeded"),
            (False, "planned"),
            (False, "planned"),
        ]
        client.runs.cancel(again.id)
