"""Scheduled tasks from a client's point of view: what it takes for granted, and what it gets wrong."""

from datetime import timedelta
from typing import cast

import pytest

from tests.faces.arcgis.conftest import Portal
from tests.faces.arcgis.portal_client import PortalError, Task
from windrow.core.runs import TaskDraft
from windrow.core.scheduling import Scheduling
from windrow.faces.arcgis.spelling import from_hex, to_hex
from windrow.model.accounts import Role
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval
from windrow.ports.work import WorkKind
from windrow.storage.moments import EPOCH

SCENE = {"service_url": "https://gis.example.org/scene", "layer": "{}", "update_mode": "PARTIAL_UPDATE_NODES"}


def ours(task: Task) -> str:
    return from_hex(task.url.rpartition("/")[2])


def test_nothing_that_an_update_leaves_out_is_reset(portal: Portal) -> None:
    task = portal.tasks.create(
        "0 4 ? * 7",
        "ExecuteNotebook",
        itemId=portal.item,
        title="weekly",
        startDate=1_900_000_000_000,
        endDate=1_910_000_000_000,
        parameters={"county": "Kent"},
    )
    before = task.properties

    portal.client().ask("POST", f"{task.url}/update", {"hour": "5"})
    after = task.properties

    assert after["cronSchedule"] == before["cronSchedule"] | {"hour": "5"}
    assert {name for name in before if before[name] != after[name]} <= {"cronSchedule", "updated", "nextStart"}


def test_stop_and_start_reset_the_maximum_as_clients_know_it(portal: Portal) -> None:
    task = portal.tasks.create("0 4 ? * *", "ExecuteReport", maxOccurrences=-1)
    assert task.properties["maxOccurrences"] == -1

    task.stop()
    stopped = task.properties
    task.start()

    assert (stopped["active"], stopped["taskState"], stopped["maxOccurrences"]) == (False, "paused", 10)
    assert (task.properties["taskState"], task.properties["maxOccurrences"]) == ("active", 10)
    task.update(occurrences=None, title="kept")
    assert task.properties["maxOccurrences"] == 10


def test_a_reached_maximum_counts_anew_when_the_task_is_started_again(portal: Portal) -> None:
    task = portal.tasks.create("* * ? * *", "ExecuteReport", maxOccurrences=1)
    store = portal.house.assembly.store
    schedule = store.tasks.get(ours(task), tenant_id=None).schedule
    assert schedule is not None
    due = schedule.next_due
    assert due is not None
    Scheduling(store.tasks, lambda: due).tick()
    assert task.properties["taskState"] == "completed"

    task.update(isActive="true", occurrences=None)

    assert (task.properties["taskState"], task.properties["maxOccurrences"]) == ("active", 1)


def test_a_notebooks_parameters_may_be_a_text(portal: Portal) -> None:
    sent = '{"notebookParameters": "{\\"year\\": 2026}", "updatePortalItem": false}'
    answer = portal.client().ask(
        "POST",
        f"{portal.tasks.url}/createTask",
        {"type": "ExecuteNotebook", "itemId": portal.item, "minute": "0", "parameters": sent},
    )
    task = Task(portal.client(), f"{portal.tasks.url}/{answer['taskId']}")

    kept = portal.house.assembly.store.tasks.get(ours(task), tenant_id=None)
    assert kept.parameters["parameters"] == {"year": 2026}
    assert kept.parameters["update_item"] is False
    assert task.properties["parameters"] == {"notebookParameters": '{"year": 2026}', "updatePortalItem": False}


def test_delegated_types_go_to_the_portal_that_can_do_them(portal: Portal) -> None:
    theirs = "0123456789abcdef0123456789abcdef"
    task = portal.tasks.create("0 4 ? * *", "ExecuteSceneCook", itemId=theirs, parameters=SCENE)

    kept = portal.house.assembly.store.tasks.get(ours(task), tenant_id=None)

    expected = {"type": "ExecuteSceneCook", "item": theirs, "parameters": SCENE}
    assert (kept.kind, kept.parameters) == ("arcgis_portal", expected)
    assert task.properties["parameters"] == SCENE


