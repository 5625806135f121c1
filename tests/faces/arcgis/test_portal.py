"""The portal: users, items as content, and the limits of scheduled tasks."""

import json
from typing import Any

import pytest
import urllib3

from tests.faces.arcgis.conftest import NOTEBOOK, Portal
from tests.faces.arcgis.portal_client import PortalClient, PortalError, Task, TaskManager
from windrow.faces.arcgis.spelling import from_hex


def brought(client: PortalClient, path: str, **fields: Any) -> Any:
    """The answer to a form with a file."""
    header = {"X-Esri-Authorization": f"Bearer {client.token}"}
    body, content_type = urllib3.encode_multipart_formdata({"f": "json", **fields})
    url = f"{client.rest}/content/users/{path}"
    return client.pool.request("POST", url, body=body, headers={**header, "Content-Type": content_type}).json()


def test_a_notebook_is_brought_scheduled_read_changed_and_deleted(portal: Portal) -> None:
    client = portal.client()

    added = brought(client, "alice/addItem", title="Waves", type="Notebook", file=("waves.ipynb", NOTEBOOK))
    item = added["id"]
    task = portal.tasks.create("0 6 ? * *", "ExecuteNotebook", itemId=item)

    assert (added["success"], task.properties["itemId"]) == (True, item)
    assert client.ask("GET", f"{client.rest}/content/users/alice/items/{item}/status")["status"] == "completed"
    shown = client.ask("POST", f"{client.rest}/content/items/{item}")
    assert (shown["title"], shown["type"], shown["owner"], shown["size"]) == (
        "Waves",
        "Notebook",
        "alice",
        len(NOTEBOOK),
    )
    assert client.send("GET", f"{client.rest}/content/items/{item}/data").text == NOTEBOOK.decode()
    other = json.dumps(json.loads(NOTEBOOK) | {"metadata": {"said": "Invalid token"}})
    client.ask("POST", f"{client.rest}/content/users/alice/items/{item}/update", {"title": "Tides", "text": other})
    data = client.ask("GET", f"{client.rest}/content/items/{item}/data")
    assert (data["metadata"]["said"], client.without_token) == ("Invalid token", set())
    assert client.ask("GET", f"{client.rest}/content/items/{item}")["title"] == "Tides"
    assert client.ask("POST", f"{client.rest}/content/users/alice/items/{item}/delete") == {
        "success": True,
        "itemId": item,
    }
    with pytest.raises(PortalError, match="does not exist or is inaccessible"):
        client.ask("GET", f"{client.rest}/content/items/{item}")


def test_items_are_found_by_words_type_and_owner(portal: Portal) -> None:
    client = portal.client()
    for title in ("Currents of the north", "Currents of the south"):
        brought(client, "alice/addItem", title=title, text=NOTEBOOK.decode(), type="Notebook")

    found = client.ask("GET", f"{client.rest}/search", {"q": 'currents AND type:"Notebook" AND owner:alice', "num": 1})
    rest = client.ask("GET", f"{client.rest}/search", {"q": "currents", "num": 10, "start": found["nextStart"]})
    none = client.ask("GET", f"{client.rest}/search", {"q": "currents AND owner:bob"})

    assert (found["total"], found["num"], found["nextStart"], none["total"]) == (2, 1, 2, 0)
    titles = [each["title"] for each in (*found["results"], *rest["results"])]
    assert titles == ["Currents of the south", "Currents of the north"]
    own = client.ask("GET", f"{client.rest}/content/users/alice", {"num": 2})
    assert [each["title"] for each in own["items"]] == titles
    assert (own["username"], own["currentFolder"], own["folders"], own["nextStart"]) == ("alice", None, [], 3)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "Nothing", "type": "Notebook"}, "file"),
        ({"title": "A map", "type": "Web Map", "text": "{}"}, "type"),
        ({"title": "No notebook", "type": "Notebook", "text": "{}"}, "content"),
        ({"title": "No type", "text": "{}"}, "title"),
    ],
)
def test_what_cannot_be_an_item_is_refused_by_its_field(portal: Portal, fields: dict[str, str], field: str) -> None:
    client = portal.client()

    with pytest.raises(PortalError, match=f"'{field}' is invalid"):
        client.ask("POST", f"{client.rest}/content/users/alice/addItem", fields)


