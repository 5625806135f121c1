"""The client does everything that the API can, over real HTTP, and tells plainly what went wrong."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, get_type_hints

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel, ValidationError

from tests.remotes.scripts import reply
from tests.remotes.server import Remote
from tests.web.operations import all_operations
from tests.web.serving import PASSWORD, House, serve
from tests.web.world import DOCUMENT, IDENTIFIER, add_copy, add_worker, depot, fill_folder
from windrow.client import ApiError, Client, Unreachable, fields
from windrow.wire import accounts, runs, schedules, sources

NOT_BY_CLIENT = frozenset({"healthz", "readyz", "metrics"})
"""For whoever keeps the installation alive."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serve(tmp_path_factory.mktemp("data")) as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    token = house.holder("admin").headers["Authorization"].removeprefix("Bearer ")
    with Client(house.base, token=token) as client:
        yield client


def do_accounts(client: Client, house: House) -> None:
    made = client.accounts.create_user("ada", role="viewer", tenant="alpha")
    client.accounts.change_user(made.id, role="operator")
    reset = client.accounts.reset_password(made.id)
    with Client(house.base, basic=("ada", reset.secret or "")) as ada:
        ada.accounts.change_password(reset.secret or "", PASSWORD)
    with Client(house.base, basic=("ada", PASSWORD)) as ada:
        token = ada.accounts.create_token("nightly", scopes=["read"], expires_at=datetime.now(UTC) + timedelta(days=1))
        assert [each.name for each in ada.accounts.tokens()] == ["nightly"]
        ada.accounts.revoke_token(token.id)
        assert (ada.accounts.me().name, ada.accounts.me().role) == ("ada", "operator")
    assert client.accounts.user(made.id).role == "operator"
    assert [each.name for each in client.accounts.users()] == ["ada", "admin"]
    assert [each.name for each in client.accounts.tenants()] == ["alpha", "default"]


def do_hosts(client: Client) -> None:
    said = client.hosts.set_hours("closed.test", blackouts=[schedules.Window(begin="08:00", end="18:00")])
    assert (said.host, [each.begin for each in said.blackouts]) == ("closed.test", ["08:00"])
    assert "closed.test" in [each.host for each in client.hosts.list()]
    client.hosts.remove_hours("closed.test")
    assert "closed.test" not in [each.host for each in client.hosts.list()]


def do_sources(client: Client, house: House, remote: Remote) -> sources.Source:
    url = remote.url("/waf/")
    assert "waf" in [each.name for each in client.sources.kinds()]
    assert client.sources.detect(url)[0].kind == "waf"
    assert client.sources.preview(name="Folder", kind="waf", url=url).looked_at == 4
    source = client.sources.create(name="Folder", kind="waf", url=url, policies=sources.Policies(guard_share=0.2))
    assert client.sources.get(source.id) == source == next(client.sources.list())
    source = client.sources.change(source.id, priority=5, policies={"concurrency": 2})
    assert (source.priority, source.policies.guard_share, source.policies.concurrency) == (5, 0.2, 2)
    assert client.sources.preview_change(source.id, settings={"depth": 1}).looked_at == 4
    run = client.sources.harvest(source.id, full=True)
    assert [each.id for each in client.sources.runs(source.id)] == [run.id]
    house.carry_out()
    assert client.runs.wait(run.id, timeout=5).state == "partial"
    client.sources.harvest(source.id)
    stopped = client.sources.cancel(source.id)
    assert stopped is not None
    assert (stopped.state, client.sources.cancel(source.id)) == ("cancelled", None)
    refresh, check = client.sources.refresh(source.id), client.sources.check(source.id)
    house.carry_out()
    assert client.runs.get(refresh.id).kind == "refresh"
    assert client.runs.get(check.id).result["available"] is True
    assert [each.available for each in client.sources.availability(source.id)] == [True]
    do_hosts(client)
    assert client.sources.retire(source.id).health == "retired"
    assert [each.id for each in client.sources.list(retired=True)] == [source.id]
    client.sources.revive(source.id)
    return source


