"""The machine of the compat dialect: requests one after another, each with what follows from it.

The order of what is done, and what each error leads to, is that of Jaseci's ScheduledSequence, observed by running it.
Where that one crashed or hung, the run fails, says why, and keeps the same saved values.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import Stopped, StoreUnavailable
from windrow.model.runs import Level, RunState
from windrow.ports.fetching import Reply
from windrow.work.sequence.compat.calling import Interface, describe, get, no_interface, post, read
from windrow.work.sequence.compat.filters import hold_all
from windrow.work.sequence.compat.language import NOT_TEMPLATED, fill, look_up, name_of
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.plain import make_plain
from windrow.work.sequence.problems import OutOfBounds
from windrow.work.sequence.telling import Outcome

_ALWAYS = (Stopped, StoreUnavailable, OutOfBounds)
"""What no document can ignore."""


@dataclass(slots=True)
class _List:
    """A list of requests that is being gone through.

    saved      all saved values: one object for the whole run
    container  `current` (the previous answer), `parent_current` (the item, in a loop), `index`
    reply      the last answer that came in this list
    """

    saved: Any
    container: Any
    place: str
    depth: int
    reply: Reply | None = None
    index: Any = field(init=False)

    def __post_init__(self) -> None:
        self.index = self.container.get("index", "0")
        if "parent_current" in self.container:
            self.container["current"] = self.container["parent_current"]

    @property
    def previous(self) -> Any:
        return self.container["current"]

    def save(self, request: Any, key: str, value: Any) -> None:
        if key in request:
            self.saved[name_of(request[key])] = value

    def view(self) -> tuple[Any, ...]:
        return (self.saved, self.previous, self.container.get("parent_current", {}), self.index)


@dataclass(slots=True)
class CompatMachine:
    """Runs one document once."""

    conductor: Conductor
    interface: Interface = no_interface
    _error: dict[str, Any] | None = None
    _path: str = ""
    _cause: tuple[str, Exception] | None = None
    """The step that failed first, and its error, which rises to the requests whose loops it stands in."""

    @property
    def _limits(self) -> Limits:
        return self.conductor.meter.limits

    def run(self, document: Any) -> Outcome:
        """Raises `Stopped` and `StoreUnavailable`; whatever else goes wrong is in the outcome."""
        given = deepcopy(document)
        saved: Any = given.get("persistence", {})
        try:
            self._begin(given, saved)
        except OutOfBounds as error:
            # Jaseci's had no bounds: here it went on for ever, or until the machine was out of memory.
            self._error = {"step": self._path, "message": str(error), "crash": type(error).__name__}
            self.conductor.tell(Level.ERROR, f"The run ends here: {error}", {"step": self._path})
        except (Stopped, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - where Jaseci's crashed and lost all results
            told = {"step": self._path, "message": str(error), "crash": type(error).__name__}
            self._crashed(told, saved)
            saved = saved if "persistence" in given else {}
        return self._outcome(saved)

    def _begin(self, given: Any, saved: Any) -> None:
        container = given.get("container", {"current": saved})
        self._go_through(given.get("requests"), _List(saved, container, "", 0))

    def _crashed(self, told: dict[str, Any], saved: Any) -> None:
        self._error = told | {"saved": make_plain(saved)[0]}
        message = f"The run ends here with {told['crash']}: {told['message']}; Jaseci's task failed here."
        self.conductor.tell(Level.ERROR, message, {"step": told["step"]})

    def _go_through(self, requests: Any, here: _List) -> None:
        for number, request in enumerate(requests):
            path = f"{here.place}requests[{number}]"
            self._path = path
            if not self._one(request, here, path):
                break
            if "break" in request and hold_all((here.saved, here.previous), request["break"], limits=self._limits):
                break

    def _one(self, request: Any, here: _List, path: str) -> bool:
        """One request with its loop and what is saved of it. Returns whether the list goes on."""
        try:
            self._carry_out(request, here, path)
        except _ALWAYS:
            raise
        except Exception as error:
            self.conductor.fail(path, error)
            if self._cause is None or self._cause[1] is not error:
                self._cause = (path, error)
            here.container["current"] = describe(error)
            here.save(request, "save_to", here.previous)
            if request.get("ignore_error"):
                return True
            if "parent_current" in here.container:
                raise
            self._error = {**describe(error), "step": self._cause[0], "message": str(error)}
            self._error.pop("worker_error", None)
            return False
        return True

    def _carry_out(self, request: Any, here: _List, path: str) -> None:
        fill(here.view(), request, limits=self._limits)
        here.save(request, "save_req_to", request)
        self._call(request, here, path)
        if NOT_TEMPLATED in request:
            self._loop(request[NOT_TEMPLATED], here, path)
        here.save(request, "save_to", here.previous)

    def _call(self, request: Any, here: _List, path: str) -> None:
        method = request["method"].upper()
        if method == "JAC":
            here.container["current"] = self._ask_interface(request, path)
            return
        if method == "POST":
            here.reply = self.conductor.ask(path, post(request))
        elif method == "GET":
            here.reply = self.conductor.ask(path, get(request))
        elif here.reply is None:
            raise UnboundLocalError("cannot access local variable 'response' where it is not associated with a value")
        else:
            told = f"{path}: the compat dialect sends nothing for {method}; the previous answer stands for its own"
            self.conductor.say(Level.WARNING, told, {"step": path})
        here.container["current"] = read(here.reply)

    def _ask_interface(self, request: Any, path: str) -> Any:
        api, body, master = request.get("api"), request.get("body", {}), request.get("master")
        act: Callable[[], Any] = lambda: self.interface(api, body, master)  # noqa: E731 - a name says no more
        return self.conductor.do(path, "JAC", str(api)[:200], act)

    def _loop(self, loop: Any, here: _List, path: str) -> None:
        self.conductor.meter.check_depth(here.depth + 1)
        view = (here.saved, here.previous)
        for number, item in enumerate(look_up(view, loop["by"], [], limits=self._limits)):
            self.conductor.meter.count_item()
            self.conductor.check()
            if "filter" in loop and not hold_all((here.saved, item), loop["filter"], limits=self._limits):
                continue
            container = {"parent_current": item, "index": str(number)}
            inner = _List(here.saved, container, f"{path}.loop[{number}].", here.depth + 1)
            self._go_through(deepcopy(loop["requests"]), inner)

    def _outcome(self, saved: Any) -> Outcome:
        result, cut = make_plain(saved)
        if cut:
            told = f"What cannot be written as JSON is null in the result: {', '.join(cut)}"
            self.conductor.tell(Level.WARNING, told, {"paths": cut})
        state = RunState.SUCCEEDED
        if self._error is not None:
            state = RunState.PARTIAL if self.conductor.succeeded and "crash" not in self._error else RunState.FAILED
        return Outcome(state, result, tuple(self.conductor.steps), self._error)
