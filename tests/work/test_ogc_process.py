"""OGC processes: a real pygeoapi executes them as jobs and at once; what servers do beyond that is scripted."""

import json
from typing import Any

from samples.servers.pygeoapi import Pygeoapi
from tests.work.conftest import Office
from windrow.model.runs import RunState


def jobs_of(pygeoapi: Pygeoapi, office: Office) -> Any:
    maker = office.farm.assembly.fetcher_maker
    from windrow.ports.fetching import Manners

    fetcher = maker(Manners(), origin=pygeoapi.url, credential=None, check=lambda: None)
    return json.loads(fetcher.get(f"{pygeoapi.url}/jobs?f=json&limit=100").body)["jobs"]


def test_a_real_process_is_executed_as_a_job(office: Office, pygeoapi: Pygeoapi) -> None:
    run = office.do(
        "ogc_process", url=pygeoapi.url, process="hello-world", inputs={"name": "Kent", "message": "Good day."}
    )

    assert run.state is RunState.SUCCEEDED, run.error
    assert run.result == {}
    assert office.log(run) == []
