"""Runs from a client's point of view: states, texts, what a client says of one, and how many are listed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.faces.arcgis.conftest import Portal
from tests.faces.arcgis.portal_client import PortalError, Task
from tests.faces.arcgis.portal_client import Run as RunClient
from tests.web.serving import wait_until
from windrow.faces.arcgis import stopping
from windrow.faces.arcgis.spelling import disarmed, from_hex, rephrased, to_hex
from windrow.faces.arcgis.translate import result_of
from windrow.faces.arcgis.words import STATUSES
from windrow.model.identity import new_id
from windrow.model.runs import Cause, Progress, Run, RunState
from windrow.ports.runs import Ending
from windrow.storage.moments import EPOCH

GP = "https://gp.example.org/arcgis/rest/services/X/GPServer/Tool"


@pytest.fixture
def task(portal: Portal) -> Task:
    title = f"of {new_id()}"  # or it would be the task of the test before, asked for again
    return portal.tasks.create("0 4 ? * *", "GPService", taskURL=GP, title=title, parameters={"say": "all well"})


def test_a_run_is_told_with_its_text_and_its_task(portal: Portal, task: Task) -> None:
    portal.run(task)

    (run,) = task.runs()
    shown = run.properties

    assert (shown["status"], shown["result"], shown["task"]["id"]) == ("succeeded", "all well", task.properties["id"])
    assert shown["created"] <= shown["startTime"] <= shown["endTime"]
    assert task.properties["lastStart"] == shown["startTime"]


def test_words_that_would_cost_the_client_its_token_are_said_otherwise(portal: Portal, task: Task) -> None:
    said = "remote said: Invalid Token. Token Required! INVALID  TOKEN"
    task.update(title="Invalid token", parameters={"fail": said})
    portal.run(task)
    client = task.client

    (run,) = task.runs()
    told = client.ask("GET", run.url)
    assert (told["status"], "remote said: token rejected. a token is needed!" in told["result"]) == ("failed", True)
    assert client.ask("GET", task.url)["title"] == "token rejected"
    assert client.without_token == set(), "the client still sends its token everywhere"
    assert all(each.with_token for each in client.wire)


def test_what_a_client_says_of_a_run_is_shown_and_our_own_record_stays(portal: Portal, task: Task) -> None:
    portal.run(task)
    (run,) = task.runs()
    ours = from_hex(run.url.rpartition("/")[2])

    assert run.update(status="Failed", description="disk full") is True

    assert [run.properties[name] for name in ("status", "result")] == ["failed", "disk full"]
    alice, windrow = portal.house.principal("alice"), portal.house.assembly.windrow
    assert windrow.runs.get(alice, ours).state is RunState.SUCCEEDED
    log = windrow.runs.log(alice, ours, newest_first=True, limit=1).items
    assert log[0].message == 'alice said by another protocol that this run is "failed": disk full'


def test_what_was_said_before_a_run_ended_is_past_when_it_ends(portal: Portal, task: Task) -> None:
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    windrow.tasks.start(alice, from_hex(task.url.rpartition("/")[2]))
    (run,) = task.runs()
    assert run.properties["status"] == "scheduled"
    run.update(status="executing", description="half way")
    assert run.properties["status"] == "executing"

    portal.house.carry_out()

    assert [run.properties[name] for name in ("status", "result")] == ["succeeded", "all well"]


def test_a_status_that_is_none_is_refused(portal: Portal, task: Task) -> None:
    portal.run(task)

    with pytest.raises(PortalError, match="'status' is invalid"):
        task.runs()[0].update(status="splendid")


def test_a_run_that_waits_is_cancelled_by_deleting_it(portal: Portal, task: Task) -> None:
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    windrow.tasks.start(alice, from_hex(task.url.rpartition("/")[2]))
    (run,) = task.runs()

    assert run.delete() is True

    assert portal.house.carry_out() == 0
    assert task.runs() == []
    assert run.properties["error"]["code"] == 404


def begin(portal: Portal, task: Task) -> tuple[RunClient, Run]:
    """A run that a worker has: as a client sees it, and as it is."""
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    started = windrow.tasks.start(alice, from_hex(task.url.rpartition("/")[2]))
    store, now = portal.house.assembly.store, portal.house.assembly.clock()
    claimed = store.runs.claim("w", queues=["default"], now=now, lease=timedelta(minutes=1), run_id=started.id)
    assert claimed is not None
    (run,) = task.runs()
    return run, claimed


def end(portal: Portal, run: Run) -> None:
    """What a worker does when it hears that it is to stop."""
    now = portal.house.assembly.clock()
    assert portal.house.assembly.store.runs.get(run.id, tenant_id=None).state is RunState.CANCELLING
    portal.house.assembly.store.runs.finish(
        run.id, run.attempt, Ending(RunState.CANCELLED, {}, "", Progress()), now=now
    )


def test_what_does_not_stop_in_time_is_to_be_deleted_again(
    portal: Portal, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "PATIENCE", 0.01)
    run, ours = begin(portal, task)

    for each in (run, task):
        with pytest.raises(PortalError, match="being stopped"):
            each.delete()
    assert run.properties["status"] == "executing"
    end(portal, ours)

    assert task.delete() is True
    assert "error" in task.properties


@pytest.mark.parametrize("what", ["run", "task"])
def test_what_goes_on_is_stopped_and_then_deleted(portal: Portal, task: Task, what: str) -> None:
    run, ours = begin(portal, task)
    runs = portal.house.assembly.store.runs
    deleting = ThreadPoolExecutor(1).submit((run if what == "run" else task).delete)
    wait_until(lambda: runs.get(ours.id, tenant_id=None).state is RunState.CANCELLING)

    end(portal, ours)

    assert deleting.result(timeout=10) is True
    assert "error" in run.properties


def test_stopping_a_task_stops_its_run_and_disabling_it_does_not(portal: Portal, task: Task) -> None:
    run, ours = begin(portal, task)

    assert task.enable(False) is True
    assert portal.house.assembly.store.runs.get(ours.id, tenant_id=None).state is RunState.RUNNING
    assert task.stop() is True
    end(portal, ours)

    assert [run.properties[name] for name in ("status", "result")] == ["failed", "Cancelled."]
    assert (task.properties["active"], task.properties["taskState"]) == (False, "paused")


def test_a_run_that_rests_until_it_looks_at_its_job_again_is_executing(portal: Portal, task: Task) -> None:
    run, ours = begin(portal, task)
    now = portal.house.assembly.clock()

    portal.house.assembly.store.runs.hand_back(
        ours.id, ours.attempt, now=now, ready_at=now + timedelta(minutes=5), failed=False
    )

    assert portal.house.assembly.store.runs.get(ours.id, tenant_id=None).state is RunState.SCHEDULED
    assert run.properties["status"] == "executing"
    assert task.stop() is True
    assert run.properties["status"] == "failed"


def test_only_the_latest_runs_are_listed_and_all_are_kept(portal: Portal, task: Task) -> None:
    admin = portal.client_of("admin")
    limits = f"{admin.base}/portal/portaladmin/system/limits"
    windrow, alice = portal.house.assembly.windrow, portal.house.principal("alice")
    for _ in range(5):
        windrow.tasks.start(alice, from_hex(task.url.rpartition("/")[2]))
    portal.house.carry_out()

    admin.ask("POST", f"{limits}/update", {"properties": '[{"limitName": "TaskRunHistoryCount", "numLimit": 3}]'})
    listed = [each.url.rpartition("/")[2] for each in task.runs()]
    admin.ask("POST", f"{limits}/update", {"properties": '[{"limitName": "TaskRunHistoryCount", "numLimit": 30}]'})

    all_of_them = windrow.runs.page(alice, task_id=from_hex(task.url.rpartition("/")[2])).items
    assert listed == [to_hex(each.id) for each in all_of_them[:3]]
    assert len(all_of_them) == len(task.runs()) == 5


@pytest.mark.parametrize(
    ("state", "status", "text"),
    [
        (RunState.SCHEDULED, "scheduled", "note"),
        (RunState.QUEUED, "scheduled", "note"),
        (RunState.RUNNING, "executing", "note"),
        (RunState.WAITING, "executing", "note"),
        (RunState.CANCELLING, "executing", "note"),
        (RunState.SUCCEEDED, "succeeded", "note"),
        (RunState.PARTIAL, "failed", "Done in part. why note"),
        (RunState.FAILED, "failed", "why"),
        (RunState.CANCELLED, "failed", "Cancelled. why"),
        (RunState.SKIPPED, "skipped", "why"),
    ],
)
def test_states_that_the_protocol_lacks_are_told_in_the_text(state: RunState, status: str, text: str) -> None:
    told = {"progress": Progress(message="note"), "error": "why"}
    run = Run(new_id(), "", "", "", "", "", state, Cause.REQUEST, {}, EPOCH, EPOCH, **told)  # type: ignore[arg-type]

    assert (STATUSES[state], result_of(run)) == (status, text)


def test_a_files_content_keeps_its_meaning_though_its_words_are_disarmed() -> None:
    content = b'{"cells": ["Invalid token", "token required", "Token is valid but access is denied."]}'

    disarmed_content = disarmed(content)

    assert rephrased(disarmed_content.decode()) == disarmed_content.decode(), "nothing is left to say otherwise"
    assert json.loads(disarmed_content) == json.loads(content)
