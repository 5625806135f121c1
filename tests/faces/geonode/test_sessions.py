"""What is done by a status, the resources that it finds, and the sessions that tell of it."""

from typing import Any

import pytest

from tests.faces.geonode.conftest import Portal
from tests.web.serving import Caller


def resources(portal: Portal, harvester: int, **query: Any) -> dict[str, Any]:
    found = portal.get(f"harvesters/{harvester}/harvestable-resources/", page_size=100, **query)
    return {each["unique_identifier"]: each for each in found["harvestable_resources"]}


def select(portal: Portal, harvester: int, items: Any) -> Any:
    return portal("PATCH", f"harvesters/{harvester}/harvestable-resources/", items)


def sessions(portal: Portal, harvester: int) -> list[Any]:
    page = portal.get("harvesting-sessions/", **{"filter{harvester}": harvester})
    found: list[Any] = page["asynchronous_harvesting_sessions"]
    return found


def test_refresh_choose_harvest(portal: Portal) -> None:
    portal.put("a", "b", "c")
    made = portal.create("two steps")["id"]
    portal.do(made, "updating-harvestable-resources")
    assert portal.get(f"harvesters/{made}/")["harvester"]["status"] == "ready"
    found = resources(portal, made)
    assert {name: each["should_be_harvested"] for name, each in found.items()} == dict.fromkeys("abc", False)
    assert {key: found["a"][key] for key in ("title", "status", "remote_resource_type")} == {
        "title": "Title of a",
        "status": "ready",
        "remote_resource_type": "layers",
    }

    answer = select(portal, made, [{"unique_identifier": each, "should_be_harvested": True} for each in ("c", "a")])

    assert answer.status == 200
    assert [each["unique_identifier"] for each in answer.json["harvestable_resources"]] == ["c", "a"]
    portal.do(made, "harvesting-resources")
    harvest, refresh = sessions(portal, made)
    assert (harvest["session_type"], refresh["session_type"]) == ("harvesting", "discover-harvestable-resources")
    assert {key: harvest[key] for key in ("status", "total_records_to_process", "records_done", "records_failed")} == {
        "status": "finished-all-ok",
        "total_records_to_process": 2,
        "records_done": 2,
        "records_failed": 0,
    }
    assert (refresh["records_done"], refresh["status"]) == (3, "finished-all-ok")
    assert harvest["harvester"] == made
    one = portal.get(f"harvesting-sessions/{harvest['id']}/")["asynchronous_harvesting_session"]
    assert one["details"]
    assert {key: value for key, value in one.items() if key != "details"} == {
        key: value for key, value in harvest.items() if key != "details"
    }
    assert resources(portal, made, **{"filter{should_be_harvested}": "true", "sort[]": "-title"}).keys() == {"a", "c"}


def test_a_failure_is_told(portal: Portal) -> None:
    portal.put("a", "b")
    portal.shelf.documents["/b"] = ValueError("the server fell over")
    made = portal.create("failing", harvest_new_resources_by_default=True)["id"]

    portal.do(made, "harvesting-resources")

    (session,) = sessions(portal, made)
    assert (session["status"], session["records_failed"]) == ("finished-some-failed", 1)
    one = portal.get(f"harvesting-sessions/{session['id']}/")["asynchronous_harvesting_session"]
    assert "the server fell over" in one["details"]


def test_everything_can_be_aborted_in_every_state(portal: Portal) -> None:
    portal.put("a")
    made = portal.create("aborting")["id"]
    for begin, abort in (
        ("updating-harvestable-resources", "aborting-update-harvestable-resources"),
        ("harvesting-resources", "aborting-harvesting-resources"),
    ):
        assert portal.change(made, status=abort)["status"] == "ready"  # nothing goes on
        assert portal.change(made, status=begin)["status"] == begin
        assert portal.change(made, status=begin)["status"] == begin  # it goes on already
        assert portal.change(made, status=abort)["status"] == "ready"
        assert sessions(portal, made)[0]["status"] == "aborted"


def test_a_busy_harvester_begins_nothing_else_but_can_be_changed(portal: Portal) -> None:
    portal.put("a")
    made = portal.create("busy")["id"]
    portal.change(made, status="harvesting-resources")

    answer = portal("PATCH", f"harvesters/{made}/", {"status": "updating-harvestable-resources"})

    assert answer.status == 400
    assert "busy" in answer.json["errors"][0]
    changed = portal.change(made, name="still busy", scheduling_enabled=False)
    assert (changed["name"], changed["status"]) == ("still busy", "harvesting-resources")
    portal.house.carry_out()
    assert portal.get(f"harvesters/{made}/")["harvester"]["status"] == "ready"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "ready"},
        {"status": "resting"},
        {"status": "harvesting-resources", "harvester_type_specific_configuration": {}},
    ],
)
def test_a_status_that_cannot_be_asked_for(portal: Portal, fields: dict[str, Any]) -> None:
    made = portal.create(f"refusing {fields}"[:255])["id"]

    answer = portal("PATCH", f"harvesters/{made}/", fields)

    assert (answer.status, set(answer.json["fields"])) == (400, {"status"})


def test_a_check_tells_whether_it_answers(portal: Portal) -> None:
    portal.put("a")
    made = portal.create("checked")["id"]
    portal.do(made, "checking-availability")

    harvester = portal.get(f"harvesters/{made}/")["harvester"]

    assert (harvester["status"], harvester["remote_available"]) == ("ready", True)
    assert harvester["last_checked_availability"]
    assert sessions(portal, made) == []


def test_another_configuration_asks_for_another_list(portal: Portal) -> None:
    portal.put("a", "b")
    made = portal.create("reconfigured")["id"]
    portal.do(made, "updating-harvestable-resources")

    changed = portal.change(made, harvester_type_specific_configuration={"dataset_title_filter": "a"})

    assert changed["status"] == "updating-harvestable-resources"
    portal.put("a")
    portal.house.carry_out()
    assert portal.shelf.requests[-1].settings["dataset_title_filter"] == "a"
    assert resources(portal, made).keys() == {"a"}


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ({"unique_identifier": "a"}, 400),
        ([{"unique_identifier": "a"}], 400),
        ([{"should_be_harvested": True}], 400),
        ([{"unique_identifier": "a", "should_be_harvested": "maybe"}], 400),
        (["a"], 400),
        ([{"unique_identifier": "b", "should_be_harvested": True},
          {"unique_identifier": "nowhere", "should_be_harvested": True}], 404),
    ],
)  # fmt: skip
def test_a_selection_is_taken_as_a_whole_or_not_at_all(portal: Portal, items: Any, status: int) -> None:
    portal.put("a", "b")
    made = portal.create(f"selecting {items}"[:255])["id"]
    portal.do(made, "updating-harvestable-resources")

    answer = select(portal, made, items)

    assert (answer.status, answer.json["success"]) == (status, False)
    assert not any(each["should_be_harvested"] for each in resources(portal, made).values())


def test_sessions_are_private(portal: Portal, viewer: Caller) -> None:
    portal.put("a")
    made = portal.create("private")["id"]
    portal.do(made, "updating-harvestable-resources")
    number = sessions(portal, made)[0]["id"]

    assert viewer("GET", f"//api/v2/harvesting-sessions/{number}/").status == 200
    other = portal.house.user("outsider", team="outside")
    assert other("GET", f"//api/v2/harvesting-sessions/{number}/").status == 404
    assert other("GET", "//api/v2/harvesting-sessions/").json["total"] == 0
