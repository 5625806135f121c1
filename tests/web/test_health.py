"""Health, readiness and metrics: cheap, honest, and telling strangers nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.serving import Caller, House, serve
from windrow.errors import StoreUnavailable
from windrow.model.accounts import Right
from windrow.storage.database import Database

REASON = "connection to server at 10.1.2.3 failed for user windrow"


@contextmanager
def database_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every question to the database fails, as it does when its server is gone."""

    def refuse(*_: object, **__: object) -> None:
        raise StoreUnavailable(REASON)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "read", refuse)
        patch.setattr(Database, "write", refuse)
        yield


def figures(caller: Caller) -> dict[str, dict[tuple[str, ...], float]]:
    """By name, then by the labels' values."""
    text = caller("GET", "//metrics").body.decode()
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(text)
    }


def test_a_living_process_says_so_to_everybody(house: House) -> None:
    anybody = house.anybody()

    assert anybody("GET", "//healthz").json == {"status": "ok", "reason": ""}
    assert anybody("GET", "//readyz").json == {"status": "ok", "reason": ""}


def test_without_its_database_it_lives_but_is_not_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anybody, admin = house.anybody(), house.holder("admin")

    with database_away(monkeypatch):
        alive, ready, asked = anybody("GET", "//healthz"), anybody("GET", "//readyz"), admin("GET", "/me")

    assert (alive.status, ready.status, asked.status) == (200, 503, 503)
    assert ready.json["status"] == "unavailable"
    assert asked.json["title"] == "Not available just now"
    assert asked.headers["Retry-After"] == "5"
    assert REASON.encode() not in ready.body + asked.body
    assert anybody("GET", "//readyz").status == 200


def test_metrics_are_what_prometheus_reads(house: House) -> None:
    admin = house.holder("admin")
    task = admin.post("/tasks", {"name": "x", "kind": "stepping"})
    admin.post(f"/tasks/{task['id']}/start")

    found = figures(admin)

    assert found["windrow_runs"] == {
        **dict.fromkeys([("cancelling",), ("running",), ("scheduled",), ("waiting",)], 0.0),
        ("queued",): 1.0,
    }
    assert found["windrow_sources"] == {(): 0.0}
    assert set(found["windrow_processes"]) == {("worker",), ("clock",), ("api",)}
    assert "windrow_host_requests" in found


def test_answers_are_timed_by_route_and_not_by_object(house: House) -> None:
    admin = house.holder("admin")
    for number in (101, 102, 103):
        assert admin("GET", f"/sources/{number}").status == 404
    assert admin("GET", "//no/such/path").status == 404

    text = admin("GET", "//metrics").body.decode()

    routes = {
        sample.labels["route"]: sample.value
        for family in text_string_to_metric_families(text)
        if family.name == "windrow_http_request_seconds"
        for sample in family.samples
        if sample.name.endswith("_count") and sample.labels["status"] == "4xx"
    }
    assert routes == {"/api/v1/sources/{source_id}": 3.0, "none": 1.0}


def test_metrics_are_for_admins_unless_they_are_public(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    operator = house.user("ada")

    assert house.anybody()("GET", "//metrics").status == 401
    assert operator("GET", "//metrics").status == 403
    assert house.holder("admin", Right.READ)("GET", "//metrics").status == 200
    with serve(tmp_path_factory.mktemp("public"), metrics_public=True) as public:
        assert public.anybody()("GET", "//metrics").status == 200
