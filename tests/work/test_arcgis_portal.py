"""Delegated tasks: the portal runs one of its own when Windrow says so, and keeps nothing of it."""

import json
from datetime import UTC, datetime

import pytest

from tests.harvests.farm import wait_for
from tests.remotes.scripts import Script, hang_up, reply
from tests.remotes.server import Remote, Seen
from tests.work.conftest import Office
from tests.work.portal_server import API, PASSWORD, TASKS, TOKEN, PortalServer
from windrow.errors import BadInput
from windrow.model.runs import Run, RunState
from windrow.model.tasks import Retry
from windrow.work.arcgis_portal import ArcgisPortalWork, Portal
from windrow.work.arcgis_portal.reading import next_minute

COOK = {"service_url": "https://gis.example.org/Hosted/Trees/SceneServer", "layer": "{}"}
AGAIN = Retry(attempts=2, first=0.01)


@pytest.fixture
def server(remote: Remote, office: Office) -> PortalServer:
    server = PortalServer(remote)
    office.add(ArcgisPortalWork(Portal(server.url, TOKEN)))
    return server


def begin(office: Office, *, retry: Retry = AGAIN, **more: object) -> Run:
    given = {"type": "ExecuteSceneCook", "item": "abc", "parameters": COOK, **more}
    return office.begin("arcgis_portal", retry=retry, **given)


def test_the_portal_runs_a_task_once_and_keeps_nothing(office: Office, server: PortalServer) -> None:
    run = office.farm.finish(begin(office))

    assert run.state is RunState.SUCCEEDED, run.error
    (task,) = server.made
    minute = task.form["minute"]
    assert task.form == {
        "f": "json",
        "title": f"elsewhere (Windrow run {run.id}, job 1)",
        "type": "ExecuteSceneCook",
        "itemId": "abc",
        "minute": minute,
        "hour": "*",
        "dayOfMonth": "*",
        "month": "*",
        "dayOfWeek": "?",
        "maxOccurrences": "1",
        "parameters": json.dumps(COOK, separators=(",", ":")),
    }
    assert run.result == {
        "job": task.number,
        "job_url": server.remote.url(f"{TASKS}/{task.number}"),
        "status": "succeeded",
        "results": {"run": f"r{task.number}", "result": {"output": "result.json", "value": "cooked"}},
    }
    assert ("info", "cooked") in office.log(run)
    assert (server.tasks, server.deleted) == ([], [task.number])


@pytest.mark.parametrize(
    ("moment", "minute"),
    [
        (datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC), 1),
        (datetime(2026, 3, 1, 12, 0, 50, tzinfo=UTC), 2),
        (datetime(2026, 3, 1, 12, 59, 10, tzinfo=UTC), 0),
    ],
)
def test_the_minute_is_one_that_the_portal_can_still_meet(moment: datetime, minute: int) -> None:
    assert next_minute(moment) == minute


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("failed", "failed (failed): out of memory"),
        ("skipped", "failed (skipped): the portal skipped its run out of memory"),
        ("submitfailed", "failed (submitfailed): the portal could not start its run out of memory"),
    ],
)
def test_a_run_that_does_not_succeed_fails_ours_and_is_taken_away(
    office: Office, server: PortalServer, word: str, told: str
) -> None:
    server.words, server.result = ["executing", word], "out of memory"

    run = office.farm.finish(begin(office, retry=Retry()))

    assert (run.state, run.error) == (RunState.FAILED, f"Job {server.made[0].number} {told}")
    assert server.tasks == []


def test_a_task_that_the_portal_gave_up_fails_ours(office: Office, server: PortalServer) -> None:
    server.words = [""]
    run = begin(office, retry=Retry())
    with office.doing(run):
        wait_for(lambda: server.made)
        server.made[0].state = "failed"

    assert "the portal's task is failed, and has had no run" in office.farm.run(run.id).error


def test_a_lost_answer_is_found_again_by_listing(office: Office, server: PortalServer) -> None:
    lost: list[Script] = [hang_up()]

    def lose(seen: Seen) -> Script:
        answer = server.create(seen)
        return lost.pop() if lost else answer

    others = dict.fromkeys(("minute", "hour", "dayOfMonth", "month", "dayOfWeek"), "*")
    for number in range(5):
        server.add({"title": f"of somebody else {number}", "type": "ExecuteReport", "maxOccurrences": "-1", **others})
    server.page = 2
    server.remote.answer(f"{TASKS}/createTask", lose)

    run = office.farm.finish(begin(office))

    assert run.state is RunState.SUCCEEDED, run.error
    assert len(server.remote.asked(f"{TASKS}/createTask")) == 1
    assert len(server.tasks) == 5
    assert ("info", f"An attempt before began job {run.result['job']}: it is gone on with.") in office.log(run)


