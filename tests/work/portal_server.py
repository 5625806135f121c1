"""An ArcGIS portal as far as its scheduled tasks go, written from its public documentation and recorded exchanges:
errors come with status 200, lists have pages, and a test moves runs on."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen

API = "/portal/sharing/rest"
TASKS = f"{API}/community/users/alice/tasks"
TOKEN = "a-token-for-tests"
PASSWORD = "wonderland-of-tests"


def say(document: Mapping[str, Any]) -> Script:
    return reply(json.dumps(document).encode(), media_type="application/json; charset=utf-8")


def refuse(code: int, message: str, *details: str) -> Script:
    return say({"error": {"code": code, "message": message, "details": list(details)}})


@dataclass
class StubTask:
    """A task and its runs; `words` are the states that its run goes through, one a look, and stays in the last."""

    number: str
    form: Mapping[str, str]
    words: list[str]
    result: str = ""
    state: str = "active"
    looks: int = 0

    def document(self) -> dict[str, Any]:
        schedule = {name: self.form[name] for name in ("minute", "hour", "dayOfMonth", "month", "dayOfWeek")}
        return {
            "id": self.number,
            "userId": "alice",
            "active": self.state == "active",
            "taskState": self.state,
            "title": self.form["title"],
            "type": self.form["type"],
            "itemId": self.form.get("itemId"),
            "cronSchedule": schedule,
            "maxOccurrences": int(self.form["maxOccurrences"]),
            "parameters": json.loads(self.form.get("parameters", "{}")),
        }

    def runs(self) -> dict[str, Any]:
        word = self.words[min(self.looks, len(self.words) - 1)]
        self.looks += 1
        if not word:
            return {"runs": []}
        run = {"runId": f"r{self.number}", "status": word, "result": self.result, "created": 1795309456863}
        return {"runs": [{**run, "task": self.document()}]}


@dataclass
class PortalServer:
    """Alice's portal. `words` and `result` are those of its next task; `page` is how many tasks it lists at once."""

    remote: Remote
    words: list[str] = field(default_factory=lambda: ["", "scheduled", "executing", "succeeded"])
    result: str = "cooked"
    page: int = 100
    tasks: list[StubTask] = field(default_factory=list)
    made: list[StubTask] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    deleted: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._on(f"{API}/portals/self", lambda seen: say({"portalName": "stub", "user": {"username": "alice"}}))
        self._on(TASKS, self.list)
        self._on(f"{TASKS}/createTask", self.create)
        self.remote.answer(f"{API}/generateToken", self.give_token)

    @property
    def url(self) -> str:
        return self.remote.url("/portal")

    def _on(self, path: str, answer: Callable[[Seen], Script]) -> None:
        self.remote.answer(path, lambda seen: self._guarded(seen, answer))

    def _guarded(self, seen: Seen, answer: Callable[[Seen], Script]) -> Script:
        token = seen.headers.get("x-esri-authorization", "").removeprefix("Bearer ")
        if not token:
            return refuse(499, "Token Required")
        return answer(seen) if token in self.tokens else refuse(498, "Invalid token.")

    def give_token(self, seen: Seen) -> Script:
        form = dict(parse_qsl(seen.body.decode()))
        if (form.get("username"), form.get("password")) != ("alice", PASSWORD):
            return refuse(400, "Unable to generate token.", f"Invalid username or password: {form.get('password')}")
        token = f"{TOKEN}-{next(self._numbers)}"
        self.tokens.add(token)
        return say({"token": token, "expires": 4102444800000, "ssl": True})

    def list(self, seen: Seen) -> Script:
        start = int(seen.query["start"])
        shown = self.tasks[start - 1 : start - 1 + self.page]
        following = start + len(shown) if start - 1 + len(shown) < len(self.tasks) else -1
        page = {"total": len(self.tasks), "start": start, "num": len(shown), "nextStart": following}
        return say({**page, "tasks": [each.document() for each in shown]})

    def create(self, seen: Seen) -> Script:
        form = dict(parse_qsl(seen.body.decode()))
        if form["type"] == "Nope":
            return refuse(400, "Invalid or missing input parameters.", "'type' is invalid.")
        return say({"success": True, "taskId": self.add(form).number})

    def add(self, form: Mapping[str, str]) -> StubTask:
        task = StubTask(f"{next(self._numbers):032x}", form, self.words, self.result)
        self.tasks.append(task)
        self.made.append(task)
        place = f"{TASKS}/{task.number}"
        self._on(place, lambda seen: self._of(task, lambda: say(task.document())))
        self._on(f"{place}/runs", lambda seen: self._of(task, lambda: say(task.runs())))
        self._on(f"{place}/disable", lambda seen: self._of(task, lambda: self._disable(task)))
        self._on(f"{place}/delete", lambda seen: self._of(task, lambda: self._delete(task)))
        return task

    def _of(self, task: StubTask, answer: Callable[[], Script]) -> Script:
        if task not in self.tasks:
            return refuse(404, f"Task '{task.number}' does not exist or is inaccessible.")
        return answer()

    def _disable(self, task: StubTask) -> Script:
        self.disabled.append(task.number)
        task.state = "paused"
        return say({"success": True, "taskId": task.number})

    def _delete(self, task: StubTask) -> Script:
        self.tasks.remove(task)
        self.deleted.append(task.number)
        return say({"success": True, "taskId": task.number})