def do_notifications(client: Client, house: House, remote: Remote, source_id: int) -> None:
    made = client.notifications.create(
        source_id, name="Hook", channel="webhook", address=remote.url("/hook"), on=["error", "digest"]
    )
    assert made.signing_secret.startswith("whsec_")
    assert [each.id for each in client.notifications.list(source_id)] == [made.id]
    changed = client.notifications.change(source_id, made.id, digest_seconds=3600, enabled=False)
    assert changed == client.notifications.get(source_id, made.id)
    assert (changed.digest_seconds, changed.on) == (3600, ["digest", "error"])
    assert client.notifications.rotate(source_id, made.id).signing_secret != made.signing_secret
    remote.on("/hook", reply(b""))
    run = client.notifications.test(source_id, made.id)
    house.carry_out()
    assert client.runs.get(run.id).state == "succeeded"
    client.notifications.delete(source_id, made.id)


def do_destinations(client: Client, remote: Remote) -> None:
    made = client.destinations.create("Board", remote.url("/hook"))
    assert [each.id for each in client.destinations.list()] == [made.id]
    assert client.destinations.change(made.id, remote.url("/hook")) == client.destinations.get(made.id)
    assert client.destinations.change(made.id, name="Council").name == "Council"
    assert client.destinations.rotate(made.id).signing_secret != made.signing_secret
    assert client.destinations.test(made.id).problem == ""
    client.destinations.delete(made.id)


def do_resources(client: Client, house: House, remote: Remote, source_id: int) -> None:
    (broken,) = client.sources.resources(source_id, outcome="quarantined")
    assert client.sources.retry_quarantined(source_id, [broken.id]) == 1
    assert client.sources.want(source_id, wanted=False) == 4
    assert client.sources.want(source_id, wanted=True) == 4
    fill_folder(remote, 1)
    client.sources.harvest(source_id, full=True)
    house.carry_out()
    (review,) = client.sources.reviews(source_id)
    assert client.sources.decide(source_id, review.id, approve=True).state == "approved"
    assert client.sources.restore(source_id) == 3


def do_records(client: Client, source_id: int) -> None:
    found = list(client.records.search(q="aerial", sort="title", source=source_id, limit=2))
    assert len(found) == client.records.count(source=[source_id], bbox=(-180, -90, 180, 90)) == 3
    assert client.records.facets(q="aerial").type[0].count == 3
    record = next(each for each in found if each.identifier == f"{IDENTIFIER.decode()}-0")
    assert client.records.get(record.id) == record
    assert client.records.document(record.id) == DOCUMENT.replace(IDENTIFIER, IDENTIFIER + b"-0")
    edited = client.records.edit(record.id, title="Streams", rules={"title": "merge"}, seen=record.stored_at)
    (title,) = [each for each in client.records.provenance(record.id).fields if each.field == "title"]
    assert (edited.title, title.origin, title.remote, title.edit and title.edit.rule) == (
        *("Streams", "local", record.title, "merge"),
    )
    assert client.records.confirm(record.id, "title") == edited
    assert [each.record_id for each in client.sources.edits(source_id)] == [record.id]
    assert list(client.sources.edits(source_id, conflicts=True)) == []
    assert client.records.undo(record.id, "title").title == record.title
    lines = b"".join(client.records.export("geojsonl", source=source_id)).splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == sorted(each.id for each in found)


def do_copies(client: Client, house: House, source_id: int) -> None:
    record = next(client.records.search(source=source_id))
    add_copy(house, record.id)
    (copy,) = client.copies.list(record.id)
    assert b"".join(client.copies.read(record.id, copy.id)) == b"a,b\n1,2\n"
    assert (client.copies.stock(source_id).counts, client.copies.stock(source_id).size) == ({"copied": 1}, copy.size)
    client.sources.change(source_id, policies={"copying": "data"})
    run = client.copies.start(source_id, full=True, only=[record.id])
    house.carry_out()
    assert client.runs.get(run.id).state == "succeeded"