def test_a_lost_worker_does_not_make_a_second_task(office: Office, server: PortalServer) -> None:
    server.words = ["executing"]
    run = begin(office)
    office.crash(run, lambda: server.made and server.made[0].looks > 1)
    server.made[0].words = ["succeeded"]

    assert office.farm.finish(run).state is RunState.SUCCEEDED
    assert (len(server.made), server.tasks) == (1, [])


def test_a_cancel_disables_and_deletes_the_task(office: Office, server: PortalServer) -> None:
    server.words = ["executing"]
    run = begin(office)
    with office.doing(run):
        wait_for(lambda: server.made and server.made[0].looks > 1)
        office.cancel(run)
        wait_for(lambda: office.farm.run(run.id).state.is_terminal)

    (task,) = server.made
    assert office.farm.run(run.id).state is RunState.CANCELLED
    assert (server.disabled, server.deleted) == ([task.number], [task.number])
    assert any("has no way to stop it" in text for _, text in office.log(run))


def test_a_cancel_of_a_resting_run_deletes_the_task(office: Office, server: PortalServer) -> None:
    server.words = [""]
    run = begin(office, poll_seconds=100)
    assert office.attempt(run).state is RunState.SCHEDULED

    office.cancel(run)

    assert office.farm.finish(run).state is RunState.CANCELLED
    assert (len(server.deleted), server.tasks) == (1, [])


def test_a_run_that_takes_too_long_is_taken_away(office: Office, server: PortalServer) -> None:
    server.words = ["executing"]

    run = office.farm.finish(begin(office, retry=Retry(), timeout_seconds=1))

    assert (run.state, "had not ended after 1 s" in run.error) == (RunState.FAILED, True)
    assert server.tasks == []


def test_a_user_and_password_fetch_tokens_and_new_ones_when_these_are_refused(
    office: Office, server: PortalServer
) -> None:
    office.add(ArcgisPortalWork(Portal(server.url, "", "alice", PASSWORD)))
    server.words = ["executing"]
    run = begin(office)
    with office.doing(run):
        wait_for(lambda: server.made and server.made[0].looks > 1)
        server.tokens.clear()
        server.made[0].words = ["succeeded"]
        wait_for(lambda: office.farm.run(run.id).state.is_terminal)

    assert office.farm.run(run.id).state is RunState.SUCCEEDED
    assert len(server.remote.asked(f"{API}/generateToken")) == 2
    assert {each.headers["referer"] for each in server.remote.seen} == {"http"}


def test_nothing_that_can_be_read_holds_the_token_or_the_password(office: Office, server: PortalServer) -> None:
    server.result = f"done as {TOKEN}"
    told = office.everything(office.farm.finish(begin(office)))
    assert TOKEN not in told
    assert "done as ***" in told

    office.add(ArcgisPortalWork(Portal(server.url, "", "alice", f"{PASSWORD}, not")))
    refused = office.farm.finish(begin(office, retry=Retry()))
    assert (refused.state, "Invalid username or password" in refused.error) == (RunState.FAILED, True)
    assert PASSWORD not in office.everything(refused)
    assert PASSWORD not in repr(Portal(server.url, TOKEN, "alice", PASSWORD))


@pytest.mark.parametrize(
    ("path", "script", "told"),
    [
        (f"{API}/portals/self", reply(b"<html><title>Portal</title></html>", media_type="text/html"), "Portal"),
        (f"{API}/portals/self", reply(b"{}", media_type="application/json"), "does not say who we are"),
        (f"{API}/portals/self", reply(b"", status=404, media_type="text/html"), "404"),
    ],
)
def test_what_is_no_portal_is_told(office: Office, server: PortalServer, path: str, script: Script, told: str) -> None:
    server.remote.answer(path, lambda seen: script)

    run = office.farm.finish(begin(office, retry=Retry()))

    assert (run.state, told in run.error) == (RunState.FAILED, True), run.error


def test_a_type_that_the_portal_does_not_know_fails_with_its_words(office: Office, server: PortalServer) -> None:
    run = office.farm.finish(begin(office, type="Nope"))

    assert (run.state, "'type' is invalid" in run.error) == (RunState.FAILED, True)


def test_a_token_that_is_refused_is_told_in_other_words(office: Office, server: PortalServer) -> None:
    server.tokens.clear()

    run = office.farm.finish(begin(office, retry=Retry()))

    assert run.error.endswith("refuses the token that it was given (498).")


def test_without_a_portal_a_task_is_refused_when_it_is_made(office: Office) -> None:
    office.add(ArcgisPortalWork(None))

    with pytest.raises(BadInput, match="WINDROW_REMOTE_PORTAL_URL"):
        begin(office)
