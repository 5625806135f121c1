"""A whole Windrow that answers on loopback, for tests of everything that speaks HTTP with it."""

import json
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

import urllib3
import uvicorn
from fastapi import FastAPI

from tests.harvests.depot import Depot, DepotKind
from tests.harvests.farm import PASSWORD as PASSWORD
from tests.harvests.farm import hash_cheaply, template
from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.model.accounts import Principal, Right, Role
from windrow.model.identity import new_id
from windrow.model.runs import Level, Part, Progress
from windrow.ports.targets import TargetKind
from windrow.ports.work import Done, Performed, Work, WorkKind
from windrow.processes.certificates import pair_of
from windrow.settings import Settings
from windrow.web.app import make_app


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, as JSON."""
        return json.loads(self.body)

    @property
    def problems(self) -> dict[str, str]:
        """The fields at fault, and what is told of each."""
        return {each["field"]: each["problem"] for each in self.json["errors"]}


@dataclass(frozen=True)
class Caller:
    """Somebody who asks, with their own credentials."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=16, retries=False))

    def __call__(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        body: bytes | None = None,
        query: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends `content` as JSON, or `body` as it is. Paths are those below `/api/v1`, or whole with two slashes."""
        sent = {**self.headers, **(headers or {})}
        if content is not None:
            body = json.dumps(content).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        url = self.base + (path[1:] if path.startswith("//") else f"/api/v1{path}")
        url += "?" + urlencode(query, doseq=True) if query else ""
        answer = self.pool.request(method, url, body=body, headers=sent, redirect=False)
        return Answer(answer.status, answer.headers, answer.data)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self("GET", path, query=query)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json

    def post(self, path: str, content: Any = None) -> Any:
        """The JSON of a POST that must succeed."""
        answer = self("POST", path, content)
        assert answer.status in (200, 201, 202), (answer.status, answer.body)
        return answer.json


class Stepping:
    """Work for tests: so many steps, each with a line in the log; a file for each name; fails when told to."""

    name: ClassVar[str] = "stepping"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "steps": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 1},
            "files": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
            "media_type": {"type": "string", "default": "text/plain"},
            "error": {"type": "string"},
        },
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Does the steps."""
        given = work.run.parameters
        for step in range(given["steps"]):
            work.check()
            work.log(Level.INFO, f"step {step}")
            work.report(Progress(step + 1, given["steps"]))
        for name, content in given["files"].items():
            with work.output(name, given["media_type"]) as file:
                file.write(content.encode())
        if "error" in given:
            raise RuntimeError(given["error"])
        return Done({"steps": given["steps"]})

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Never called."""
        raise NotImplementedError(f"{work} {part}")


@dataclass(frozen=True)
class House:
    """A running Windrow. `carry_out` does what is queued, in the caller's thread: no worker runs by itself.

    `depot` is what targets of the kind `depot` push to.
    """

    assembly: Assembly
    app: FastAPI
    base: str
    depot: Depot

    def anybody(self) -> Caller:
        """Somebody who has not signed in."""
        return Caller(self.base)

    def principal(self, name: str) -> Principal:
        """A user, as signed in by password."""
        found = self.assembly.store.accounts.find_user(name)
        assert found is not None
        return principal_of(found[0])

    def user(self, name: str, *, role: Role = Role.OPERATOR, team: str | None = None) -> Caller:
        """Makes a user with a password and a token; the caller who holds the token."""
        admin = self.principal("admin")
        self.assembly.windrow.accounts.create_user(admin, name, role=role, password=PASSWORD, tenant=team)
        return self.holder(name)

    def holder(self, name: str, *scopes: Right) -> Caller:
        """Whoever holds a new token of a user."""
        made = self.assembly.windrow.accounts.create_token(
            self.principal(name), "for tests", scopes=frozenset(scopes) or None
        )
        return self.bearer(made.secret)

    def bearer(self, secret: str) -> Caller:
        """Whoever sends this token."""
        return Caller(self.base, {"Authorization": f"Bearer {secret}"})

    def basic(self, name: str, password: str) -> Caller:
        """Whoever sends this name and password."""
        return Caller(self.base, urllib3.make_headers(basic_auth=f"{name}:{password}"))

    def carry_out(self) -> int:
        """Carries out all that is queued; returns how many runs."""
        performer = self.assembly.performer(new_id())
        count = 0
        while (task := performer.take_run()) is not None:
            task()
            count += 1
            while parts := performer.take_parts(100):
                for part in parts:
                    part()
        return count


@contextmanager
def serve(data: Path, **settings: Any) -> Iterator[House]:
    """A Windrow in an empty folder, with an admin named `admin`."""
    shutil.copytree(template(), data, dirs_exist_ok=True)
    chosen = Settings(data=data, outgoing_allow=("127.0.0.0/8",), **{"readers": 0, **settings})
    assembly = Assembly(chosen, durable=False)
    hash_cheaply(assembly)
    cast(dict[str, WorkKind], assembly.kinds.work)["stepping"] = Stepping()
    depot = Depot()
    cast(dict[str, TargetKind], assembly.kinds.targets)["depot"] = DepotKind(depot)
    assembly.windrow.accounts.first_start("admin", PASSWORD)
    app = make_app(assembly)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `windrow up` does
    pair = pair_of(chosen)
    config = uvicorn.Config(
        app,
        log_level="critical",
        timeout_graceful_shutdown=1,
        ssl_certfile=None if pair is None else pair.certificate,
        ssl_keyfile=None if pair is None else pair.key,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="server", daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started)
        scheme = "http" if pair is None else "https"
        yield House(assembly, app, f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", depot)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
        assembly.close()
    assert not thread.is_alive(), "the server did not stop"


def wait_until(holds: Any, *, within: timedelta = timedelta(seconds=10)) -> None:
    """Waits until a condition holds."""
    pause = threading.Event()
    for _ in range(int(within / timedelta(milliseconds=10))):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to hold")