def do_targets(client: Client, house: House, remote: Remote, source_id: int) -> None:
    assert "depot" in [each.name for each in client.targets.kinds()]
    given = depot("Depot", remote)
    target = client.targets.create(source_id, name="Depot", kind="depot", url=given["url"], requests_per_second=0)
    assert client.targets.get(source_id, target.id) == target == next(client.targets.list(source_id))
    changed = client.targets.change(source_id, target.id, concurrency=2, credential=given["credential"])
    assert (changed.concurrency, changed.has_credential, changed.waiting) == (2, True, 3)
    assert client.targets.check(source_id, target.id).available
    run = client.targets.push(source_id)
    house.carry_out()
    assert client.runs.wait(run.id).result["targets"][0]["pushed"] == 3
    assert len(list(client.targets.deliveries(source_id, target.id, failed=False))) == 3
    assert list(client.targets.deliveries(source_id, target.id, failed=True)) == []
    client.targets.push(source_id, target.id, full=True)
    house.carry_out()
    assert {each.attempts for each in client.targets.deliveries(source_id, target.id)} == {2}
    withdrawal = client.targets.withdraw(source_id, target.id)
    house.carry_out()
    assert withdrawal is not None
    assert client.runs.wait(withdrawal.id).state == "succeeded"
    assert list(client.targets.list(source_id)) == []
    other = client.targets.create(source_id, name="Depot", kind="depot", url=given["url"])
    client.targets.delete(source_id, other.id)


def do_items(client: Client) -> None:
    written = json.dumps({"cells": [], "metadata": {"x": "y" * (2 << 20)}, "nbformat": 4, "nbformat_minor": 5}).encode()
    item = client.items.add("tides.ipynb", io.BytesIO(written), title="Tides")
    assert (item.title, item.type, item.size, item.uploaded) == ("Tides", "notebook", len(written), True)
    assert client.items.rename(item.id, "Tides of today").title == "Tides of today"
    assert b"".join(client.items.read(item.id)) == written
    replaced = client.items.replace(item.id, written.replace(b"yy", b"z"), seen=client.items.get(item.id).changed_at)
    assert list(client.items.list(type="notebook")) == [replaced]
    with pytest.raises(ApiError, match="changed this item meanwhile"):
        client.items.replace(item.id, written, seen=item.changed_at)
    assert list(client.items.in_folders()) == []
    client.items.delete(item.id)


def do_sequences(client: Client) -> None:
    secret = client.secrets.set("API_TOKEN", "s3cr3t-t0k3n", hosts=["API.example.org", "api.example.org:8443"])
    assert (secret.name, secret.hosts) == ("API_TOKEN", ["api.example.org", "api.example.org:8443"])
    assert (client.secrets.get("API_TOKEN"), list(client.secrets.list())) == (secret, [secret])
    with pytest.raises(ApiError, match="without https://"):
        client.secrets.set("API_TOKEN", "other", hosts=["https://api.example.org/"])
    client.secrets.delete("API_TOKEN")
    assert client.sequences.schema()["title"] == "Windrow sequence, strict dialect"


def do_repeats(client: Client, house: House, task_id: str) -> None:
    due = datetime(2026, 5, 1, tzinfo=UTC)
    run = client.tasks.start(task_id, parameters={"files": {"c.txt": "C"}}, due=due)
    house.carry_out()
    again = client.runs.rerun(run.id)
    assert (again.rerun_of, again.parameters, again.due) == (run.id, run.parameters, due)
    house.carry_out()
    dry = client.tasks.backfill(task_id, start=due, end=due + timedelta(hours=3), dry_run=True)
    assert ([each.hour for each in dry.moments], dry.left_out, dry.run_ids) == ([0, 1, 2], 0, [])
    made = client.tasks.backfill(task_id, start=due, end=due + timedelta(hours=3), most=3)
    assert [client.runs.get(each).cause for each in made.run_ids] == ["backfill"] * 3
    for run_id in made.run_ids:
        client.runs.cancel(run_id)


