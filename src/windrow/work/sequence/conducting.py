"""Conducting: each step is done once, whatever happens to the worker; what it came to is written and told."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Any

from windrow.errors import HostClosed, RemoteError
from windrow.model.runs import Level, RunState
from windrow.model.steps import StepEnd
from windrow.ports.fetching import Reply
from windrow.work.sequence.journal import BEGUN, Journal
from windrow.work.sequence.limits import Meter
from windrow.work.sequence.problems import OutOfBounds, Unknown, Waiting
from windrow.work.sequence.sending import (
    Asked,
    NoAnswer,
    Sender,
    error_to_json,
    reply_from_json,
    reply_to_json,
)
from windrow.work.sequence.showing import asked_to_json
from windrow.work.sequence.telling import Step, Tell, hide, shown_url

STEPS_KEPT = 10_000
"""So many steps are kept for the result of a run; its log is bounded by itself."""


@dataclass(slots=True)
class Conductor:
    """What dialects have their steps done by. Safe to share between threads.

    check  raises `Stopped` when the run must end
    pause  waits so many seconds, and raises as `check` does
    woken  the attempt before this one gave its worker back in good order: what it told is not told again
    """

    send: Sender
    journal: Journal
    meter: Meter
    tell: Tell
    check: Callable[[], None]
    pause: Callable[[float], None] = time.sleep
    woken: bool = False
    steps: list[Step] = field(default_factory=list)
    succeeded: int = 0
    failed: int = 0
    _hushed: bool = field(init=False)
    """Nothing has happened yet that was not told."""
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._hushed = self.woken

    def ask(self, path: str, asked: Asked, *, attempt: int = 1) -> Reply:
        """Sends a request, or gives the answer that an earlier attempt at the run got.

        Raises `RemoteError`, also `Unknown`; `Stopped`; `OutOfBounds`.
        """
        key = path if attempt == 1 else f"{path}#{attempt}"
        shown, size = shown_url(asked.url, asked.secrets), len(asked.body or b"")
        told = Step(path, asked.method, shown, sent=size, attempt=attempt)
        known = self.journal.find(key)
        if known is not None and (known != BEGUN or not asked.idempotent):
            return self._remember(key, told, known, asked)
        self.check()
        self.meter.count_request()
        self.journal.begin(key, once=not asked.idempotent)
        self._hushed = False
        return self._send(key, told, asked)

    def do(self, path: str, word: str, what: str, act: Callable[[], Any], *, idempotent: bool = False) -> Any:
        """Anything else that is to be done once: its value is plain JSON. Raises what `act` raises, and `Unknown`."""
        told = Step(path, word, what)
        known = self.journal.find(path)
        if known is not None and (known != BEGUN or not idempotent):
            if known == BEGUN:
                raise self._unknown(told)
            self._note(told, known=True, outcome="again")
            return known["value"]
        self.check()
        self.meter.count_request()
        self.journal.begin(path, once=not idempotent)
        self._hushed = False
        began = time.monotonic()
        value = act()
        self.journal.end(path, {"value": value})
        self._note(told, seconds=time.monotonic() - began)
        return value

    def start(self, path: str, word: str, what: str, act: Callable[[], StepEnd | None]) -> StepEnd:
        """Other work, begun once, and how it ended. `act` is asked by each attempt until it tells that.

        Raises `Waiting` while it goes on, and what `act` raises.
        """
        told = Step(path, word, what)
        known = self.journal.find(path)
        if known is not None:
            ended = StepEnd(**known["value"] | {"state": RunState(known["value"]["state"])})
            self._note_end(told, ended, again=True)
            return ended
        self.check()
        self.meter.count_request()
        self.journal.flush()
        found = act()
        if found is None:
            raise Waiting(f"{path} goes on.")
        self._hushed = False
        self.journal.end(path, {"value": asdict(found)})
        self._note_end(told, found)
        return found

    def wait(self, path: str, seconds: float) -> None:
        """Waits before the next attempt at a step, unless an earlier attempt at the run came as far.

        `path` is what the next attempt will be known by. Raises `Stopped`, and `OutOfBounds` beyond the run's time.
        """
        if self.journal.find(path) is not None:
            return
        if seconds > self.meter.left:
            raise OutOfBounds(f"The next attempt would be in {seconds:.0f} s, beyond the time that the run may take.")
        self.journal.flush()
        self.pause(seconds)

    def say(self, level: Level, message: str, data: dict[str, Any]) -> None:
        """A line for the log that each attempt would come to again."""
        if not self._hushed:
            self.tell(level, message, data)

    def fail(self, path: str, error: Exception, *, told: Step | None = None) -> None:
        """A step failed before anything was sent, or with what was answered."""
        step = told or Step(path, "", "")
        if not any(each.path == path and each.outcome in ("error", "unknown") for each in self.steps[-3:]):
            self._note(step, outcome="error", error=str(error) or type(error).__name__)

    def _send(self, key: str, told: Step, asked: Asked) -> Reply:
        began = time.monotonic()
        try:
            reply = self.send(told.path, asked)
        except HostClosed:
            self.journal.take_back(key)
            raise
        except RemoteError as error:
            self.journal.end(key, error_to_json(error) | {"asked": asked_to_json(asked)})
            self._note(told, outcome="error", error=hide(str(error), asked.secrets), seconds=time.monotonic() - began)
            raise
        self.journal.end(key, reply_to_json(reply) | {"asked": asked_to_json(asked)})
        seconds = time.monotonic() - began
        self._note_reply(told, reply, "ok" if _is_fine(asked, reply) else "error", seconds)
        return reply

    def _remember(self, key: str, told: Step, known: Any, asked: Asked) -> Reply:
        if known == BEGUN:
            error = self._unknown(told)
            self.journal.end(key, error_to_json(error))
            raise error
        if "failed" in known:
            self._note(told, known=True, outcome="error", error=known["failed"])
            raise NoAnswer(known["failed"], known.get("retryable", False))
        reply = reply_from_json(known)
        self._note_reply(told, reply, "again" if _is_fine(asked, reply) else "error", 0.0, known=True)
        return reply

    def _unknown(self, told: Step) -> Unknown:
        error = Unknown(
            f"{told.method} {told.url} was under way when the worker ended: nobody knows whether it arrived, and it "
            "is not said that it may be sent twice (idempotent)."
        )
        self._note(told, outcome="unknown", error=str(error))
        return error

    def _note_reply(self, told: Step, reply: Reply, outcome: str, seconds: float, *, known: bool = False) -> None:
        error = f"{reply.status} {reply.reason}".strip() if outcome == "error" else ""
        size = len(reply.body)
        self._note(told, known=known, outcome=outcome, error=error, seconds=seconds, status=reply.status, received=size)

    def _note_end(self, told: Step, ended: StepEnd, *, again: bool = False) -> None:
        good = ended.state is RunState.SUCCEEDED
        outcome = ("again" if again else "ok") if good else "error"
        error = "" if good else ended.error or f"ended as {ended.state}"
        self._note(told, known=again, outcome=outcome, error=error, seconds=ended.seconds)

    def _note(self, told: Step, *, known: bool = False, **what: Any) -> None:
        step = replace(told, **what)
        good = step.outcome in ("ok", "again")
        with self._lock:
            self.succeeded += good
            self.failed += not good
            if len(self.steps) < STEPS_KEPT:
                self.steps.append(step)
        if self._hushed or (known and self.woken):
            return
        data = {name: value for name, value in step.as_json().items() if name not in ("path", "error")}
        data |= {"step": step.path, "seconds": round(step.seconds, 4)}
        self.tell(Level.INFO if good else Level.WARNING, str(step), data)


def _is_fine(asked: Asked, reply: Reply) -> bool:
    return reply.status < 400 or reply.status in asked.expect
