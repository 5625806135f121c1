"""A client as the real one behaves, in everything that a server has to bear; written from the protocol's description.

It sends a request again when a status is one of `REPEATED`, drops its token when it reads certain words, swallows the
errors of single tasks, and asks for the second page of a list at a wrong address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import urllib3

REPEATED = (413, 429, 500, 502, 503, 504)
POISON = ("invalid token", "token is valid but access is denied.")


class PortalError(Exception):
    """What the real one raises, text for text."""


@dataclass(frozen=True)
class Wire:
    """One request and what came back."""

    method: str
    path: str
    with_token: bool
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.text)


@dataclass
class PortalClient:
    """Somebody who asks. `token` is dropped for good for addresses in `without_token`."""

    base: str
    ca: str
    token: str = ""
    by_password: bool = False
    without_token: set[str] = field(default_factory=set)
    wire: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(ca_certs=self.ca, retries=False)

    @property
    def rest(self) -> str:
        return f"{self.base}/portal/sharing/rest"

    def send(
        self, method: str, url: str, form: Mapping[str, Any] | None = None, *, token: bool = True, document: Any = None
    ) -> Wire:
        """One request, and nothing else; with a form, or with a document as JSON."""
        headers = {"Referer": "http"}
        if token and self.token and url not in self.without_token:
            headers["X-Esri-Authorization"] = f"Bearer {self.token}"
        body = None
        if document is not None:
            headers["Content-Type"] = "application/json"
            body = _json(document)
        elif method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form or {})
        elif form:
            url += "?" + urlencode(form)
        answer = self.pool.request(method, url, body=body, headers=headers, redirect=False)
        text = answer.data.decode()
        sent = Wire(method, urlsplit(url).path, "X-Esri-Authorization" in headers, answer.status, text, answer.headers)
        self.wire.append(sent)
        return sent

    def ask(self, method: str, url: str, form: Mapping[str, Any] | None = None) -> Any:
        """As the real one: what it answers with, or `PortalError`."""
        told = {"f": "json", **(form or {})}
        answer = self.send(method, url, told)
        for _ in range(5):
            if answer.status in REPEATED:
                answer = self.send(method, url, told)
        words = answer.text.lower()
        if any(each in words for each in POISON):
            self.without_token.add(url)
            answer = self.send(method, url, told)
        elif "token required" in words or (self.by_password and 400 <= answer.status < 500):
            answer = self.send(method, url, told, token=False)
        found = answer.json
        if isinstance(found, dict) and "error" in found and "messages" not in found:
            raise PortalError(_told(found["error"]))
        return found


def _told(error: Mapping[str, Any]) -> str:
    details = error.get("details") or []
    lines = [error.get("message") or "Unknown Error", *([details] if isinstance(details, str) else details)]
    return "\n".join([*lines, f"(Error Code: {error['code']})"])


@dataclass
class TaskManager:
    """A user's tasks."""

    client: PortalClient
    user: str

    @property
    def url(self) -> str:
        return f"{self.client.rest}/community/users/{self.user}/tasks"

    def create(self, cron: str, task_type: str, **more: Any) -> "Task":
        form: dict[str, Any] = {"type": task_type, **_cron(cron), "maxOccurrences": 10}
        given = more.pop("parameters", None)
        if given is not None:
            whole = {"notebookParameters": given, "saveInjectedParameters": True}
            form["parameters"] = _json(whole if task_type == "ExecuteNotebook" else given)
        answer = self.client.ask("POST", f"{self.url}/createTask", form | more)
        return Task(self.client, f"{self.url}/{answer['taskId']}")

    def count(self) -> int:
        return int(self.client.ask("GET", self.url, {"num": 1, "start": 1})["total"])

    def search(self, **filters: Any) -> list["Task"]:
        found, start, url = [], 1, self.url
        while start != -1:
            page = self.client.ask("GET", url, {"num": 100, "start": start, **filters})
            for each in page["tasks"]:
                url = f"{self.url}/{each['id']}"  # the real one's mistake: the next page is asked for there
                found.append(Task(self.client, url))
            start = page["nextStart"]
        return found


@dataclass
class Task:
    """One task."""

    client: PortalClient
    url: str

    @property
    def properties(self) -> Any:
        """Whatever comes: an error is taken for the task."""
        return self.client.send("GET", self.url, {"f": "json"}).json

    def update(
        self, *, cron: str | None = None, parameters: Any = None, occurrences: int | None = 10, **more: Any
    ) -> Any:
        before = self.properties
        schedule = before["cronSchedule"] if cron is None else _cron(cron)
        given = before.get("parameters") if parameters is None else parameters
        form = {
            "title": before["title"],
            "type": before["type"],
            "itemId": before["itemId"],
            **{name: schedule[name] for name in ("minute", "hour", "dayOfMonth", "month", "dayOfWeek")},
            "maxOccurrences": before["maxOccurrences"] if occurrences is None else occurrences,
            "parameters": None if given is None else _json(given),
            **more,
        }
        sent = {name: value for name, value in form.items() if value is not None}
        return self.client.ask("POST", f"{self.url}/update", sent)["success"]

    def start(self) -> Any:
        return self.update(isActive="true")

    def stop(self) -> Any:
        return self.update(isActive="false")

    def enable(self, enabled: bool) -> Any:
        return self.client.ask("POST", f"{self.url}/{'enable' if enabled else 'disable'}")["success"]

    def delete(self) -> Any:
        return self.client.ask("POST", f"{self.url}/delete")["success"]

    def runs(self) -> list["Run"]:
        listed = self.client.ask("GET", f"{self.url}/runs")["runs"]
        return [Run(self.client, f"{self.url}/runs/{each['runId']}") for each in listed]


@dataclass
class Run:
    """One run."""

    client: PortalClient
    url: str

    @property
    def properties(self) -> Any:
        return self.client.send("GET", self.url, {"f": "json"}).json

    def update(self, status: str | None = None, description: str | None = None) -> Any:
        before = self.properties
        form = {"status": status or before["status"], "result": description or before["result"]}
        return self.client.ask("POST", f"{self.url}/update", form)["success"]

    def delete(self) -> Any:
        return self.client.ask("POST", f"{self.url}/delete")["success"]


def sign_in_by_page(client: PortalClient, name: str, password: str) -> None:
    """By the sign-in page, as a browser would: sets the client's token, or raises `PortalError`."""
    page = ""
    for state in ("first", "second"):
        asked = {
            "response_type": "token",
            "client_id": "pythonapi",
            "redirect_uri": client.base,
            "state": state,
            "expiration": "600",
        }
        page = client.send("GET", f"{client.rest}/oauth2/authorize", asked, token=False).text
    form = {"expiration": 600, "oauth_state": info_of(page)["oauth_state"], "username": name, "password": password}
    answer = client.send("POST", f"{client.base}/portal/sharing/oauth2/signin", form, token=False)
    if answer.status != 302:
        raise PortalError(info_of(answer.text)["messages"][0])
    fragment = dict(parse_qsl(urlsplit(answer.headers["Location"]).fragment))
    assert fragment["state"] == "second", "Mismatching or missing state"
    client.token, client.by_password = fragment["access_token"], True


def info_of(page: str) -> Any:
    """What the first line with braces holds, from its first to its last."""
    line = next(each for each in page.splitlines() if "{" in each)
    return orjson.loads(line[line.index("{") : line.rindex("}") + 1])


def _cron(text: str) -> dict[str, str]:
    fields = [*text.split(" "), *["*"] * 5][:5]
    return dict(zip(("minute", "hour", "dayOfMonth", "month", "dayOfWeek"), fields, strict=True))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
