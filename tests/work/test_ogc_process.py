"""OGC processes: a real pygeoapi executes them as jobs and at once; what servers do beyond that is scripted."""

import json
from typing import Any
from urllib.request import urlopen

import pytest

from samples.servers.pygeoapi import Pygeoapi
from tests.harvests.farm import wait_for
from tests.remotes.scripts import Script, hang_up, reply, status
from tests.remotes.server import Remote, Seen
from tests.work.conftest import Office
from windrow.errors import BadInput
from windrow.model.runs import RunState
from windrow.model.tasks import Retry

HELLO = {"outputs": [{"id": "echo", "value": "Hello Kent! Good day."}]}
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"


def say(document: Any, *, status: int = 200, **headers: str) -> Script:
    return reply(json.dumps(document).encode(), status=status, media_type="application/json", headers=headers)


def job_at(pygeoapi: Pygeoapi, job: str) -> dict[str, Any]:
    with urlopen(f"{pygeoapi.url}/jobs/{job}?f=json") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


# A real server.


def test_a_real_process_is_executed_as_a_job(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.do(
        "ogc_process", url=pygeoapi.url, process="hello-world", inputs={"name": "Kent", "message": "Good day."}
    )

    assert run.state is RunState.SUCCEEDED, run.error
    job = run.result["job"]
    assert run.result == {
        "job": job,
        "job_url": f"{pygeoapi.url}/jobs/{job}",
        "status": "successful",
        "results": {"result": {"output": "results.json", "value": HELLO}},
    }
    assert office.output(run, "results.json") == HELLO
    assert job_at(pygeoapi, job)["status"] == "successful"
    assert office.log(run)[0] == ("info", f"Job {job} was begun: {pygeoapi.url}/jobs/{job}")
    assert office.log(run)[-1] == ("info", "Job complete")


def test_a_real_job_that_fails_tells_why(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.do("ogc_process", url=f"{pygeoapi.processes_url}/hello-world", inputs={})

    assert run.state is RunState.FAILED
    assert "failed (failed): InvalidParameterValue: Error executing process: Cannot process without a name" in run.error


def test_a_real_process_that_there_is_not_is_named(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.do("ogc_process", url=pygeoapi.url, process="no-such-process")

    assert run.state is RunState.FAILED
    assert "identifier not found" in run.error


def test_a_real_job_is_dismissed_with_its_run(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.begin("ogc_process", url=pygeoapi.url, process="echo", inputs={"echoInput": "Test", "pause": 5.5})
    with office.doing(run):
        wait_for(lambda: any("was begun" in text for _, text in office.log(run)))
        job = office.log(run)[0][1].split()[1]
        office.cancel(run)
        wait_for(lambda: office.farm.run(run.id).state.is_terminal)

    assert office.farm.run(run.id).state is RunState.CANCELLED
    with urlopen(f"{pygeoapi.url}/jobs?f=json&limit=100") as answer:
        assert job not in {each["jobID"] for each in json.load(answer)["jobs"]}


def test_a_lost_worker_does_not_begin_a_second_job(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.begin("ogc_process", url=pygeoapi.url, process="echo", inputs={"echoInput": "Test", "pause": 5.5})
    office.crash(run, lambda: any("was begun" in text for _, text in office.log(run)))

    ended = office.farm.finish(run)

    assert ended.state is RunState.SUCCEEDED, ended.error
    assert [text for _, text in office.log(run) if "was begun" in text] == [
        f"Job {ended.result['job']} was begun: {ended.result['job_url']}"
    ]


# What other servers do.


def test_an_answer_at_once_is_kept(office: Office, remote: Remote) -> None:
    remote.on("/ogc/processes/buffer/execution", say({"area": 42}))

    run = office.do(
        "ogc_process",
        url=remote.url("/ogc/processes/buffer"),
        inputs={"distance": 5},
        outputs={"area": {"transmissionMode": "value"}},
    )

    assert run.result == {
        "status": "successful",
        "results": {"result": {"output": "results.json", "value": {"area": 42}}},
    }
    (seen,) = remote.seen
    assert (seen.method, seen.headers["prefer"]) == ("POST", "respond-async")
    assert json.loads(seen.body) == {
        "inputs": {"distance": 5},
        "outputs": {"area": {"transmissionMode": "value"}},
        "response": "document",
    }


def serve_job(remote: Remote, *stands: dict[str, Any]) -> str:
    """A process whose job stands as told, one look after the other; its address."""
    remote.on("/processes/buffer/execution", say({"jobID": "7", "status": "accepted"}, status=201, Location="/jobs/7"))
    remote.on("/jobs/7", *(say({"jobID": "7", **each}) for each in stands))
    return remote.url("/processes/buffer")


def test_files_that_are_linked_are_fetched(office: Office, remote: Remote) -> None:
    url = serve_job(remote, {"status": "running", "progress": 40, "message": "Buffering"}, {"status": "successful"})
    remote.on("/jobs/7/results", say({"map": {"href": "/files/map.tif", "type": "image/tiff"}, "area": {"value": 42}}))
    remote.on("/files/map.tif", reply(b"II*\0", media_type="image/tiff"))

    run = office.do("ogc_process", url=url)

    assert run.state is RunState.SUCCEEDED, run.error
    assert run.result["results"]["map"] == {"output": "map-map.tif", "bytes": 4}
    assert office.outputs(run)["map-map.tif"] == b"II*\0"
    assert ("info", "Buffering") in office.log(run)


def test_a_result_that_is_a_file_is_streamed(office: Office, remote: Remote) -> None:
    link = {"rel": RESULTS, "type": "image/png", "href": "/files/7"}
    url = serve_job(remote, {"status": "successful", "links": [link]})
    remote.on("/files/7", reply(b"\x89PNG", media_type="image/png"))

    run = office.do("ogc_process", url=url, response="raw")

    assert (run.result["results"], office.outputs(run)) == (
        {"result": {"output": "result.png", "bytes": 4}},
        {"result.png": b"\x89PNG"},
    )


def test_a_raw_answer_at_once_is_kept_as_it_is(office: Office, remote: Remote) -> None:
    remote.on("/processes/buffer/execution", reply(b"a,b\n", media_type="text/csv"))

    run = office.do("ogc_process", url=remote.url("/processes/buffer"), response="raw")

    assert office.outputs(run) == {"result.csv": b"a,b\n"}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (reply(b"<html><title>Sign in</title></html>", media_type="text/html"), "Sign in"),
        (say({"title": "Bad", "detail": "distance is missing"}, status=400), "distance is missing"),
        (say({}, status=201), "does not say where it is"),
    ],
)
def test_an_answer_that_is_none_fails_the_run(office: Office, remote: Remote, script: Script, told: str) -> None:
    remote.on("/processes/buffer/execution", script)

    run = office.do("ogc_process", url=remote.url("/processes/buffer"))

    assert (run.state, told in run.error) == (RunState.FAILED, True), run.error


def test_a_job_that_somebody_dismissed_fails_the_run(office: Office, remote: Remote) -> None:
    run = office.do("ogc_process", url=serve_job(remote, {"status": "running"}, {"status": "dismissed"}))

    assert (run.state, run.error) == (RunState.FAILED, "Job 7 was cancelled on its server (dismissed).")


def test_a_lost_answer_is_told(office: Office, remote: Remote) -> None:
    url = serve_job(remote, {"status": "successful"})
    answered = say({"jobID": "7", "status": "accepted"}, status=201, Location="/jobs/7")
    remote.on("/processes/buffer/execution", hang_up(), answered)
    remote.on("/jobs/7/results", say({}))

    run = office.do("ogc_process", url=url, retry=Retry(attempts=2, first=0.01))

    assert run.state is RunState.SUCCEEDED
    assert any("may be begun twice" in text for _, text in office.log(run))


@pytest.mark.parametrize("gone", [404, 410])
def test_a_job_that_is_gone_needs_no_dismissal(office: Office, remote: Remote, gone: int) -> None:
    url = serve_job(remote, {"status": "running"})

    def answer(seen: Seen) -> Script:
        return status(gone) if seen.method == "DELETE" else say({"jobID": "7", "status": "running"})

    remote.answer("/jobs/7", answer)
    run = office.begin("ogc_process", url=url, poll_seconds=100)
    office.attempt(run)
    office.cancel(run)

    assert office.farm.finish(run).state is RunState.CANCELLED
    assert office.log(run)[-1] == ("info", "The server was told to cancel job 7.")


def test_an_address_that_names_no_process_is_refused_when_the_task_is_made(office: Office) -> None:
    with pytest.raises(BadInput, match=r"parameters.process: is missing"):
        office.begin("ogc_process", url="https://example.org/ogc")


@pytest.mark.parametrize(("kind", "more"), [("ogc_process", {"process": "a"}), ("geoprocessing", {})])
def test_an_address_with_a_password_in_it_is_refused_when_the_task_is_made(
    office: Office, kind: str, more: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match=r"parameters\.url: must match") as caught:
        office.begin(kind, url="https://me:secret@gp.example.org/tool", **more)
    assert "secret" not in str(caught.value)
