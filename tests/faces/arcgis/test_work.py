"""The work behind each type of task, asked for by this protocol alone: real kinds of work, and far servers to match."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faces.arcgis.portal_client import PortalClient, PortalError, Task, TaskManager
from tests.harvests.farm import beating
from tests.remotes.server import Remote
from tests.web.serving import House, serve, wait_until
from tests.work.geoprocessing_server import GeoprocessingServer
from tests.work.portal_server import TOKEN, PortalServer
from windrow.faces.arcgis.spelling import from_hex
from windrow.model.identity import new_id
from windrow.work.arcgis_portal import ArcgisPortalWork
from windrow.work.remote_jobs import following

ENDLESS = ["esriJobSubmitted", "esriJobExecuting"]
EVERY_DAY = "0 4 ? * *"
REPORT = {"name": "look", "kind": "report", "parameters": {"report": "run_history", "period": "month"}}


@dataclass
class Works:
    """What is asked, by whom, and the servers that do part of it."""

    house: House
    client: PortalClient
    geoprocessing: GeoprocessingServer
    portal: PortalServer

    def make(self, task_type: str, **more: Any) -> Task:
        return TaskManager(self.client, "admin").create(EVERY_DAY, task_type, title=new_id(), **more)

    def begin(self, task: Task) -> None:
        """As its schedule would."""
        windrow = self.house.assembly.windrow
        windrow.tasks.start(self.house.principal("admin"), from_hex(task.url.rpartition("/")[2]))

    def end_of(self, task: Task) -> dict[str, Any]:
        """How a run of the task ends, as the protocol tells it."""
        self.begin(task)
        self.carry_out()
        return self.latest(task)

    def carry_out(self) -> None:
        """What clocks and workers do, until there is nothing to do."""
        assembly = self.house.assembly
        while any(
            [assembly.consequences.draw(), assembly.store.runs.promote(assembly.clock()), self.house.carry_out()]
        ):
            pass

    def latest(self, task: Task) -> dict[str, Any]:
        found: dict[str, Any] = task.runs()[0].properties
        return found

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker is at what is queued meanwhile."""
        performer = self.house.assembly.performer(new_id())
        take = performer.take_run()
        assert take is not None
        thread = threading.Thread(target=take)
        with beating(performer):
            thread.start()
            try:
                yield
            finally:
                thread.join(20)
                assert not thread.is_alive(), "the run was not stopped"

    def bring(self, steps: list[Any]) -> str:
        """A pipeline of the admin's, as content of the portal; its identifier."""
        form = {"title": new_id(), "type": "Data Pipeline", "text": json.dumps({"steps": steps})}
        return str(self.client.ask("POST", f"{self.client.rest}/content/users/admin/addItem", form)["id"])


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    data = tmp_path_factory.mktemp("data")
    with Remote() as remote, Remote() as far:
        portal = PortalServer(far)
        with serve(data, remote_portal_url=portal.url, remote_portal_token=TOKEN) as house:
            token = house.holder("admin").headers["Authorization"].removeprefix("Bearer ")
            client = PortalClient(house.base, "", token)
            yield Works(house, client, GeoprocessingServer(remote), portal)
            client.pool.clear()


def test_a_geoprocessing_job_is_done_and_told(works: Works) -> None:
    works.geoprocessing.words = ["esriJobSucceeded"]

    run = works.end_of(works.make("GPService", taskURL=works.geoprocessing.url, parameters={"distance": 5}))

    assert (run["status"], json.loads(run["result"])["results"]["count"]["value"]) == ("succeeded", 42)
    assert works.geoprocessing.jobs[-1].form == {"f": "json", "distance": "5"}


def test_a_geoprocessing_job_that_fails_says_why(works: Works) -> None:
    works.geoprocessing.words, works.geoprocessing.messages = ["esriJobFailed"], [("Error", "Invalid token.")]

    run = works.end_of(works.make("GPService", taskUrl=works.geoprocessing.url))

    assert run["status"] == "failed"
    assert "esriJobFailed" in run["result"]
    assert "token rejected" in run["result"], "in other words, or clients would forget their tokens"


def test_a_job_is_stopped_with_its_task(works: Works) -> None:
    works.geoprocessing.words = ENDLESS
    task = works.make("GPService", taskURL=works.geoprocessing.url, parameters={"endless": 1})
    works.begin(task)

    with works.working():
        wait_until(lambda: works.latest(task)["result"] == "esriJobExecuting")
        assert (works.latest(task)["status"], task.stop()) == ("executing", True)

    run = works.latest(task)
    assert (run["status"], run["result"]) == ("failed", "Cancelled.")
    assert works.geoprocessing.jobs[-1].cancelled


def test_a_job_that_takes_long_is_executing_all_the_time_and_stopped_while_it_rests(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "HOLD", 0.0)
    works.geoprocessing.words = ENDLESS
    task = works.make("GPService", taskURL=works.geoprocessing.url, parameters={"long": 1})

    resting = works.end_of(task)
    assert task.stop() is True
    works.carry_out()

    assert resting["status"] == "executing"
    assert works.latest(task)["status"] == "failed"
    assert works.geoprocessing.jobs[-1].cancelled


def test_a_report_is_made_with_and_without_parameters(works: Works) -> None:
    asked = {"reportType": "org", "reportSubType": "users", "timeDuration": "weekly"}

    for more in ({}, {"parameters": asked}):
        run = works.end_of(works.make("ExecuteReport", **more))
        assert (run["status"], run["result"].endswith("files")) == ("succeeded", True), run["result"]


def test_a_pipeline_runs_and_may_name_tasks_as_this_protocol_does(works: Works) -> None:
    report = works.make("ExecuteReport").url.rpartition("/")[2]
    item = works.bring([REPORT, {"name": "again", "task": report, "after": ["look"]}])

    run = works.end_of(works.make("RunDataPipeline", itemId=item))

    assert run["status"] == "succeeded", run["result"]
    assert set(json.loads(run["result"])["steps"]) == {"look", "again"}


def test_a_pipeline_that_fails_says_at_which_step(works: Works) -> None:
    gone = works.make("ExecuteReport")
    item = works.bring([REPORT, {"name": "broken", "task": gone.url.rpartition("/")[2]}])
    task = works.make("RunDataPipeline", itemId=item)
    gone.delete()

    run = works.end_of(task)

    assert (run["status"], "broken" in run["result"]) == ("failed", True)


@pytest.mark.parametrize("task_type", ["ExecuteSceneCook", "UpdateInsightsWorkbook", "ExecuteWorkflowManager"])
def test_what_only_the_other_portal_does_is_done_there(works: Works, task_type: str) -> None:
    works.portal.words = ["succeeded"]

    run = works.end_of(works.make(task_type, itemId="0" * 32, parameters={"layer": "{}"}))

    assert (run["status"], works.portal.made[-1].form["type"]) == ("succeeded", task_type)
    assert works.portal.tasks == [], "nothing is left there"


@pytest.mark.parametrize("task_type", ["ExecuteSceneCook", "UpdateInsightsWorkbook", "ExecuteWorkflowManager"])
def test_without_another_portal_they_are_refused_when_they_are_made(
    works: Works, monkeypatch: pytest.MonkeyPatch, task_type: str
) -> None:
    monkeypatch.setitem(works.house.assembly.kinds.work, "arcgis_portal", ArcgisPortalWork(None))

    with pytest.raises(PortalError, match=r"'type' is invalid: .*set WINDROW_REMOTE_PORTAL_URL"):
        works.make(task_type, itemId="0" * 32)
