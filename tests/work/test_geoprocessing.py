"""Geoprocessing: a job is begun once, followed to its end, and ended with its run."""

from collections.abc import Mapping

import pytest

from tests.harvests.farm import wait_for
from tests.remotes.scripts import Script, hang_up, reply, reset, status
from tests.remotes.server import Remote, Seen
from tests.work.conftest import Office
from tests.work.geoprocessing_server import DONE, TASK, GeoprocessingServer, StubJob, refuse, say
from windrow.model.runs import RunState
from windrow.model.tasks import Retry


@pytest.fixture
def server(remote: Remote) -> GeoprocessingServer:
    return GeoprocessingServer(remote)


def test_a_job_is_done_and_its_results_are_kept(office: Office, server: GeoprocessingServer) -> None:
    run = office.do("geoprocessing", url=server.url, parameters={"distance": 5, "zones": ["a"], "name": "Kent"})

    assert run.state is RunState.SUCCEEDED, run.error
    (job,) = server.jobs
    assert job.form == {"distance": "5", "zones": '["a"]', "name": "Kent", "f": "json"}
    assert run.result == {
        "job": job.number,
        "job_url": f"{server.url}/jobs/{job.number}",
        "status": "esriJobSucceeded",
        "results": {
            "count": {"output": "count.json", "value": 42, "type": "GPLong"},
            "zones": {"output": "zones.json", "type": "GPFeatureRecordSetLayer"},
            "table": {
                "output": "table.json",
                "value": {"url": server.remote.url("/out/table.csv")},
                "type": "GPDataFile",
                "files": [{"output": "table-table.csv", "bytes": 19}],
            },
        },
    }
    assert office.outputs(run)["table-table.csv"] == b"zone,count\nKent,42\n"
    assert office.log(run) == [
        ("info", f"Job {job.number} was begun: {server.url}/jobs/{job.number}"),
        ("info", "Submitted."),
        ("warning", "One feature is empty."),
    ]


# Ends that are no success.


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("esriJobFailed", "failed (esriJobFailed): ERROR 000732: Zones does not exist."),
        ("esriJobTimedOut", "timed out on its server (esriJobTimedOut): ERROR 000732: Zones does not exist."),
        ("esriJobCancelled", "was cancelled on its server (esriJobCancelled): ERROR 000732: Zones does not exist."),
    ],
)
def test_a_job_that_does_not_succeed_fails_the_run_with_its_reason(
    office: Office, server: GeoprocessingServer, word: str, told: str
) -> None:
    server.words = ["esriJobExecuting", word]
    server.messages = [("Informative", "Running."), ("Error", "ERROR 000732: Zones does not exist.")]

    run = office.do("geoprocessing", url=server.url)

    assert (run.state, run.error) == (RunState.FAILED, f"Job {server.jobs[0].number} {told}")
    assert ("error", "ERROR 000732: Zones does not exist.") in office.log(run)


def test_a_failed_job_is_begun_anew_where_the_task_asks_for_retries(
    office: Office, server: GeoprocessingServer
) -> None:
    server.words = ["esriJobFailed"]
    run = office.begin("geoprocessing", url=server.url, retry=Retry(attempts=2, first=0.01))
    assert not office.attempt(run).state.is_terminal
    server.words = list(DONE)

    assert office.farm.finish(run).state is RunState.SUCCEEDED
    assert len(server.jobs) == 2


def test_a_job_that_takes_too_long_is_cancelled(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]

    run = office.do("geoprocessing", url=server.url, timeout_seconds=1)

    told = "had not ended after 1 s (timeout_seconds), and was cancelled."
    assert (run.state, run.error) == (RunState.FAILED, f"Job {server.jobs[0].number} {told}")
    assert server.jobs[0].cancelled


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (refuse(400, "Unable to complete operation.", "Parameter zones is required."), "Parameter zones is required"),
        (refuse(499, "Token Required"), "asks for a token (499)"),
        (reply(b"<html><title>Sign in</title></html>", media_type="text/html"), "Sign in"),
        (say({"results": []}), "must be that of an asynchronous geoprocessing task"),
        (reply(b"", status=404, media_type="text/html"), "404"),
    ],
)
def test_a_service_that_begins_nothing_fails_the_run_with_what_it_says(
    office: Office, server: GeoprocessingServer, script: Script, told: str
) -> None:
    server.remote.answer(f"{TASK}/submitJob", lambda seen: script)

    run = office.do("geoprocessing", url=server.url)

    assert run.state is RunState.FAILED
    assert told in run.error
    assert server.jobs == []