def test_tasks_made_elsewhere_are_shown_too(portal: Portal) -> None:
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    draft = TaskDraft(
        "Tides",
        "notebook",
        {"item": from_hex(portal.item), "parameters": {"station": 7}},
        schedule=Schedule(Interval(every=timedelta(minutes=30), anchor=EPOCH)),
    )
    made = windrow.tasks.create(alice, draft)
    task = Task(portal.client(), f"{portal.tasks.url}/{to_hex(made.id)}")

    shown = task.properties
    by_item = [each.url for each in portal.tasks.search(itemId=portal.item, types="ExecuteNotebook")]

    assert (shown["type"], shown["title"], shown["itemId"]) == ("ExecuteNotebook", "Tides", portal.item)
    assert shown["cronSchedule"]["minute"] == "*/30"
    assert shown["parameters"]["notebookParameters"] == {"station": 7}
    assert task.url in by_item
    assert task.url in [each.url for each in portal.tasks.search()]
    task.stop()
    task.start()
    kept = windrow.tasks.get(alice, made.id).schedule
    assert kept is not None
    assert isinstance(kept.trigger, Interval), "what a client sends back unchanged stays"


def test_what_is_changed_elsewhere_is_shown_here(portal: Portal) -> None:
    task = portal.tasks.create("0 4 ? * *", "ExecuteNotebook", itemId=portal.item, title="old", parameters={"a": 1})
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    kept = windrow.tasks.get(alice, ours(task))

    windrow.tasks.change(
        alice,
        kept.id,
        TaskDraft("new", kept.kind, {**kept.parameters, "parameters": {"b": 2}}, schedule=kept.schedule),
    )

    shown = task.properties
    assert (shown["title"], shown["parameters"]["notebookParameters"]) == ("new", {"b": 2})


def test_both_spellings_of_an_identifier_are_known(portal: Portal) -> None:
    task = portal.tasks.create("0 5 ? * *", "ExecuteReport")

    dashed = Task(portal.client(), f"{portal.tasks.url}/{ours(task)}")

    assert dashed.properties == task.properties


def test_the_same_request_six_times_makes_one_task(portal: Portal) -> None:
    form = {"type": "ExecuteReport", "title": "six times", "minute": "7", "hour": "*"}
    url = f"{portal.tasks.url}/createTask"

    made = {portal.client().ask("POST", url, form)["taskId"] for _ in range(6)}
    Task(portal.client(), f"{portal.tasks.url}/{next(iter(made))}").update(title="something else now")
    again = portal.client().ask("POST", url, form)["taskId"]

    assert len(made) == 1
    assert again not in made, "what was changed since is not what is asked for"


def test_a_list_longer_than_an_answer_is_read_whole_in_spite_of_the_clients_mistake(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(5):
        portal.tasks.create(f"3 {hour} ? * *", "ExecuteWorkflowManager", itemId="workflow")
    monkeypatch.setattr("windrow.faces.arcgis.routes.tasks.LARGEST_ANSWER", 2)

    found = portal.tasks.search(types="ExecuteWorkflowManager")

    assert len({each.url for each in found}) == len(found) == 5
    assert portal.tasks.count() >= 5


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"type": "Nope", "minute": "0"}, "type"),
        ({"minute": "0"}, "type"),
        ({"type": "ExecuteReport"}, "minute"),
        ({"type": "ExecuteReport", "minute": "@reboot"}, "minute"),
        ({"type": "ExecuteReport", "minute": "0", "hour": ""}, "hour"),
        ({"type": "ExecuteReport", "minute": "0", "hour": "24"}, "hour"),
        ({"type": "ExecuteReport", "minute": "0", "hour": "0", "dayOfMonth": "31", "month": "2"}, "dayOfMonth"),
        ({"type": "ExecuteReport", "minute": "0", "month": "13"}, "month"),
        ({"type": "ExecuteReport", "minute": "0", "dayOfWeek": "8"}, "dayOfWeek"),
        ({"type": "ExecuteReport", "minute": "0", "maxOccurrences": "0"}, "maxOccurrences"),
        ({"type": "ExecuteReport", "minute": "0", "maxOccurrences": "many"}, "maxOccurrences"),
        ({"type": "ExecuteReport", "minute": "0", "startDate": "tomorrow"}, "startDate"),
        ({"type": "ExecuteReport", "minute": "0", "startDate": "9" * 30}, "startDate"),
        ({"type": "ExecuteReport", "minute": "0", "startDate": "1900000000000", "endDate": "1800000000000"}, "endDate"),
        ({"type": "ExecuteReport", "minute": "0", "parameters": "{"}, "parameters"),
        ({"type": "ExecuteReport", "minute": "0", "parameters": "[]"}, "parameters"),
        ({"type": "ExecuteReport", "minute": "0", "isActive": "perhaps"}, "isActive"),
        ({"type": "ExecuteReport", "minute": "0", "title": "x" * 300}, "title"),
        ({"type": "GPService", "minute": "0"}, "taskURL"),
        ({"type": "GPService", "minute": "0", "taskURL": "ftp://gp.example.org"}, "taskURL"),
        ({"type": "GPService", "minute": "0", "taskURL": "https://me:secret@gp.example.org/GPServer/Tool"}, "taskURL"),
        ({"type": "ExecuteNotebook", "minute": "0"}, "itemId"),
        ({"type": "ExecuteNotebook", "minute": "0", "itemId": "0123456789abcdef0123456789abcdef"}, "itemId"),
        ({"type": "ExecuteNotebook", "minute": "0", "itemId": "x" * 300}, "itemId"),
        ({"type": "ExecuteReport", "minute": "0", "itemId": "a\0b"}, "itemId"),
        ({"type": "ExecuteReport", "minute": "0", "title": "a\0b"}, "title"),
        ({"type": "ExecuteReport", "minute": "0", "maxOccurrences": "1_0"}, "maxOccurrences"),
    ],
)
def test_an_error_names_the_field(portal: Portal, form: dict[str, str], field: str) -> None:
    answer = portal.client().send("POST", f"{portal.tasks.url}/createTask", {"f": "json", **form})

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (200, 400, "Invalid or missing input parameters.")
    assert error["details"][0].startswith(f"'{field}' is invalid")


