"""kill -9 in the middle of a harvest: what goes on afterwards leaves everything done exactly once."""

import signal

from samples.servers.pycsw import Pycsw
from tests.journeys.conftest import WITHIN, Newcomer
from tests.journeys.gate import Gate

RECORDS = 32
PAGE = 2
PAGES = RECORDS // PAGE


def test_up_killed_in_a_harvest_finishes_it_when_it_is_up_again(unattended: Newcomer, pycsw: Pycsw) -> None:
    with Gate(pycsw.csw_url, hold_after=PAGES // 2) as gate:
        first = unattended.starts("up", "--port", "0", "--workers", "1", "--json")
        client = unattended.client(first.address())
        settings, policies = {"page_size": PAGE}, {"requests_per_second": 0, "concurrency": 1}
        source = client.sources.create(name="S", kind="csw", url=gate.url, settings=settings, policies=policies)
        run = client.sources.harvest(source.id)
        assert gate.reached.wait(WITHIN)
        first.stop(signal.SIGKILL)
        gate.open()

        again = unattended.client(unattended.starts("up", "--port", "0", "--workers", "1", "--json").address())
        ended = again.runs.wait(run.id, timeout=WITHIN)

    assert (ended.state, ended.attempt) == ("succeeded", 2)
    assert (ended.progress.done, dict(ended.progress.counts)) == (RECORDS, {"added": RECORDS})
    assert again.records.count() == again.sources.get(source.id).resources == RECORDS


def test_a_killed_harvest_goes_on_with_the_next(unattended: Newcomer, pycsw: Pycsw) -> None:
    with Gate(pycsw.csw_url, hold_after=PAGES // 2) as gate:
        slow = ["--set", f"page_size={PAGE}", "--policy", "requests_per_second=0", "--policy", "concurrency=1"]
        killed = unattended.starts("harvest", gate.url, *slow)
        assert gate.reached.wait(WITHIN)
        killed.stop(signal.SIGKILL)
        gate.open()

        again = unattended.says("harvest", gate.url, "--json")

    assert (again.code, again.json["state"], again.json["counts"]) == (0, "succeeded", {"added": RECORDS})
    assert again.json["resources"] == RECORDS
    assert "is being harvested already" in again.err
    assert [each["attempt"] for each in unattended.says("runs", "list", "--json").json] == [2]


def test_ctrl_c_ends_a_harvest_within_seconds_though_its_remote_hangs(unattended: Newcomer, pycsw: Pycsw) -> None:
    with Gate(pycsw.csw_url, hold_after=PAGES // 2) as gate:
        harvest = unattended.starts("harvest", gate.url, "--set", f"page_size={PAGE}")
        assert gate.reached.wait(WITHIN)

        code = harvest.stop(signal.SIGINT)

    (run,) = unattended.says("runs", "list", "--json").json
    assert (code, run["state"]) == (130, "cancelled")
    assert run["progress"]["done"] < RECORDS
    assert "Traceback" not in (unattended.folder / "harvest.log").read_text()