def test_a_result_that_there_is_not_is_named(office: Office, server: GeoprocessingServer) -> None:
    run = office.do("geoprocessing", url=server.url, results=["count", "area"])

    assert run.state is RunState.FAILED
    assert "There is no result area of job" in run.error
    assert "count, zones, table" in run.error


def test_a_file_beyond_the_limit_fails_the_run(office: Office, server: GeoprocessingServer) -> None:
    server.remote.on("/out/table.csv", reply(b"x" * (1 << 20) + b"y", media_type="text/csv"))

    run = office.do("geoprocessing", url=server.url, results=["table"], size_limit_mb=1)

    assert (run.state, "larger than the limit" in run.error) == (RunState.FAILED, True)


# A server that does not always answer.


def test_looks_that_fail_are_borne_with(office: Office, server: GeoprocessingServer) -> None:
    run = office.begin("geoprocessing", url=server.url)
    begin = server.begin
    answers = iter([status(503), reply(b"<html>Proxy</html>", media_type="text/html"), refuse(500, "Busy")])

    def begin_badly(form: Mapping[str, str]) -> StubJob:
        job = begin(form)
        place = f"{TASK}/jobs/{job.number}"
        server.remote.answer(place, lambda seen: next(answers, None) or say(job.document()))
        return job

    server.begin = begin_badly  # type: ignore[method-assign]  # a server that errs

    assert office.farm.finish(run).state is RunState.SUCCEEDED
    warnings = [text for level, text in office.log(run) if level == "warning" and "cannot be told" in text]
    assert len(warnings) == 3


def test_a_job_that_the_server_forgot_fails_the_run(office: Office, server: GeoprocessingServer) -> None:
    run = office.begin("geoprocessing", url=server.url)
    begin = server.begin

    def forget(form: Mapping[str, str]) -> StubJob:
        job = begin(form)
        server.remote.answer(f"{TASK}/jobs/{job.number}", lambda seen: refuse(400, "Job does not exist."))
        return job

    server.begin = forget  # type: ignore[method-assign]  # a server that forgets

    ended = office.farm.finish(run)

    assert (ended.state, ended.error) == (
        RunState.FAILED,
        f"The server does not know job {server.jobs[0].number} any more.",
    )


@pytest.mark.parametrize("script", [reset(), hang_up(), status(502)])
def test_a_lost_answer_is_told_and_the_job_begun_again(
    office: Office, server: GeoprocessingServer, script: Script
) -> None:
    lost = iter([script])

    def lose(seen: Seen) -> Script:
        answer = server.submit(seen)
        return next(lost, answer)

    server.remote.answer(f"{TASK}/submitJob", lose)

    run = office.do("geoprocessing", url=server.url, retry=Retry(attempts=2, first=0.01))

    assert run.state is RunState.SUCCEEDED
    assert len(server.jobs) == 2
    warnings = [text for level, text in office.log(run) if level == "warning"]
    assert "The request that begins the job was not answered: it may have been begun." in warnings
    assert (
        "An attempt before asked for the job and never heard the answer: it is asked for again, and may be begun twice."
        in warnings
    )


def test_a_lost_answer_fails_the_run_where_twice_is_worse_than_never(
    office: Office, server: GeoprocessingServer
) -> None:
    server.remote.answer(f"{TASK}/submitJob", lambda seen: hang_up())

    run = office.do("geoprocessing", url=server.url, if_unsure="fail", retry=Retry(attempts=5, first=0.01))

    assert (run.state, len(server.remote.asked(f"{TASK}/submitJob"))) == (RunState.FAILED, 1)
    assert run.error.startswith("if_unsure: is fail: an attempt before asked for the job")


# Crashes and cancels.


def test_a_lost_worker_does_not_begin_a_second_job(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]
    run = office.begin("geoprocessing", url=server.url)

    office.crash(run, lambda: server.jobs and server.jobs[0].looks > 1)
    assert office.farm.run(run.id).state is RunState.QUEUED
    server.jobs[0].words = ["esriJobSucceeded"]

    assert office.farm.finish(run).state is RunState.SUCCEEDED
    assert len(server.jobs) == 1
    assert [text for _, text in office.log(run)].count("Submitted.") == 1


def test_a_job_that_takes_long_gives_its_worker_back(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]
    run = office.begin("geoprocessing", url=server.url, poll_seconds=100, poll_longest_seconds=100)

    resting = office.attempt(run)

    assert (resting.state, resting.error) == (
        RunState.SCHEDULED,
        f"Waits for job {server.jobs[0].number} (esriJobExecuting).",
    )
    server.jobs[0].words = ["esriJobSucceeded"]
    assert office.farm.finish(run).state is RunState.SUCCEEDED
    assert len(server.jobs) == 1


