"""What was observed of the original, asked of ours."""

import threading
from typing import Any

import pytest

from tests.faces.jaseci.conftest import GATE, Service, Working, plain, signed_in
from tests.harvests.farm import wait_for
from tests.web.serving import PASSWORD, Caller, House
from windrow.faces.jaseci import walking
from windrow.model.accounts import Right, Role
from windrow.model.identity import new_id
from windrow.model.workers import Worker, WorkerRole

TIMED_OUT = "Internal Exception: The operation timed out."


def test_signing_in(house: House, service: Service) -> None:
    anybody = house.anybody()
    wrong = anybody("POST", "//user/token/", {"email": "ada@example.org", "password": "wrong"})

    assert (wrong.status, wrong.json) == (
        400,
        {"non_field_errors": ["Unable to authenticate with provided credentials"]},
    )
    assert anybody("POST", "//user/token/", {"email": "ada@example.org"}).json == {
        "password": ["This field is required."]
    }
    right = anybody("POST", "//user/token/", {"email": "ada@example.org", "password": PASSWORD})
    assert right.status == 200
    assert sorted(right.json) == ["expiry", "token"]


def test_who_has_no_token_or_a_bad_one(house: House) -> None:
    none = house.anybody()("GET", "//js/walker_queue_check")
    bad = Caller(house.base, {"Authorization": "token zzz"})("GET", "//js/walker_queue_check")

    assert (none.status, none.json) == (401, {"detail": "Authentication credentials were not provided."})
    assert (bad.status, bad.json) == (401, {"detail": "Invalid token."})


def test_an_api_token_does_as_well(house: House, service: Service) -> None:
    secret = house.assembly.windrow.accounts.create_token(house.principal("ada@example.org"), "mine").secret

    for scheme in ("token", "Bearer"):
        answer = Caller(house.base, {"Authorization": f"{scheme} {secret}"})("GET", "//js/walker_queue_check")
        assert answer.status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["js/", "js/nothing", "js/walker_run/", "js_public/a/b/c", "js_admin/nothing"])
def test_a_path_that_there_is_not_is_told_in_json(house: House, method: str, path: str) -> None:
    answer = house.anybody()(method, f"//{path}")

    assert (answer.status, answer.json) == (404, {"detail": "Not found."})
    assert answer.headers["content-type"] == "application/json"


def test_methods(service: Service) -> None:
    check = service.post("js/walker_queue_check")

    assert (check.status, check.json) == (405, {"detail": 'Method "POST" not allowed.'})
    assert service.post("js_admin/walker_queue_check").status == 403
    for path in ("js/walker_run", "js/walker_execute", "js/wapi/hello", "js/walker_list", "js_public/walker_summon"):
        got = service.get(path, name="hello", is_async="true")
        assert (got.status, got.json) == (405, {"detail": 'Method "GET" not allowed.'})
    assert service.get("js_admin/walker_run").status == 403, "who may not is told that first"


def test_a_queue_without_workers_and_with_one_that_is_idle(service: Service, working: Working) -> None:
    assert service.get("js/walker_queue_check").json == {"scheduled": None, "active": None, "reserved": None}
    with working():
        idle = service.get("js/walker_queue_check").json

    assert idle == {"scheduled": {"celery@vm": []}, "active": {"celery@vm": []}, "reserved": {"celery@vm": []}}


def test_a_walker_that_is_waited_for(service: Service, working: Working) -> None:
    with working():
        answer = service.post("js/walker_run", {"name": "hello", "ctx": {"name": "bob"}})

    assert answer.status == 200
    assert plain(answer.json) == {"success": True, "report": ["hello bob"], "yielded": False}
    assert "final_node" in answer.json


def test_a_queued_walker_from_its_start_to_its_answer(service: Service, working: Working) -> None:
    with working():
        queued = service.run("slow")
        assert (queued["is_queued"], sorted(queued)) == (True, ["is_queued", "result"])
        task_id = queued["result"]
        waiting: list[Any] = []
        waiter = threading.Thread(target=lambda: waiting.append(service.wait(task_id)))
        waiter.start()
        wait_for(lambda: service.check(task_id)["status"] != "PENDING")
        assert service.check(task_id) == {"status": "STARTED", "state": "STARTED"}
        (item,) = service.get("js/walker_queue_check").json["active"]["celery@vm"]
        GATE.set()
        waiter.join()
        checked = service.check(task_id)

    assert (item["id"], item["name"], item["args"]) == (task_id, "jaseci.extens.svc.tasks.Queue", [])
    assert item["type"] == item["name"]
    assert (item["acknowledged"], item["hostname"], item["worker_pid"]) == (True, "celery@vm", 1)
    assert sorted(item["delivery_info"]) == ["exchange", "priority", "redelivered", "routing_key"]
    assert waiting == [checked]
    assert checked["status"] == checked["state"] == "SUCCESS"
    assert checked["result"]["anchor"] is None
    assert plain(checked["result"]["response"]) == {"success": True, "report": ["at last"], "yielded": False}