def test_items_of_other_teams_do_not_exist(portal: Portal) -> None:
    portal.house.user("stranger")
    stranger = portal.client_of("stranger")

    for path in (f"content/items/{portal.item}", f"content/items/{portal.item}/data", "community/users/alice"):
        with pytest.raises(PortalError, match="Error Code: 404"):
            stranger.ask("GET", f"{stranger.rest}/{path}")
    with pytest.raises(PortalError, match="'itemId' is invalid"):
        TaskManager(stranger, "stranger").create("0 4 ? * *", "ExecuteNotebook", itemId=portal.item)


def test_limits_are_read_and_set_by_administrators_alone(portal: Portal) -> None:
    admin, alice = portal.client_of("admin"), portal.client()
    url = f"{admin.base}/portal/portaladmin/system/limits"

    usual = admin.ask("GET", url)
    answer = admin.ask(
        "POST", f"{url}/update", {"properties": _limits(GPServiceOrgLimit=7), "category": "ScheduleTask"}
    )

    assert (usual["ExecuteNotebooksUserLimit"], usual["FailedRunsToDisableTask"]) == (20, 5)
    assert answer == {"status": "success"}
    now = admin.ask("POST", url)
    assert now == admin.ask("GET", url)
    assert now["GPServiceOrgLimit"] == 7
    assert {"limitName": "GPServiceOrgLimit", "numLimit": 7, "category": "ScheduleTask"} in now["limits"]
    for method, path in (("GET", url), ("POST", f"{url}/update")):
        with pytest.raises(PortalError, match="Error Code: 403"):
            alice.ask(method, path, {"properties": "[]"})
    admin.ask("POST", f"{url}/update", {"properties": _limits(GPServiceOrgLimit=200)})


@pytest.mark.parametrize(
    "properties",
    [
        "",
        "{",
        "{}",
        "[1]",
        '[{"limitName": "Nope", "numLimit": 1}]',
        '[{"limitName": "TaskRunHistoryCount", "numLimit": 0}]',
    ],
)
def test_limits_that_are_none_are_refused(portal: Portal, properties: str) -> None:
    admin = portal.client_of("admin")

    with pytest.raises(PortalError, match="'properties' is invalid"):
        admin.ask("POST", f"{admin.base}/portal/portaladmin/system/limits/update", {"properties": properties})


def test_a_user_has_no_more_active_tasks_than_the_limit(portal: Portal) -> None:
    admin = portal.client_of("admin")
    limits = f"{admin.base}/portal/portaladmin/system/limits/update"
    portal.house.user("busy")
    busy = portal.client_of("busy")
    tasks, item = TaskManager(busy, "busy"), portal.upload("busy")
    admin.ask("POST", limits, {"properties": _limits(ExecuteNotebooksUserLimit=2)})

    made = [tasks.create(f"0 {hour} ? * *", "ExecuteNotebook", itemId=item) for hour in (1, 2)]

    with pytest.raises(PortalError, match="ExecuteNotebooksUserLimit is reached"):
        tasks.create("0 3 ? * *", "ExecuteNotebook", itemId=item)
    assert busy.ask("GET", tasks.url, {"num": 1, "start": 1})["activeTasksAvailable"] == 0
    made[0].stop()
    third = tasks.create("0 3 ? * *", "ExecuteNotebook", itemId=item)
    with pytest.raises(PortalError, match="ExecuteNotebooksUserLimit is reached"):
        made[0].start()
    with pytest.raises(PortalError, match="ExecuteNotebooksUserLimit is reached"):
        made[0].enable(True)
    assert third.update(title="an active one may still be changed") is True
    third.delete()
    assert made[0].enable(True) is True
    admin.ask("POST", limits, {"properties": _limits(ExecuteNotebooksUserLimit=20)})


def test_a_new_task_pauses_after_as_many_failures_as_the_limit_says(portal: Portal) -> None:
    admin = portal.client_of("admin")
    limits = f"{admin.base}/portal/portaladmin/system/limits/update"
    admin.ask("POST", limits, {"properties": _limits(FailedRunsToDisableTask=2)})
    task = portal.tasks.create("9 6 ? * *", "ExecuteReport")
    admin.ask("POST", limits, {"properties": _limits(FailedRunsToDisableTask=5)})

    assert pause_after(portal, task) == 2
    task.update()
    assert pause_after(portal, task) == 5


def pause_after(portal: Portal, task: Task) -> int:
    kept = portal.house.assembly.store.tasks.get(from_hex(task.url.rpartition("/")[2]), tenant_id=None)
    assert kept.schedule is not None
    return kept.schedule.pause_after


def _limits(**numbers: int) -> str:
    return json.dumps([{"limitName": name, "numLimit": number} for name, number in numbers.items()])
