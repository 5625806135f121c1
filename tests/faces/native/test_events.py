"""Whoever follows a run gets every entry of its log and its end, and costs nothing once gone."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.web.serving import Caller, House, wait_until
from windrow.core.listening import Listening
from windrow.faces.native.context import Parts
from windrow.ports.runs import Entry
from windrow.web.app import THREADS


@pytest.fixture(scope="module")
def ada(house: House) -> Caller:
    return house.user("ada")


def listening(house: House) -> Listening:
    parts: Parts = house.app.state.native
    return parts.listening


def queued(ada: Caller, steps: int = 1) -> Any:
    task = ada.post("/tasks", {"name": "Steps", "kind": "stepping", "parameters": {"steps": steps}})
    return ada.post(f"/tasks/{task['id']}/start")


@contextmanager
def follower(house: House, ada: Caller, run_id: str) -> Iterator[socket.socket]:
    """A connection on which a run's events come; closed without a word."""
    with socket.create_connection(("127.0.0.1", int(house.base.rpartition(":")[2])), timeout=20) as connection:
        head = f"GET /api/v1/runs/{run_id}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        connection.sendall(f"{head}Authorization: {ada.headers['Authorization']}\r\n\r\n".encode())
        yield connection


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def events_in(body: bytes) -> list[tuple[str, str, Any]]:
    """(event, id, data) of each."""
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
    return found


def test_an_ended_run_is_told_with_its_whole_log(house: House, ada: Caller) -> None:
    run = queued(ada, steps=250)
    house.carry_out()

    answer = ada("GET", f"/runs/{run['id']}/events")

    events = events_in(answer.body)
    log = ada.get(f"/runs/{run['id']}/log", limit=1000)["items"]
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert [data for name, _, data in events if name == "log"] == log
    assert len(log) >= 250
    assert (events[-1][0], events[-1][2]["state"]) == ("run", "succeeded")


def test_whoever_comes_back_goes_on_where_they_were(house: House, ada: Caller) -> None:
    run = queued(ada, steps=5)
    house.carry_out()
    log = ada.get(f"/runs/{run['id']}/log", limit=1000)["items"]

    answer = ada("GET", f"/runs/{run['id']}/events", headers={"Last-Event-ID": str(log[2]["id"])})

    assert [number for name, number, _ in events_in(answer.body) if name == "log"] == [str(e["id"]) for e in log[3:]]


def test_many_follow_at_once_and_others_are_still_answered(house: House, ada: Caller) -> None:
    run, before = queued(ada, steps=30), threading.active_count()
    bodies: list[bytes] = []

    def follow() -> None:
        bodies.append(ada("GET", f"/runs/{run['id']}/events", headers={"Connection": "close"}).body)

    threads = [threading.Thread(target=follow) for _ in range(50)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(listening(house)) == 50)
    serving = threading.active_count() - before - len(threads)
    answered = [ada("GET", path).status for path in ("/me", "//healthz", "/runs", "//readyz")]
    house.carry_out()
    for thread in threads:
        thread.join(20)

    log = ada.get(f"/runs/{run['id']}/log", limit=1000)["items"]
    assert answered == [200] * 4
    assert serving <= THREADS + 6  # the pool, the bell and those who look
    assert len(bodies) == 50
    for body in bodies:
        events = events_in(body)
        assert [data for name, _, data in events if name == "log"] == log
        assert events[-1][2]["state"] == "succeeded"
    wait_until(lambda: len(listening(house)) == 0)


def test_a_listener_that_goes_away_is_forgotten(house: House, ada: Caller) -> None:
    run = queued(ada)

    with follower(house, ada, run["id"]) as connection:
        assert connection.recv(20).startswith(b"HTTP/1.1 200")
        wait_until(lambda: len(listening(house)) == 1)

    wait_until(lambda: len(listening(house)) == 0)
    wait_until(lambda: not any(thread.name == "bell" for thread in threading.enumerate()))
    ada.post(f"/runs/{run['id']}/cancel")


def test_what_is_written_while_somebody_listens_arrives_once_and_in_order(house: House, ada: Caller) -> None:
    run, runs = queued(ada), house.assembly.store.runs

    with follower(house, ada, run["id"]) as connection:
        wait_until(lambda: len(listening(house)) == 1)
        for number in range(150):
            runs.write_log(run["id"], [Entry(house.assembly.clock(), "info", f"line {number}")], keep=1000)
        ada.post(f"/runs/{run['id']}/cancel")
        body = read_all(connection)

    lines = [json.loads(line[6:])["message"] for line in body.decode().splitlines() if '"message":"line ' in line]
    assert lines == [f"line {number}" for number in range(150)]
    assert '"state":"cancelled"' in body.decode()


def test_following_ends_when_the_run_is_deleted(house: House, ada: Caller) -> None:
    run = queued(ada)

    with follower(house, ada, run["id"]) as connection:
        wait_until(lambda: len(listening(house)) == 1)
        ada.post(f"/runs/{run['id']}/cancel")
        assert ada("DELETE", f"/runs/{run['id']}").status == 204

        assert read_all(connection).startswith(b"HTTP/1.1 200")

    wait_until(lambda: len(listening(house)) == 0)


def test_head_does_not_follow(house: House, ada: Caller) -> None:
    run = queued(ada)

    answer = ada("HEAD", f"/runs/{run['id']}/events")

    assert (answer.status, answer.body) == (200, b"")
    wait_until(lambda: len(listening(house)) == 0)
    ada.post(f"/runs/{run['id']}/cancel")