def do_tasks_and_runs(client: Client, house: House, source_id: int) -> None:
    assert "stepping" in [each.name for each in client.tasks.kinds()]
    schedule = schedules.Schedule(trigger=schedules.Trigger(every_seconds=3600))
    task = client.tasks.create(name="Steps", kind="stepping", parameters={"files": {"ä b.txt": "A"}}, schedule=schedule)
    looked = client.schedules.preview({"trigger": {"type": "cron", "expression": "@daily"}}, count=3)
    assert (looked.description, len(looked.moments)) == ("at 00:00 every day, UTC", 3)
    assert client.schedules.coming(days=2).total >= 48
    changed = client.tasks.change(task.id, schedule={"enabled": False}, retry={"attempts": 3})
    assert changed == client.tasks.get(task.id)
    assert (changed.retry.attempts, changed.retry.first) == (3, 2.0)
    assert [each.id for each in client.tasks.list(kind="stepping")] == [task.id]
    later = client.tasks.start(task.id, at=datetime(2100, 1, 1, tzinfo=UTC))
    assert client.runs.cancel(later.id).state == "cancelled"
    run = client.tasks.start(task.id)
    house.carry_out()
    told = list(client.runs.follow(run.id))
    assert [each.message for each in told if isinstance(each, runs.LogEntry)] == [
        each.message for each in client.runs.log(run.id, level="info")
    ]
    assert isinstance(told[-1], runs.Run)
    assert told[-1].state == client.runs.get(run.id).state == "succeeded"
    assert [each.id for each in client.runs.list(task_id=task.id, state=["succeeded"])] == [run.id]
    assert [each.name for each in client.runs.outputs(run.id)] == ["ä b.txt"]
    assert b"".join(client.runs.read_output(run.id, "ä b.txt")) == b"A"
    assert list(client.runs.parts(run.id)) == []
    do_repeats(client, house, task.id)
    assert list(client.runs.steps(run.id)) == []
    worker = add_worker(house)
    client.runs.drain(worker)
    assert [each.draining for each in client.runs.workers() if each.id == worker] == [True]
    client.runs.stop(worker)
    assert [each.stopping for each in client.runs.workers() if each.id == worker] == [True]
    assert client.runs.inspect().active == {worker: []} or client.runs.inspect().active == {}
    diff = client.sources.diff(source_id, settings={"depth": 1})
    house.carry_out()
    assert client.runs.wait(diff.id).state == "succeeded"
    client.runs.delete(run.id)
    client.tasks.delete(task.id)


def test_the_client_can_do_all_that_the_api_can(client: Client, house: House, remote: Remote) -> None:
    fill_folder(remote, 3, broken=True)

    do_accounts(client, house)
    source = do_sources(client, house, remote)
    do_notifications(client, house, remote, source.id)
    do_destinations(client, remote)
    do_resources(client, house, remote, source.id)
    do_records(client, source.id)
    do_copies(client, house, source.id)
    do_targets(client, house, remote, source.id)
    do_tasks_and_runs(client, house, source.id)
    do_items(client)
    do_sequences(client)
    client.sources.delete(source.id)

    assert list(client.sources.list()) == []
    asked = {(each.labels["method"], each.labels["route"]) for each in timed(house)}
    left = {each.id for each in all_operations(house) if (each.method, each.path) not in asked}
    assert left <= NOT_BY_CLIENT


def timed(house: House) -> Iterator[Any]:
    text = house.holder("admin")("GET", "//metrics").body.decode()
    for family in text_string_to_metric_families(text):
        if family.name == "windrow_http_request_seconds":
            yield from (
                each for each in family.samples if each.name.endswith("_count") and each.labels["status"] == "2xx"
            )


def test_lists_are_walked_a_page_at_a_time(client: Client, remote: Remote) -> None:
    pages = [
        {"items": [user(f"u{n}{m}") for m in range(2)], "next": f"page{n + 1}" if n < 2 else None} for n in range(3)
    ]
    remote.on("/api/v1/users", *(reply(json.dumps(page).encode(), media_type="application/json") for page in pages))

    with Client(remote.url(""), token="wr_x") as far:
        users = far.accounts.users()
        assert remote.seen == []
        assert [each.name for each in islice(users, 2)] == ["u00", "u01"]
        assert len(remote.seen) == 1
        assert [each.name for each in users] == ["u10", "u11", "u20", "u21"]

    assert [each.query.get("cursor") for each in remote.seen] == [None, "page1", "page2"]
    assert {each.headers["authorization"] for each in remote.seen} == {"Bearer wr_x"}


def user(name: str) -> dict[str, Any]:
    """As a newer server might send it."""
    moment = "2026-01-01T00:00:00Z"
    known = {"id": name, "name": name, "role": "viewer", "tenant_id": "t", "active": True, "created_at": moment}
    return {**known, "must_change_password": False, "colour": "a field that this client does not know"}


def test_what_the_server_refuses_is_told_field_by_field(client: Client) -> None:
    with pytest.raises(ApiError) as caught:
        client.sources.create(name="x", kind="nothing", url="ftp://x")

    assert caught.value.status == 422
    assert [each.field for each in caught.value.problem.errors] == ["kind"]
    assert str(caught.value).startswith("Bad input (422): kind: there is no source kind 'nothing'")


