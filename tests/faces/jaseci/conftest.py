"""Jaseci's API with a few walkers, somebody who calls it, and a worker that lives for as long as a test wants."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.web.serving import PASSWORD, Answer, Caller, House, serve
from windrow.model.identity import new_id
from windrow.model.workers import Worker, WorkerRole
from windrow.ports.walkers import Walk, walker, walkers_in

GATE = threading.Event()
"""Walkers named `slow` go on when it is set."""


@walker("hello", schema={"type": "object", "properties": {"name": {"type": "string", "default": "world"}}})
def hello(walk: Walk) -> None:
    walk.report(f"hello {walk.context['name']}")


@walker("divide")
def divide(walk: Walk) -> None:
    walk.report(1)
    walk.report(1 / 0)


@walker("created")
def created(walk: Walk) -> None:
    walk.report({"a": 1})
    walk.status_code = 201


@walker("custom")
def custom(walk: Walk) -> None:
    walk.custom = {"b": 2}


@walker("patient", queued=True)
def patient(walk: Walk) -> None:
    walk.report("patient")


@walker("whereabouts")
def whereabouts(walk: Walk) -> None:
    walk.report(walk.node)


@walker("slow")
def slow(walk: Walk) -> None:
    while not GATE.wait(0.02):
        walk.check()
    walk.report("at last")


_ALL = (hello, divide, created, custom, patient, whereabouts, slow)
WALKERS = {each.name: each for one in _ALL for each in walkers_in(one)}


@dataclass
class Service:
    """Jaseci's API, asked by a user with a token of it."""

    house: House
    token: str
    ask: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.ask = Caller(self.house.base, {"Authorization": f"token {self.token}"})

    def post(self, path: str, content: Any = None, **query: Any) -> Answer:
        return self.ask("POST", f"//{path}", {} if content is None else content, query=query)

    def get(self, path: str, **query: Any) -> Answer:
        return self.ask("GET", f"//{path}", query=query)

    def run(self, name: str, *, is_async: Any = True, **context: Any) -> Any:
        answer = self.post("js/walker_run", {"name": name, "ctx": context, "is_async": is_async})
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json

    def check(self, task_id: str) -> Any:
        return self.get("js/walker_queue_check", task_id=task_id).json

    def wait(self, task_id: str, **query: Any) -> Any:
        return self.get("js/walker_queue_wait", task_id=task_id, **query).json


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch, serve(tmp_path_factory.mktemp("data")) as house:
        for name, each in WALKERS.items():
            patch.setitem(house.assembly.walkers, name, each)
        yield house


def signed_in(house: House, name: str) -> Service:
    """A user with a token that `/user/token/` gave."""
    answer = house.anybody()("POST", "//user/token/", {"email": name, "password": PASSWORD})
    assert answer.status == 200, answer.body
    return Service(house, answer.json["token"])


@pytest.fixture(scope="module")
def service(house: House) -> Service:
    house.user("ada@example.org")
    return signed_in(house, "ada@example.org")


@pytest.fixture(scope="module")
def other(house: House) -> Service:
    house.user("bob@example.org")
    return signed_in(house, "bob@example.org")


Working = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def working(house: House) -> Working:
    """A worker on host `vm` that lives for as long as the block lasts."""

    @contextmanager
    def live() -> Iterator[None]:
        store, worker_id, ended = house.assembly.store, new_id(), threading.Event()
        now = house.assembly.clock()
        store.workers.beat(Worker(worker_id, WorkerRole.WORKER, "vm", 1, "embedded", ("default",), 4, now, now))
        performer = house.assembly.performer(worker_id)
        changes = store.changes()
        carriers: list[threading.Thread] = []

        def work() -> None:
            while not ended.is_set():
                while (task := performer.take_run()) is not None:
                    carriers.append(threading.Thread(target=task))
                    carriers[-1].start()
                changes.wait(0.2)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            GATE.set()
            for each in (thread, *carriers):
                each.join()
            GATE.clear()
            changes.close()
            store.workers.leave(worker_id, now=house.assembly.clock())

    return live


def plain(response: Mapping[str, Any]) -> dict[str, Any]:
    """A walker's answer without what differs from the original's by nature: it has no node."""
    return {name: value for name, value in response.items() if name != "final_node"}