def test_unknown_tasks(service: Service) -> None:
    assert service.check("not-a-real-id") == {"status": "PENDING", "state": "PENDING"}
    waited = service.wait("nope")
    assert waited["success"] is False
    assert waited["errors"] == [waited["response"]]


def test_waiting_for_what_does_not_end(service: Service, working: Working) -> None:
    with working():
        task_id = service.run("slow")["result"]
        waited = service.wait(task_id, timeout="0.1")
        odd = service.wait(task_id, timeout="soon")

    assert waited == {"response": TIMED_OUT, "success": False, "errors": [TIMED_OUT], "stack_trace": []}
    assert "timeout" in odd["response"]


def test_waiting_for_nothing(service: Service) -> None:
    missing = service.get("js/walker_queue_wait")

    assert (missing.status, missing.json["success"]) == (200, False)
    assert service.token not in missing.body.decode(), "nobody's credentials are echoed"
    assert service.get("js/walker_queue_wait", task_id="").json == "Task id is required!"


def test_a_walker_that_fails_is_a_task_that_succeeds(service: Service, working: Working) -> None:
    with working():
        found = service.wait(service.run("divide")["result"])

    assert found["status"] == "SUCCESS"
    response = found["result"]["response"]
    assert (response["success"], response["report"]) == (False, [1])
    assert "ZeroDivisionError: division by zero" in response["stack_trace"][-1]


def test_an_unknown_walker_is_not_queued(service: Service) -> None:
    for is_async in (True, False):
        answer = service.run("nosuch", is_async=is_async)
        assert answer == {"report": [], "success": False, "errors": ["Walker nosuch not found!"]}


def test_a_status_of_its_own(service: Service, working: Working) -> None:
    with working():
        now = service.post("js/walker_run", {"name": "created"})
        later = service.wait(service.run("created")["result"])

    assert (now.status, now.json["report"]) == (201, [{"a": 1}])
    assert later["result"]["response"]["status_code"] == 201


def test_an_answer_of_its_own(service: Service, working: Working) -> None:
    with working():
        now = service.post("js/walker_run", {"name": "custom"})
        later = service.wait(service.run("custom")["result"])

    assert now.json == {"b": 2}
    assert later["result"]["response"]["report_custom"] == {"b": 2}


def test_without_a_worker_it_is_done_at_once(service: Service) -> None:
    found = service.run("hello")

    assert found["is_queued"] is False
    assert plain(found["result"]) == {"success": True, "report": ["hello world"], "yielded": False}


def test_the_last_worker_may_go_while_a_caller_waits_for_it(
    house: House, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "LOOK_AGAIN", 0.05)
    workers, now = house.assembly.store.workers, house.assembly.clock()
    idle = Worker(new_id(), WorkerRole.WORKER, "vm", 1, "embedded", ("default",), 4, now, now)
    workers.beat(idle)
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(service.run("hello", is_async=False)))
    caller.start()
    wait_for(lambda: service.get("js/walker_queue_check").json["reserved"]["celery@vm"])

    workers.leave(idle.id, now=now)
    caller.join()

    assert [plain(each) for each in answers] == [{"success": True, "report": ["hello world"], "yielded": False}]


def test_a_worker_of_another_queue_is_none_for_walkers(house: House, service: Service) -> None:
    workers, now = house.assembly.store.workers, house.assembly.clock()
    other = Worker(new_id(), WorkerRole.WORKER, "vm", 1, "embedded", ("heavy",), 4, now, now)
    workers.beat(other)

    found = service.run("hello")

    workers.leave(other.id, now=now)
    assert found["is_queued"] is False


