"""Geoprocessing: a job is begun once, followed to its end, and ended with its run."""

import pytest

from tests.remotes.server import Remote
from tests.work.conftest import Office
from tests.work.geoprocessing_server import GeoprocessingServer
from windrow.model.runs import RunState


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