def test_a_type_whose_kind_of_work_is_not_installed_says_so(portal: Portal) -> None:
    work = cast(dict[str, WorkKind], portal.house.assembly.kinds.work)
    missing = work.pop("pipeline")
    try:
        with pytest.raises(PortalError, match="'type' is invalid: there is no kind of work 'pipeline'"):
            portal.tasks.create("0 4 ? * *", "RunDataPipeline", itemId="steps")
    finally:
        work["pipeline"] = missing


def test_tasks_of_other_teams_do_not_exist(portal: Portal) -> None:
    task = portal.tasks.create("0 4 ? * *", "ExecuteReport")
    portal.house.user("bob")
    bob = portal.client_of("bob")

    for path in ("", "/update", "/delete", "/runs", "/enable"):
        method = "GET" if path in ("", "/runs") else "POST"
        answer = bob.send(method, task.url + path, {"f": "json"})
        assert (answer.status, answer.json["error"]["code"]) == (200, 404)
    everybodys = bob.send("GET", f"{bob.rest}/portals/self/allScheduledTasks", {"f": "json"})
    assert everybodys.json["error"]["code"] == 403


def test_somebody_who_only_looks_cannot_make_or_change_any(portal: Portal) -> None:
    windrow, admin = portal.house.assembly.windrow, portal.house.principal("admin")
    windrow.accounts.create_user(admin, "onlooker", role=Role.VIEWER, password="correct horse battery", tenant="alice")
    looker = portal.client_of("onlooker")
    task = portal.tasks.create("1 4 ? * *", "ExecuteReport")

    seen = looker.send("GET", task.url, {"f": "json"}).json
    form = {"f": "json", "type": "ExecuteReport", "minute": "0"}
    own = f"{looker.rest}/community/users/onlooker/tasks/createTask"
    codes = [
        looker.send("POST", url, form).json["error"]["code"]
        for url in (own, f"{task.url}/update", f"{task.url}/delete")
    ]

    assert seen["userId"] == "alice"
    assert codes == [403, 403, 403]


def test_admins_see_everybodys_tasks(portal: Portal) -> None:
    portal.tasks.create("2 4 ? * *", "ExecuteReport")
    admin = portal.client_of("admin")
    url = f"{admin.rest}/portals/self/allScheduledTasks"

    of_alice = admin.ask("GET", url, {"start": 1, "num": 100, "userFilter": "alice"})
    of_all = admin.ask("GET", url, {"start": 1, "num": 100, "types": "ExecuteReport", "active": "true"})

    assert {each["userId"] for each in of_alice["tasks"]} == {"alice"}
    assert of_alice["nextStart"] == -1
    assert {each["type"] for each in of_all["tasks"]} == {"ExecuteReport"}