def test_what_fits_no_shape_is_never_sent(remote: Remote) -> None:
    with Client(remote.url(""), token="x") as client, pytest.raises(ValidationError, match="colour"):
        client.sources.change(1, colour="red")  # type: ignore[call-arg]  # what is tried here

    assert remote.seen == []


def test_an_answer_that_is_no_problem_document_is_told_as_it_came(remote: Remote) -> None:
    remote.on("/api/v1/me", reply(b"<h1>Bad gateway</h1>", status=502, media_type="text/html"))

    with Client(remote.url(""), token="x") as client, pytest.raises(ApiError, match="<h1>Bad gateway</h1>") as caught:
        client.accounts.me()

    assert caught.value.status == 502


def test_no_answer_is_told_as_such() -> None:
    with Client("http://127.0.0.1:9", token="x", timeout=2) as client, pytest.raises(Unreachable, match="no answer"):
        client.accounts.me()


@pytest.mark.parametrize("url", ["localhost:8750", "ftp://x", "http://", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http or https URL"):
        Client(url)


def test_waiting_ends_in_time(client: Client) -> None:
    task = client.tasks.create(name="Never carried out", kind="stepping")
    run = client.tasks.start(task.id)

    with pytest.raises(TimeoutError, match=f"run {run.id} is still queued"):
        client.runs.wait(run.id, timeout=0.2)

    threading.Timer(0.2, lambda: client.runs.cancel(run.id)).start()
    assert client.runs.wait(run.id, timeout=20).state == "cancelled"


def test_following_goes_on_after_a_broken_line_without_a_gap(remote: Remote, client: Client) -> None:
    task = client.tasks.create(name="Steps", kind="stepping")
    run = client.tasks.start(task.id)
    running = run.model_dump(mode="json")
    ended = {**running, "state": "succeeded"}
    remote.on(f"/api/v1/runs/{run.id}", reply(json.dumps(running).encode(), media_type="application/json"))
    remote.on(
        f"/api/v1/runs/{run.id}/events",
        reply(events(("log", 1, entry(1)), ("log", 2, entry(2)), ("run", None, running))),
        reply(b": still here\n\n" + events(("log", 3, entry(3)), ("run", None, ended))),
    )

    with Client(remote.url(""), token="x") as far:
        told = list(far.runs.follow(run.id))

    assert [each.id for each in told if isinstance(each, runs.LogEntry)] == [1, 2, 3]
    asked = remote.asked(f"/api/v1/runs/{run.id}/events")
    assert [each.headers.get("last-event-id") for each in asked] == [None, "2"]
    client.runs.cancel(run.id)


def entry(number: int) -> dict[str, Any]:
    return {"id": number, "at": "2026-01-01T00:00:00Z", "level": "info", "message": f"line {number}"}


def events(*each: tuple[str, int | None, Any]) -> bytes:
    return b"".join(
        (f"id: {number}\n" if number else "").encode() + f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
        for name, number, data in each
    )


def test_whoever_stops_reading_leaves_a_client_that_still_works(client: Client, house: House) -> None:
    task = client.tasks.create(name="Large", kind="stepping", parameters={"files": {"a": "x" * 900_000}})
    run = client.tasks.start(task.id)
    house.carry_out()

    with closing(client.runs.read_output(run.id, "a")) as pieces:  # type: ignore[type-var]  # a generator
        assert next(iter(pieces))

    assert client.accounts.me().name == "admin"


@pytest.mark.parametrize(
    ("given", "shape", "left"),
    [
        (fields.NewToken, accounts.NewToken, {"name"}),
        (fields.NewUser, accounts.NewUser, {"name"}),
        (fields.UserChange, accounts.UserChange, set()),
        (fields.NewSource, sources.SourceInput, set()),
        (fields.SourceChange, sources.SourceChange, set()),
        (fields.NewTask, runs.TaskInput, set()),
        (fields.TaskChange, runs.TaskChange, set()),
    ],
)
def test_keywords_are_the_fields_of_the_shapes(given: Any, shape: type[BaseModel], left: set[str]) -> None:
    required = {name for name, field in shape.model_fields.items() if field.is_required()}

    assert set(get_type_hints(given)) == set(shape.model_fields) - left
    assert given.__required_keys__ == required - left
