"""A 2xx means that it is in the database; what is left out of a change stays; of two at once, one wins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.remotes.server import Remote
from tests.web.serving import Caller, House
from tests.web.world import fill_folder, folder, harvest
from windrow.core.scheduling import Scheduling
from windrow.model.identity import new_id
from windrow.model.triggers import Interval

SCHEDULE = {
    "trigger": {"type": "interval", "every_seconds": 3600, "anchor": "2026-01-01T00:30:00Z"},
    "start": "2026-01-01T00:00:00Z",
    "end": "2100-01-01T00:00:00Z",
    "occurrences": 5,
    "misfire": "skip",
    "overlap": "queue",
    "enabled": True,
}


@pytest.fixture(scope="module")
def ada(house: House) -> Caller:
    return house.user("ada")


@pytest.fixture
def source(ada: Caller, remote: Remote) -> Iterator[Any]:
    fill_folder(remote, 2)
    source = ada.post("/sources", {**folder(f"Folder {new_id()}", remote), "schedule": SCHEDULE})
    yield source
    ada.post(f"/sources/{source['id']}/cancel")
    assert ada("DELETE", f"/sources/{source['id']}").status == 204


def at_once(times: int, ask: Any) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(ask, range(times)))


def meet_what_is_due(house: House) -> None:
    """What the clock would do two hours from now."""
    later = house.assembly.clock() + timedelta(hours=2)
    Scheduling(house.assembly.store.tasks, lambda: later).tick()


def without(shape: Any, *names: str) -> Any:
    return {name: value for name, value in shape.items() if name not in names}


def test_what_was_created_is_there_at_its_location(ada: Caller) -> None:
    answer = ada("POST", "/tasks", {"name": "Steps", "kind": "stepping", "schedule": SCHEDULE})
    task = answer.json

    assert answer.status == 201
    assert ada.get(answer.headers["Location"].removeprefix("/api/v1")) == task
    assert task["parameters"] == {"steps": 1, "files": {}, "media_type": "text/plain"}
    trigger = {name: value for name, value in task["schedule"]["trigger"].items() if value is not None}
    assert {**task["schedule"], "trigger": trigger}.items() >= SCHEDULE.items()
    assert task["schedule"]["description"] == "every hour"


def test_of_many_who_take_a_name_at_once_one_gets_it(ada: Caller, remote: Remote) -> None:
    answers = at_once(6, lambda _: ada("POST", "/sources", folder("Wanted by all", remote)))

    (made,) = [each.json for each in answers if each.status == 201]
    assert sorted(each.status for each in answers) == [201] + [409] * 5
    assert [each["id"] for each in ada.get("/sources")["items"] if each["name"] == "Wanted by all"] == [made["id"]]


def test_of_many_who_harvest_at_once_one_does(ada: Caller, source: Any, house: House) -> None:
    answers = at_once(6, lambda _: ada("POST", f"/sources/{source['id']}/harvest"))

    (run,) = [each.json for each in answers if each.status == 202]
    assert [each.status for each in answers].count(409) == 5
    assert all(run["id"] in each.json["detail"] for each in answers if each.status == 409)
    assert [each["id"] for each in ada.get(f"/sources/{source['id']}/runs")["items"]] == [run["id"]]
    assert ada("POST", f"/tasks/{source['task_id']}/start").status == 409
    house.carry_out()
    assert ada.get(f"/sources/{source['id']}")["last_run"]["state"] == "succeeded"


def test_a_skipped_run_does_not_let_a_second_harvest_in(ada: Caller, source: Any, house: House) -> None:
    ada("PATCH", f"/sources/{source['id']}", {"schedule": {"overlap": "skip", "misfire": "once"}})
    first = ada.post(f"/sources/{source['id']}/harvest")
    meet_what_is_due(house)

    states = [each["state"] for each in ada.get(f"/sources/{source['id']}/runs")["items"]]
    again = ada("POST", f"/sources/{source['id']}/harvest")

    assert states == ["skipped", "queued"]
    assert (again.status, first["id"] in again.json["detail"]) == (409, True)


def test_cancelling_stops_what_waits_behind_as_well(ada: Caller, source: Any, house: House) -> None:
    ada("PATCH", f"/sources/{source['id']}", {"schedule": {"misfire": "once"}})
    ada.post(f"/sources/{source['id']}/harvest")
    meet_what_is_due(house)

    stopped = ada.post(f"/sources/{source['id']}/cancel")

    assert stopped["state"] == "cancelled"
    assert [each["state"] for each in ada.get(f"/sources/{source['id']}/runs")["items"]] == ["cancelled"] * 2
    assert ada.post(f"/sources/{source['id']}/cancel") is None


def test_a_change_of_nothing_changes_nothing(ada: Caller, source: Any) -> None:
    answer = ada("PATCH", f"/sources/{source['id']}", {})

    assert without(answer.json, "changed_at") == without(source, "changed_at")


def test_what_is_left_out_of_a_change_stays(ada: Caller, source: Any) -> None:
    change = {
        "policies": {"guard_share": 0.5, "guard_count": 7},
        "schedule": {"enabled": False},
        "settings": {"depth": 1},
        "visibility": "public",
    }

    changed = ada("PATCH", f"/sources/{source['id']}", change).json

    assert changed["policies"] == {**source["policies"], "guard_share": 0.5, "guard_count": 7}
    assert without(changed["schedule"], "next_due") == {**without(source["schedule"], "next_due"), "enabled": False}
    assert changed["schedule"]["next_due"] is None
    assert (changed["visibility"], changed["has_credential"], changed["health"]) == ("public", True, "paused")
    assert changed["settings"]["depth"] == 1
    names = ("name", "kind", "url", "queue", "priority", "task_id", "owner_id", "created_at")
    assert [changed[name] for name in names] == [source[name] for name in names]


def test_null_takes_away_what_can_be_and_nothing_else(ada: Caller, source: Any) -> None:
    path = f"/sources/{source['id']}"
    taken = {"credential": None, "schedule": None, "policies": {"guard_count": None}}

    refused = ada("PATCH", path, {"name": None, "policies": {"grace_seconds": None}, "queue": None})
    changed = ada("PATCH", path, taken)

    told = "must not be null; leave it out instead"
    assert refused.problems == {"name": told, "policies.grace_seconds": told, "queue": told}
    assert (changed.status, changed.json["has_credential"], changed.json["schedule"]) == (200, False, None)
    assert list(ada("PATCH", path, {"schedule": {"enabled": True}}).problems) == ["schedule.trigger"]


def test_another_origin_needs_the_credential_anew(ada: Caller, source: Any) -> None:
    elsewhere = ada("PATCH", f"/sources/{source['id']}", {"url": "http://127.0.0.1:9/waf/"}).json
    with_credential = {"url": "http://127.0.0.1:10/waf/", "credential": {"kind": "bearer", "secret": "x"}}

    assert elsewhere["has_credential"] is False
    assert ada("PATCH", f"/sources/{source['id']}", with_credential).json["has_credential"] is True


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"queue": "no queue"}, "queue"),
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://user:secret@x/"}, "url"),
        ({"kind": "nothing"}, "kind"),
        ({"settings": {"depth": "deep"}}, "settings.depth"),
        ({"credential": {"kind": "header", "name": "X Y", "secret": "s"}}, "credential.name"),
        ({"credential": {"kind": "bearer", "secret": "a\nb"}}, "credential.secret"),
        ({"credential": {"kind": "basic", "name": "a:b", "secret": "s"}}, "credential.name"),
        (
            {
                "schedule": {
                    "trigger": {"every_seconds": 60, "anchor": "9999-12-31T23:59:59Z"},
                    "start": "9999-12-31T23:59:59.5Z",
                }
            },
            "schedule.start",
        ),
        ({"policies": {"guard_share": 2}}, "policies.guard_share"),
    ],
)
def test_a_change_that_is_wrong_in_one_place_is_not_made_in_another(
    ada: Caller, source: Any, change: dict[str, Any], field: str
) -> None:
    answer = ada("PATCH", f"/sources/{source['id']}", {"name": "Half done", "priority": 9, **change})

    assert (answer.status, list(answer.problems)) == (422, [field])
    assert "secret" not in answer.json["errors"][0]["problem"]
    assert ada.get(f"/sources/{source['id']}") == source


def test_another_kind_begins_with_its_own_settings(ada: Caller, source: Any) -> None:
    changed = ada("PATCH", f"/sources/{source['id']}", {"kind": "csw"}).json

    assert (changed["kind"], set(changed["settings"]) & set(source["settings"])) == ("csw", set())


def test_no_change_made_at_once_is_lost_in_silence(ada: Caller, source: Any) -> None:
    path = f"/sources/{source['id']}"
    fields = [("priority", 5), ("queue", "other"), ("visibility", "public"), ("name", f"New {new_id()}")]

    answers = at_once(4, lambda number: ada("PATCH", path, dict([fields[number]])))

    changed = ada.get(path)
    assert {each.status for each in answers} <= {200, 409}
    for (name, value), answer in zip(fields, answers, strict=True):
        assert changed[name] == (value if answer.status == 200 else source[name])


def test_a_run_goes_on_as_it_began_while_its_source_is_changed(ada: Caller, source: Any, house: House) -> None:
    run = ada.post(f"/sources/{source['id']}/harvest")

    changed = ada("PATCH", f"/sources/{source['id']}", {"priority": 50, "name": f"Renamed {new_id()}"})
    deleted = ada("DELETE", f"/sources/{source['id']}")
    house.carry_out()

    assert (changed.status, deleted.status) == (200, 409)
    assert ada.get(f"/runs/{run['id']}")["state"] == "succeeded"
    assert ada("DELETE", f"/runs/{run['id']}").status == 204
    assert ada("GET", f"/runs/{run['id']}").status == 404


def test_a_moment_that_is_due_is_not_lost_by_a_change_of_name(ada: Caller, source: Any, house: House) -> None:
    tasks = house.assembly.store.tasks
    due = house.assembly.clock() - timedelta(seconds=10)
    task = tasks.get(source["task_id"], tenant_id=None)
    assert task.schedule is not None
    tasks.save(replace(task, schedule=replace(task.schedule, trigger=Interval(timedelta(hours=1), due), next_due=due)))

    ada("PATCH", f"/sources/{source['id']}", {"name": f"Renamed {new_id()}"})

    kept = tasks.get(source["task_id"], tenant_id=None).schedule
    assert kept is not None
    assert kept.next_due == due


def test_a_later_start_waits_and_can_be_cancelled(ada: Caller) -> None:
    task = ada.post("/tasks", {"name": "Later", "kind": "stepping"})
    run = ada.post(f"/tasks/{task['id']}/start", {"at": "2100-01-01T00:00:00Z"})

    assert (run["state"], run["ready_at"]) == ("scheduled", "2100-01-01T00:00:00Z")
    assert ada("DELETE", f"/runs/{run['id']}").status == 409
    assert ada("DELETE", f"/tasks/{task['id']}").status == 409
    assert ada.post(f"/runs/{run['id']}/cancel")["state"] == "cancelled"
    assert ada.post(f"/runs/{run['id']}/cancel")["state"] == "cancelled"
    assert ada("DELETE", f"/tasks/{task['id']}").status == 204


def test_a_source_is_asked_about_once_however_many_there_are(ada: Caller, house: House, remote: Remote) -> None:
    fill_folder(remote, 1)
    made = [ada.post("/sources", folder(f"Many {number} {new_id()}", remote)) for number in range(3)]
    runs = [harvest(house, ada, each["id"]) for each in made]

    last = {each["id"]: (each["last_run"] or {}).get("id") for each in ada.get("/sources", limit=1000)["items"]}

    assert [last[each["id"]] for each in made] == [run["id"] for run in runs]


@pytest.mark.parametrize(
    ("trigger", "field", "problem"),
    [
        (
            {"type": "cron", "expression": "0 0 * * MON#2"},
            "schedule.trigger.expression",
            "position 12: '#' does not belong here; # is for days, and in the dialect quartz",
        ),
        (
            {"type": "cron", "expression": "@daily", "zone": "Mars"},
            "schedule.trigger.zone",
            "'Mars' is no IANA time zone such as Europe/Berlin or UTC",
        ),
        ({"type": "solar", "event": "sunset", "latitude": 1}, "schedule.trigger.longitude", "is missing"),
        ({"type": "clocked", "every_seconds": 60}, "schedule.trigger.every_seconds", None),
    ],
)
def test_a_preview_names_what_is_wrong_with_a_trigger(
    ada: Caller, trigger: Any, field: str, problem: str | None
) -> None:
    answer = ada("POST", "/schedules/preview", {"schedule": {"trigger": trigger}})

    assert answer.status == 422
    assert answer.problems == {field: problem or "goes with interval and elapsed, not with clocked"}


def test_a_preview_shows_the_next_moments_as_the_wall_clock_does(ada: Caller) -> None:
    trigger = {"type": "cron", "expression": "30 2 * * *", "zone": "America/New_York"}

    found = ada.post(
        "/schedules/preview", {"schedule": {"trigger": trigger}, "count": 2, "after": "2027-03-14T00:00:00Z"}
    )

    at_once = {"waits_until": None, "waits_for": ""}
    assert found == {
        "description": "at 02:30 every day, by the clock of America/New_York",
        "canonical": "30 2 * * *",
        "zone": "America/New_York",
        "moments": [
            {"due": "2027-03-14T07:00:00Z", "local": "2027-03-14T03:00:00-04:00", **at_once},
            {"due": "2027-03-15T06:30:00Z", "local": "2027-03-15T02:30:00-04:00", **at_once},
        ],
    }