TRUTH: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"is_async": True}, {}, True),
    ({"is_async": "true"}, {}, True),
    ({"is_async": "TRUE"}, {}, True),
    ({"is_async": 1}, {}, False),
    ({"is_async": "1"}, {}, False),
    ({"is_async": "yes"}, {}, False),
    ({"is_async": "false"}, {}, False),
    ({"is_async": None}, {}, False),
    ({}, {"is_async": "true"}, True),
    ({"is_async": False}, {"is_async": "true"}, True),
    ({"is_async": True}, {"is_async": "false"}, False),
    ({"name": "patient"}, {}, True),
    ({"name": "patient", "is_async": None}, {}, True),
    ({"name": "patient", "is_async": False}, {}, False),
]


@pytest.mark.parametrize(("body", "query", "queued"), TRUTH)
def test_what_counts_as_asking_for_a_queued_run(
    service: Service, body: dict[str, Any], query: dict[str, Any], queued: bool
) -> None:
    answer = service.post("js/walker_run", {"name": "hello", **body}, **query).json

    assert ("is_queued" in answer) is queued


@pytest.mark.parametrize(
    ("path", "name", "queued"),
    [("walker_execute", "hello", True), ("wapi/hello", "", False), ("wapi/patient", "", True)],
)
def test_the_other_ways_to_run_one(service: Service, path: str, name: str, queued: bool) -> None:
    body: dict[str, Any] = {"wlk": name} if name else {"ctx": {}}

    answer = service.post(f"js/{path}", {**body, "is_async": True}).json

    assert ("is_queued" in answer) is queued


def test_a_walker_is_told_where_it_is_to_begin(service: Service) -> None:
    for nd, told in (("urn:uuid:1", "urn:uuid:1"), ("active:graph", ""), (None, "")):
        assert service.post("js/walker_run", {"name": "whereabouts", "nd": nd}).json["report"] == [told]
    assert "nd: must be a text" in service.post("js/walker_run", {"name": "whereabouts", "nd": 5}).json["response"]


def test_a_form_field_does_as_well(service: Service) -> None:
    answer = service.ask(
        "POST",
        "//js/walker_run",
        body=b"name=hello&ctx=%7B%22name%22%3A+%22form%22%7D&is_async=true",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.json["result"]["report"] == ["hello form"]


def test_whoever_has_a_key_needs_no_login(house: House, service: Service) -> None:
    made = house.assembly.windrow.accounts.create_token(
        house.principal("ada@example.org"), "key", scopes=frozenset({Right.READ, Right.WRITE})
    )
    anybody = house.anybody()
    path = "//js_public/walker_callback/some-node/hello"

    queued = anybody("GET", path, query={"key": made.secret, "is_async": "true"})
    posted = anybody("POST", path, {"key": made.secret, "ctx": {"name": "x"}})
    summoned = anybody("POST", "//js_public/walker_summon", {"key": made.secret, "wlk": "hello", "nd": "n", "ctx": {}})
    bad = anybody("GET", path, query={"key": "k"})

    assert queued.json["is_queued"] is False
    assert posted.json["report"] == ["hello x"]
    assert summoned.json["report"] == ["hello world"]
    assert bad.json == {"report": [], "success": False, "errors": ["Not authorized to execute this walker"]}


def test_nobody_reads_or_sees_the_tasks_of_others(
    house: House, service: Service, other: Service, working: Working
) -> None:
    with working():
        task_id = service.run("slow")["result"]
        wait_for(lambda: service.check(task_id)["status"] != "PENDING")
        seen = other.get("js/walker_queue_check").json
        admin = signed_in(house, "admin").check(task_id)
        foreign = other.check(task_id)

    assert seen["active"] == {"celery@vm": []}
    assert foreign == {"status": "PENDING", "state": "PENDING"}
    assert admin["status"] == "STARTED"


def test_the_admins_prefix_is_for_admins(house: House, service: Service) -> None:
    refused = service.get("js_admin/walker_queue_check")

    assert (refused.status, refused.json) == (403, {"detail": "You do not have permission to perform this action."})
    assert signed_in(house, "admin").get("js_admin/walker_queue_check").status == 200


def test_a_viewer_runs_nothing(house: House) -> None:
    house.user("eve@example.org", role=Role.VIEWER)
    eve = signed_in(house, "eve@example.org")

    assert eve.post("js/walker_run", {"name": "hello"}).status == 403


def test_bodies_that_are_none(service: Service) -> None:
    for body in (b"{", b"[1]", b'"x"'):
        answer = service.ask("POST", "//js/walker_run", body=body)
        assert (answer.status, answer.json["success"]) == (200, False)
