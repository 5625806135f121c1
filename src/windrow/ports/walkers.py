"""Walkers: registered callables that are run by name, now, later or on a schedule. The plug-in point for them.

A walker is found in what the entry points of the group `windrow.walkers` load (a module, or the walker itself), and in
the Python files of the folders that the setting `walker_folders` names.

    from windrow.ports.walkers import Walk, walker


    @walker("hello", schema={"type": "object", "properties": {"name": {"type": "string", "default": "world"}}})
    def hello(walk: Walk) -> None:
        walk.report(f"hello {walk.context['name']}")
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from windrow.model.runs import Level, Run
from windrow.ports.fetching import FetcherMaker
from windrow.ports.work import Isolation, Work

ANYTHING: Mapping[str, Any] = {"type": "object"}
"""The schema of a walker that did not say what it takes."""

_STAMP = "__windrow_walker__"


class WalkerFailed(Exception):
    """Raised by a walker that knows better than a Python call stack what went wrong.

    message  told as it is, without the name of this class
    trace    lines of the call stack to be told, where there was one
    """

    def __init__(self, message: str, trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.trace = list(trace) or [message]


class Walk(Protocol):
    """One execution of a walker, as the walker sees it. Safe to use from several threads.

    anchor       a value to be handed out beside the report
    state        what else the run's result is to keep of the walker; callers of a face are not told
    status_code  the HTTP status that a caller who waits for the answer is given
    custom       what such a caller is given instead of the report
    """

    anchor: Any
    state: Mapping[str, Any] | None
    status_code: int | None
    custom: Any

    @property
    def context(self) -> Mapping[str, Any]:
        """What it was called with, the schema's defaults filled in."""
        ...

    @property
    def run(self) -> Run:
        """The run that it is; `run.due` is the nominal time of a scheduled one."""
        ...

    @property
    def fetcher_maker(self) -> FetcherMaker:
        """Makes polite fetchers."""
        ...

    @property
    def work(self) -> Work:
        """The attempt as kinds of work see it, for walkers that need more of it than stands here."""
        ...

    def report(self, value: Any) -> None:
        """Adds a value to the report. Raises `BadInput` for what is no JSON."""
        ...

    def perform_apart(self, kind: str, isolation: Isolation, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Has a kind of work that is meant for it do something in a process of its own, and gives its result.

        The kind sees these parameters in place of the run's. Raises as `windrow.ports.isolating.Isolate` says.
        """
        ...

    def log(self, level: Level, message: str, **data: object) -> None:
        """Writes to the run's log."""
        ...

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Says how far it is."""
        ...

    def check(self) -> None:
        """To be called often: raises `Stopped` when the run was cancelled, or the worker drains."""
        ...

    def pause(self, seconds: float) -> None:
        """Waits so long, but no longer than until the work must stop; then raises as `check` does."""
        ...


Callee = Callable[[Walk], Any]
Decorated = TypeVar("Decorated", bound=Callee)


@dataclass(frozen=True, slots=True)
class Walker:
    """A registered callable.

    schema   JSON Schema (2020-12) of its context
    version  of the walker; a run's result names the version that made it
    queued   whether it is queued where the caller does not say
    """

    name: str
    call: Callee
    schema: Mapping[str, Any] = field(default_factory=lambda: ANYTHING)
    version: str = "1"
    description: str = ""
    queued: bool = False


def walker(
    name: str, *, schema: Mapping[str, Any] = ANYTHING, version: str = "1", queued: bool = False
) -> Callable[[Decorated], Decorated]:
    """Registers a function as a walker. Its docstring tells people what it does.

    What it returns, if anything, is added to the report: a list item by item.
    """

    def register(function: Decorated) -> Decorated:
        told = (function.__doc__ or "").strip()
        setattr(function, _STAMP, Walker(name, function, schema, version, told, queued))
        return function

    return register


def walkers_in(found: object) -> list[Walker]:
    """The walkers of a module, or the one that a function is."""
    if isinstance(stamped := getattr(found, _STAMP, None), Walker):
        return [stamped]
    inside = [getattr(each, _STAMP, None) for each in vars(found).values()] if hasattr(found, "__dict__") else []
    return [each for each in inside if isinstance(each, Walker)]
