"""The directory answers whatever a plain router with the same routes would, for every path that we have or have not."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence

import anyio
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Host, Match, Mount, Route, Router
from starlette.types import ASGIApp, Message, Scope

from tests.web.serving import House
from windrow.web.directory import Directory

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
PARAMETER = re.compile("{[^}]+}")
ROOTS = ("", "/a", "/x")
"""Where a proxy may have us."""

WORDS = ("", "a", "b", "c", "new", "1", "x y", "ä", "a.json")


@pytest.fixture(scope="module")
def app(house: House) -> FastAPI:
    return house.app


def asking(path: str, method: str = "GET", root: str = "") -> Scope:
    return {"type": "http", "method": method, "path": path, "root_path": root, "headers": [(b"host", b"far.example")]}


def matching(routes: Sequence[BaseRoute], scope: Scope) -> list[tuple[BaseRoute, Match]]:
    """All that match, by their order: the first in full answers, or else the first in part."""
    found = ((route, route.matches(scope)[0]) for route in routes)
    return [(route, match) for route, match in found if match is not Match.NONE]


def near(path: str) -> Iterator[str]:
    """The path of a route with something for its parameters, and what is spelt nearly as that is."""
    filled = PARAMETER.sub("new", path)
    yield from (filled, PARAMETER.sub("x/y z", path), filled + "/", filled.rpartition("/")[0])


def test_every_path_of_ours_and_those_beside_it_are_answered_by_the_same_route(app: FastAPI) -> None:
    directory = app.router
    assert isinstance(directory, Directory)
    paths = {beside for route in app.routes if isinstance(route, Route) for beside in near(route.path)}

    for path in sorted(paths):
        scope = asking(path)
        assert matching(directory.routes_near(scope), scope) == matching(app.routes, scope), path


def test_few_routes_are_tried_for_a_path(app: FastAPI) -> None:
    directory = app.router
    assert isinstance(directory, Directory)

    paths = [route.path for route in app.routes if isinstance(route, Route)]
    tried = {path: len(directory.routes_near(asking(path))) for path in paths}

    assert len(paths) > 300
    assert max(tried.values()) < 60
    assert tried["/healthz"] == 1


def speak(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return JSONResponse([name, request.path_params, request.scope["root_path"]])

    return answer


def make_routes() -> list[BaseRoute]:
    return [
        Route("/a", speak("a"), methods=["GET"]),
        Route("/a", speak("a, changed"), methods=["POST"]),
        Route("/a/", speak("a/"), methods=["GET"]),
        Route("/{first}/b", speak("any b"), methods=["GET", "DELETE"]),
        Route("/a/b", speak("hidden by the one before it, except to put"), methods=["GET", "PUT"]),
        Route("/a/{n:int}", speak("number"), methods=["GET"]),
        Route("/a/new", speak("new"), methods=["GET"]),
        Route("/a/{name}.json", speak("json"), methods=["GET"]),
        Route("/a/{rest:path}", speak("rest"), methods=["PATCH"]),
        Mount("/b", app=Router([Route("/{name}", speak("mounted")), Route("/", speak("mounted root"))])),
        Host("near.example", app=Router([Route("/a", speak("another host"))])),
        Host("far.example", app=Router([Route("/1/{name}", speak("this host"))])),
        Route("/c//{name}", speak("two slashes"), methods=None),
        Route("/", speak("root"), methods=["GET"]),
    ]


def answer_of(router: ASGIApp, scope: Scope) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of an answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(router, dict(scope), receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:])


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), st.sampled_from(METHODS), st.sampled_from(ROOTS))
def test_any_request_is_answered_as_by_a_plain_router(words: list[str], method: str, root: str) -> None:
    routes = make_routes()
    scope = asking("/" + "/".join(words), method, root)

    answers = [answer_of(each, scope) for each in (Directory(routes), APIRouter(routes=routes, redirect_slashes=False))]

    assert answers[0] == answers[1]


def test_a_wrong_method_is_told_the_right_ones(house: House) -> None:
    answer = house.anybody()("DELETE", "/me")

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_figures_name_routes_as_they_are_written(house: House) -> None:
    admin = house.holder("admin")
    admin("GET", "/runs/01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11")
    admin("GET", "//nowhere/at/all")

    told = admin("GET", "//metrics").body.decode()

    assert 'windrow_http_request_seconds_count{method="GET",route="/api/v1/runs/{run_id}",status="4xx"} 1.0' in told
    assert 'windrow_http_request_seconds_count{method="GET",route="none",status="4xx"} 1.0' in told