def test_a_cancel_reaches_the_server(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]
    run = office.begin("geoprocessing", url=server.url)
    with office.doing(run):
        wait_for(lambda: server.jobs and server.jobs[0].looks > 1)
        office.cancel(run)
        wait_for(lambda: office.farm.run(run.id).state.is_terminal)

    assert (office.farm.run(run.id).state, server.jobs[0].cancelled) == (RunState.CANCELLED, True)
    assert office.log(run)[-1] == ("info", f"The server was told to cancel job {server.jobs[0].number}.")


def test_a_cancel_of_a_resting_run_reaches_the_server(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]
    run = office.begin("geoprocessing", url=server.url, poll_seconds=100)
    office.attempt(run)

    office.cancel(run)

    assert office.farm.finish(run).state is RunState.CANCELLED
    assert server.jobs[0].cancelled


def test_a_cancel_while_the_job_is_asked_for_waits_for_its_name(office: Office, server: GeoprocessingServer) -> None:
    run = office.begin("geoprocessing", url=server.url)

    def cancel_meanwhile(seen: Seen) -> Script:
        answer = server.submit(seen)
        office.cancel(run)
        return answer

    server.remote.answer(f"{TASK}/submitJob", cancel_meanwhile)

    assert office.farm.finish(run).state is RunState.CANCELLED
    assert [job.cancelled for job in server.jobs] == [True]


def test_a_server_that_cannot_be_told_does_not_hold_up_the_cancel(office: Office, server: GeoprocessingServer) -> None:
    server.words = ["esriJobExecuting"]
    run = office.begin("geoprocessing", url=server.url, poll_seconds=100)
    office.attempt(run)
    server.remote.answer(f"{TASK}/jobs/{server.jobs[0].number}/cancel", lambda seen: refuse(500, "Not now."))

    office.cancel(run)

    assert office.farm.finish(run).state is RunState.CANCELLED
    level, text = office.log(run)[-1]
    assert (level, "could not be ended" in text, "Not now" in text) == ("warning", True, True)


def test_progress_is_passed_on(office: Office, server: GeoprocessingServer) -> None:
    server.words, server.progress = ["esriJobExecuting"], {"type": "step", "message": "Zones", "percent": 30}
    run = office.begin("geoprocessing", url=server.url)

    with office.doing(run):
        wait_for(lambda: office.farm.run(run.id).progress.total)
        progress = office.farm.run(run.id).progress
        server.jobs[0].words = ["esriJobSucceeded"]

    assert (progress.done, progress.total, progress.message) == (30, 100, "esriJobExecuting: Zones")
    assert (office.farm.run(run.id).progress.done, office.farm.run(run.id).state) == (100, RunState.SUCCEEDED)


def test_a_token_in_the_address_goes_along_and_is_never_shown(office: Office, server: GeoprocessingServer) -> None:
    server.messages = [("Informative", "Called with token=hush-hush-1")]
    server.words = ["esriJobExecuting", "esriJobSucceeded"]

    run = office.do("geoprocessing", url=f"{server.url}?token=hush-hush-1")

    assert run.state is RunState.SUCCEEDED, run.error
    to_task = [seen for seen in server.remote.seen if seen.path.startswith(TASK)]
    assert {seen.query.get("token") for seen in to_task} == {"hush-hush-1"}
    assert ("info", "Called with token=***") in office.log(run)
    assert "hush-hush" not in office.everything(run).replace(repr(dict(run.parameters)), "")


def test_an_error_that_says_the_token_again_does_not_show_it(office: Office, server: GeoprocessingServer) -> None:
    server.remote.answer(f"{TASK}/submitJob", lambda seen: refuse(400, f"No such: {seen.query['token']}"))

    run = office.do("geoprocessing", url=f"{server.url}?token=hush-hush-1")

    assert "No such: ***" in run.error
    assert "hush-hush" not in repr((run.error, office.log(run)))


def test_a_job_that_its_host_was_closed_to_is_begun_when_it_opens(office: Office, server: GeoprocessingServer) -> None:
    office.farm.close_host(hours=1)
    run = office.begin("geoprocessing", url=server.url, if_unsure="fail")

    resting = office.attempt(run)
    asked = len(server.jobs)
    ended = office.farm.finish(run)
    office.farm.open_host()

    assert (resting.state, asked) == (RunState.SCHEDULED, 0)
    assert (ended.state, len(server.jobs)) == (RunState.SUCCEEDED, 1), ended.error
