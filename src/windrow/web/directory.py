"""A directory of routes: which of them may answer a path, found by the words that the path begins with.

A plain router tries its routes one after another, each by a regular expression, and we have some four hundred. Here
they are sorted once by the words before their first parameter: `/api/v1/runs/{run_id}` by `api`, `v1` and `runs`. A
request goes to a plain router that has, in their own order, only the routes with whose words its path begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from starlette._utils import get_route_path  # what routes compare with: the path without that of a proxy
from starlette.routing import BaseRoute
from starlette.types import Lifespan, Receive, Scope, Send

Words = list[str]


class Directory(APIRouter):
    """A router for the routes that it is made with, and no others.

    It answers as a plain one does, but for two things. It never redirects to a path with or without a last slash:
    behind a proxy that would lead to an address of ours that nobody else knows. And a path with a line feed at its end
    is not the path without it.
    """

    def __init__(self, routes: Sequence[BaseRoute], *, lifespan: Lifespan[FastAPI] | None = None) -> None:
        super().__init__(routes=list(routes), lifespan=lifespan, redirect_slashes=False)
        self._root = _branch_of([(_words_of(route), route) for route in routes], 0)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has it answered by the routes that may."""
        if scope["type"] == "http":
            scope.setdefault("router", self)
            await self._near(scope).app(scope, receive, send)
        else:
            await super().app(scope, receive, send)

    def routes_near(self, scope: Scope) -> Sequence[BaseRoute]:
        """Those that may match the path of a request, by whatever method, in their order. No other one does."""
        return self._near(scope).routes

    def _near(self, scope: Scope) -> APIRouter:
        branch = self._root
        for word in get_route_path(scope).split("/"):
            below = branch.below.get(word)
            if below is None:
                break
            branch = below
        return branch.router


@dataclass(frozen=True, slots=True)
class _Branch:
    """What may answer a path that begins with certain words; below it, with one word more."""

    router: APIRouter
    below: Mapping[str, "_Branch"]


def _branch_of(routes: Sequence[tuple[Words, BaseRoute]], depth: int) -> _Branch:
    """`routes` are those that share the first `depth` words, or have fewer, all of them shared."""
    here = [route for words, route in routes if len(words) <= depth]
    below = {
        word: _branch_of([each for each in routes if each[0][depth : depth + 1] in ([word], [])], depth + 1)
        for word in dict.fromkeys(words[depth] for words, _ in routes if len(words) > depth)
    }
    return _Branch(APIRouter(routes=here, redirect_slashes=False), below)


def _words_of(route: BaseRoute) -> Words:
    """The words before the first one that is or holds a parameter. One whose path is not known may answer any path."""
    path = getattr(route, "path", None)
    if not isinstance(path, str):
        return []
    known, parameter, _ = path.partition("{")
    words = known.split("/")
    return words[:-1] if parameter else words
