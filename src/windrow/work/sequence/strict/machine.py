"""The machine of the strict dialect: steps, what follows from each, and what becomes of errors."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import Enum
from threading import Lock
from typing import Any

from windrow.errors import BadInput, RemoteError
from windrow.model.runs import Level, RunState
from windrow.model.steps import StepEnd
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.plain import make_plain
from windrow.work.sequence.problems import OutOfBounds
from windrow.work.sequence.strict import conditions
from windrow.work.sequence.strict.asking import Asking
from windrow.work.sequence.strict.calling import Calling, StepError
from windrow.work.sequence.strict.language import BadTemplate, LoopItem, Scope, fill, fill_text, parse_path, value_at
from windrow.work.sequence.strict.looping import Looping, run_items
from windrow.work.sequence.strict.reading import check
from windrow.work.sequence.strict.secrecy import Secrecy
from windrow.work.sequence.surroundings import Surroundings
from windrow.work.sequence.telling import Outcome

FAILURES = (BadTemplate, StepError, BadInput, RemoteError)
"""What a step may fail with; all else ends the run."""

_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")


class Signal(Enum):
    """How a list of steps ended."""

    END = "end"
    CONTINUE = "continue"
    BREAK = "break"


@dataclass(slots=True)
class Here:
    """Where the machine stands: what templates see, and the place in the document."""

    saved: dict[str, Any]
    current: Any
    place: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    loops: tuple[LoopItem, ...] = ()
    fresh: dict[str, Any] = field(default_factory=dict)
    """What was saved from here, in its order."""

    @property
    def scope(self) -> Scope:
        """What templates see."""
        return Scope(self.saved, self.current, self.answer, self.loops)

    def save(self, name: str, value: Any) -> None:
        """Saves a value; of two with one name the last stays."""
        self.saved[name] = value
        self.fresh.pop(name, None)
        self.fresh[name] = value


class StrictMachine:
    """Runs one document once. Raises `BadInput` for one that is not right, before anything is sent."""

    def __init__(self, document: Any, conductor: Conductor, surroundings: Surroundings) -> None:
        check(document)
        self._document = document
        self._conductor = conductor
        self._surroundings = surroundings
        hosts = document.get("hosts")
        self._secrecy = Secrecy()
        calling = Calling(
            self._secrecy.noting(surroundings.secrets),
            document.get("secrets", {}),
            None if hosts is None else frozenset(each.lower() for each in hosts),
            conductor.meter.limits,
        )
        self._calling = calling
        self._asking = Asking(conductor, calling)
        self._cause: tuple[str, Exception] | None = None
        self._failures: list[dict[str, Any]] = []
        self._lock = Lock()

    @property
    def _limits(self) -> Limits:
        return self._conductor.meter.limits

    def run(self) -> Outcome:
        """Raises `Stopped` and `StoreUnavailable`; whatever else goes wrong is in the outcome."""
        saved = deepcopy(self._document.get("persistence", {}))
        error: dict[str, Any] | None = None
        try:
            self._list(self._document["requests"], Here(saved, saved))
        except FAILURES as failed:
            error = self._describe(self._cause[0] if self._cause else "", failed)
        except OutOfBounds as failed:
            error = {"step": self._cause[0] if self._cause else "", "message": str(failed)}
            self._conductor.tell(Level.ERROR, f"The run ends here: {failed}", {})
        return self._outcome(saved, error)

    def _outcome(self, saved: Any, error: dict[str, Any] | None) -> Outcome:
        plain, _ = make_plain(saved)
        result = self._secrecy.hide_saved(plain)
        state = RunState.SUCCEEDED
        if error is None and self._failures:
            error = {**self._failures[0], "failures": len(self._failures)}
        if error is not None:
            state = RunState.PARTIAL if self._conductor.succeeded else RunState.FAILED
        return Outcome(state, result, tuple(self._conductor.steps), self._secrecy.hide(error))

    def _describe(self, path: str, failed: Exception) -> dict[str, Any]:
        told: dict[str, Any] = {"step": path, "message": str(failed)}
        if isinstance(failed, StepError) and failed.status is not None:
            told |= {"status": failed.status, "answer": failed.answer}
        return told

    # Lists of steps.

    def _list(self, steps: Any, here: Here) -> Signal:
        visits: dict[int, int] = {}
        position = 0
        while position < len(steps):
            visits[position] = visits.get(position, 0) + 1
            again = f"~{visits[position]}" if visits[position] > 1 else ""
            path = f"{here.place}requests[{position}]{again}"
            if again:
                self._conductor.meter.count_item()  # a circle of goto comes to an end, too
            try:
                signal = self._step(steps[position], here, path)
            except FAILURES as failed:
                signal = Signal.END
                position = self._after_failure(steps, position, here, path, failed)
            if signal is not Signal.END:
                return signal
            position += 1
        return Signal.END

    def _after_failure(self, steps: Any, position: int, here: Here, path: str, failed: Exception) -> int:
        """The position before that of the next step. Raises what failed where that ends the list."""
        with self._lock:
            if self._cause is None or self._cause[1] is not failed:
                self._cause = (path, failed)
        self._conductor.fail(path, failed)
        rule = steps[position].get("on_error", "stop")
        if rule == "stop":
            raise failed
        with self._lock:
            self._failures.append(self._describe(self._cause[0], failed))
        here.current = (failed if isinstance(failed, StepError) else StepError(str(failed))).as_json()
        if rule == "continue":
            return position
        return next(number for number, each in enumerate(steps) if each.get("name") == rule["goto"]) - 1

    # One step.

    def _step(self, step: Any, here: Here, path: str) -> Signal:
        self._conductor.check()
        if "when" in step and not self._holds(step["when"], here.scope, path):
            return Signal.END
        self._do(step, here, path)
        for name, value in step.get("set", {}).items():
            here.save(self._name(name, here), fill(value, here.scope, limits=self._limits))
        if "loop" in step:
            self._loop(step["loop"], here, path)
        if "break" in step and self._holds(step["break"], here.scope, path):
            return Signal.BREAK
        if "continue" in step and self._holds(step["continue"], here.scope, path):
            return Signal.CONTINUE
        return Signal.END

    def _do(self, step: Any, here: Here, path: str) -> None:
        if "api" in step:
            self._request(step, here, path)
        elif "task" in step:
            self._start(step, "task", here, path, self._surroundings.starter.start_task)
        elif "walker" in step:
            self._start(step, "walker", here, path, self._surroundings.starter.run_walker)

    def _request(self, step: Any, here: Here, path: str) -> None:
        asked, shown = self._calling.make(step, here.scope, lambda: self._secrecy.values)
        # Names are made before the answer comes: `$` in them is the previous one, as in the compat dialect.
        name = self._name(step["save_to"], here) if "save_to" in step else None
        if "save_req_to" in step:
            here.save(self._name(step["save_req_to"], here), shown)
        answered = self._asking.ask(step, path, asked, here.scope)
        self._take(step, here, answered.value, name)
        here.answer = answered.about

    def _start(self, step: Any, word: str, here: Here, path: str, start: Callable[..., Any]) -> None:
        what = fill(step[word], here.scope, limits=self._limits)
        name = self._name(step["save_to"], here) if "save_to" in step else None
        told = str(what.get("name") or what.get("kind") or what.get("id"))[:200]
        ended = self._conductor.start(path, word.upper(), told, lambda: start(what, key=path))
        value = ended.result if word == "walker" else _told_of(ended)
        if ended.state is not RunState.SUCCEEDED:
            raise StepError(_why(word, ended), answer=value)
        self._take(step, here, value, name)

    def _take(self, step: Any, here: Here, value: Any, name: str | None) -> None:
        if step.get("secret"):
            self._secrecy.note(value)
        here.current = value
        if name is not None:
            if step.get("secret"):
                self._secrecy.note_name(name)
            here.save(name, value)

    def _name(self, template: str, here: Here) -> str:
        name = fill_text(template, here.scope, limits=self._limits)
        if not isinstance(name, str) or not name:
            raise BadTemplate(f"the name {template!r} must become text")
        return _NOT_IN_NAMES.sub("_", name)

    def _holds(self, condition: str, scope: Scope, path: str) -> bool:
        def doubt(told: str) -> None:
            self._conductor.say(Level.WARNING, f"{path}: {told}", {"step": path})

        return conditions.holds(condition, scope, doubt)

    # Loops.

    def _loop(self, loop: Any, here: Here, path: str) -> None:
        self._conductor.meter.check_depth(len(here.loops) + 1)
        looping = Looping(
            items=self._items(loop, here, path),
            parallel=loop.get("parallel", 1),
            go_on=loop.get("on_error", "stop") == "continue",
            run=lambda index, item, inner: self._item(loop, path, index, item, inner),
            note=self._note_item,
        )
        ended = run_items(looping, here)
        if "collect" in loop:
            here.save(self._name(loop["collect"], here), ended)

    def _items(self, loop: Any, here: Here, path: str) -> list[tuple[int, Any]]:
        by = loop["by"]
        value = (
            value_at(parse_path(by), here.scope) if isinstance(by, str) else fill(by, here.scope, limits=self._limits)
        )
        if not isinstance(value, list):
            raise StepError(f"there is no list at {by}")
        kept = []
        for index, item in enumerate(value):
            self._conductor.meter.count_item()
            if "filter" not in loop or self._keeps(loop, here, path, index, item):
                kept.append((index, item))
        return kept

    def _keeps(self, loop: Any, here: Here, path: str, index: int, item: Any) -> bool:
        scope = replace(here.scope, loops=(*here.loops, LoopItem(loop.get("as", ""), item, index)))
        return self._holds(loop["filter"], scope, path)

    def _item(self, loop: Any, path: str, index: int, item: Any, here: Here) -> tuple[Any, bool]:
        """One item; what it ended with, and whether the loop goes on."""
        here.loops = (*here.loops, LoopItem(loop.get("as", ""), item, index))
        here.current, here.place = item, f"{path}.loop[{index}]."
        signal = self._list(loop["requests"], here)
        return here.current, signal is not Signal.BREAK

    def _note_item(self, failed: Exception) -> None:
        with self._lock:
            self._failures.append(self._describe(self._cause[0] if self._cause else "", failed))


def _told_of(ended: StepEnd) -> dict[str, Any]:
    """What `$` is after a task."""
    return {"run_id": ended.run_id, "state": ended.state.value, "result": ended.result, "error": ended.error}


def _why(word: str, ended: StepEnd) -> str:
    if ended.run_id is None:
        return ended.error
    told = f": {ended.error}" if ended.error else ""
    return f"the {word}'s run {ended.run_id} ended as {ended.state}{told}"
