"""Serving: the worker's side of one attempt, from the birth of its child until nobody of that family is left."""

import json
import os
import pickle
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import structlog

from windrow.engines.isolation import processes, words
from windrow.engines.isolation.captured import Allowance, Captured
from windrow.engines.isolation.frames import BadMessage, Frames, frame
from windrow.engines.isolation.nursery import LOADING, STOP
from windrow.engines.isolation.wishes import Wishes
from windrow.errors import Draining, LimitExceeded, ProcessLost, Stopped, StoreUnavailable, WindrowError
from windrow.model.runs import Level, Part, Run
from windrow.ports.work import Isolation, Work

log = structlog.get_logger()

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the work must stop."""

BIRTH = LOADING + 5.0
"""Seconds that a birth may take: the first one waits until the kinds are loaded."""

LAST_WORDS = 2.0
"""Seconds that a child may take to go when it has told its result."""

PARTING = 5.0
"""Seconds after which the nursery should have ended whatever it was told to end."""

RECEIVED = 1 << 16


class NotBorn(Exception):
    """The nursery ended before it had made the child: nothing was done yet, and another nursery may do it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The worker's ends of what leads to one child: its line, its standard output and error, its leash."""

    line: socket.socket
    output: int
    error: int
    leash: socket.socket

    def close(self) -> None:
        """Closes all; the nursery ends the child, if it still is there."""
        self.line.close()
        self.leash.close()
        os.close(self.output)
        os.close(self.error)


@dataclass(frozen=True, slots=True)
class Attempted:
    """What is to be done: by the kind of this name, within these limits, in this folder.

    `drain`: seconds that a child gets to come to a safe point when its worker is asked to end. `parameters`: what the
    kind sees as those of the run, where they are others.
    """

    kind: str
    isolation: Isolation
    folder: Path
    drain: float
    parameters: Mapping[str, Any] | None = None

    def shown(self, run: Run) -> Run:
        """The run as the kind sees it."""
        return run if self.parameters is None else replace(run, parameters=self.parameters)


class Conversation:
    """Serves one child. `hold` returns or raises when it, and all that came from it, have ended."""

    def __init__(self, lines: Lines, attempted: Attempted, work: Work, part: Part | None) -> None:
        self._lines = lines
        self._attempted = attempted
        self._work = work
        self._part = part
        self._wishes = Wishes(work, attempted.folder, self._check)
        self._frames = Frames()
        self._selector = selectors.DefaultSelector()
        self._outgoing = bytearray()
        self._begun = time.monotonic()
        self._pid: int | None = None
        self._ended: Mapping[str, Any] | None = None
        self._draining: float | None = None
        self._result: Mapping[str, Any] | None = None
        self._told = 0.0

    def hold(self) -> Mapping[str, Any]:
        """The child's result in plain words. Raises what went wrong, as `Isolate` says, and `NotBorn`."""
        allowance = Allowance()
        streams = {
            self._lines.output: Captured(self._log, Level.INFO, allowance),
            self._lines.error: Captured(self._log, Level.WARNING, allowance),
        }
        with self._selector:
            self._open(streams)
            try:
                self._say((self._attempted.shown(self._work.run), self._part))
                while self._ended is None:
                    self._look_after()
                    self._turn(LOOK_EVERY)
                while self._turn(0):  # what was said before the end
                    self._check_lines()
                for each in streams.values():
                    each.end()
            finally:
                self._part_with()
        return self._verdict()

    def _open(self, streams: Mapping[int, Captured]) -> None:
        self._lines.line.setblocking(False)
        self._lines.leash.setblocking(False)
        self._selector.register(self._lines.line, selectors.EVENT_READ, self._serve)
        self._selector.register(self._lines.leash, selectors.EVENT_READ, self._hear)
        for number, captured in streams.items():
            os.set_blocking(number, False)
            self._selector.register(number, selectors.EVENT_READ, self._capture(number, captured))

    def _turn(self, seconds: float) -> bool:
        """Answers whatever comes within so many seconds; whether something came."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            key.data()
        return bool(ready)

    # Stopping.

    def _look_after(self) -> None:
        now = time.monotonic()
        if self._pid is None and now - self._begun > BIRTH:
            raise NotBorn
        if self._told and now - self._told > LAST_WORDS:
            self._stop()
            self._told = now
        self._check_lines()

    def _check_lines(self) -> None:
        """Raises when the work must stop at once; says so to the child when it may come to a safe point first."""
        try:
            self._work.check()
        except Draining as stop:
            if self._draining is None:
                self._draining = time.monotonic()
                self._say(("stop", 0, stop))
            elif time.monotonic() - self._draining > self._attempted.drain:
                raise

    def _check(self) -> None:
        """For long wishes: raises when the work must stop, or when the child is gone."""
        self._work.check()
        self._hear()
        if self._ended is not None:
            raise ProcessLost("The process ended while it was served.")

    def _part_with(self) -> None:
        """Ends the child and its family, if they still are there, and waits until they are gone."""
        end = time.monotonic() + PARTING
        if self._ended is None:
            self._stop()
        while self._ended is None and time.monotonic() < end:
            with selectors.DefaultSelector() as selector:
                selector.register(self._lines.leash, selectors.EVENT_READ)
                selector.select(LOOK_EVERY)
            self._hear()
        if self._ended is None and self._pid is not None:
            log.error("the nursery does not end a child; its worker does", pid=self._pid, run=self._work.run.id)
            self._kill(self._pid)

    def _stop(self) -> None:
        with suppress(OSError):
            self._lines.leash.send(STOP)

    def _kill(self, pid: int) -> None:
        """Where the nursery is gone or frozen: nobody else knows this family."""
        processes.signal_all(processes.family_of(pid)[1:], signal.SIGKILL)
        processes.signal_group(pid, signal.SIGKILL)

    def _hear(self) -> None:
        """Takes what the nursery says on the leash."""
        if self._ended is not None:
            return
        try:
            packet = self._lines.leash.recv(RECEIVED)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        match json.loads(packet) if packet else {}:
            case {"born": pid}:
                self._pid = pid
            case {"ended": _} | {"refused": _} as ended:
                self._ended = ended
            case _:
                self._ended = {"lost": True}
                if self._pid is not None:
                    self._kill(self._pid)
        if self._ended is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(self._lines.leash)

    # Talking.

    def _say(self, message: object) -> None:
        self._outgoing += frame(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
        self._send()

    def _send(self) -> None:
        try:
            sent = self._lines.line.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(self._outgoing)  # it is gone; the leash tells why
        del self._outgoing[:sent]
        # Who does not take its answers is not asked for more wishes.
        events = selectors.EVENT_WRITE if self._outgoing else selectors.EVENT_READ
        with suppress(KeyError, ValueError):
            self._selector.modify(self._lines.line, events, self._send if self._outgoing else self._serve)

    def _serve(self) -> None:
        try:
            received = self._lines.line.recv(RECEIVED)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._selector.unregister(self._lines.line)
            self._told = self._told or time.monotonic()  # who has hung up has nothing more to tell
            return
        for body in self._frames.take(received):
            self._take(_read(body))

    def _take(self, said: Mapping[str, Any]) -> None:
        if self._result is not None:
            raise BadMessage("It went on after its last word.")
        if said.get("word") == "result":
            self._result, self._told = said, time.monotonic()
            return
        number = said.get("id")
        try:
            answer = ("reply", number, self._wishes.grant(said))
        except (Stopped, StoreUnavailable) as stop:
            if not isinstance(stop, Draining):
                raise
            answer = ("raise", number, stop)
        except WindrowError as error:
            answer = ("raise", number, error)
        if number is not None:
            self._say(answer)

    def _capture(self, number: int, captured: Captured) -> Callable[[], None]:
        def take() -> None:
            received = os.read(number, RECEIVED)
            if received:
                captured.take(received)
            else:
                self._selector.unregister(number)

        return take

    def _log(self, level: Level, message: str) -> None:
        self._work.log(level, message, part="" if self._part is None else str(self._part.id))

    # What came of it.

    def _verdict(self) -> Mapping[str, Any]:
        if self._result is not None:
            if "error" in self._result:
                self._raise(self._result)
            return self._result
        match self._ended:
            case {"refused": str(why)}:
                raise ProcessLost(why)
            case {"why": "memory"}:
                raise self._too_much_memory()
            case {"why": "time"}:
                raise LimitExceeded(
                    f"It took longer than the {self._attempted.isolation.seconds:g} s that the kind "
                    f"{self._attempted.kind} allows, and was ended: give it less to do, or raise the kind's limit."
                )
            case {"ended": int(code)}:
                raise ProcessLost(_tell_end(code))
            case _ if self._pid is None:
                raise NotBorn
            case _:
                raise ProcessLost("The process that started it ended, and took it along.")

    def _raise(self, said: Mapping[str, Any]) -> None:
        if said["error"] == Stopped.__name__:
            self._work.check()  # raises why
        else:
            self._log(Level.DEBUG, words.text(said.get("trace")))
        try:
            words.raise_error(said)
        except MemoryError as error:
            raise self._too_much_memory() from error

    def _too_much_memory(self) -> LimitExceeded:
        most = self._attempted.isolation.memory
        if most is None:
            return LimitExceeded("It needed more memory than the machine had: give it less to do at once.")
        return LimitExceeded(
            f"It needed more than the {most >> 20} MiB of memory that the kind {self._attempted.kind} allows, and was "
            "ended: give it less to do at once, or raise the kind's limit."
        )


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        return words.mapping(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise BadMessage(f"That is no JSON: {error}") from error


def _tell_end(code: int) -> str:
    if code >= 0:
        return f"The process ended with code {code} before it had told its result."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    hint = "; the machine may have run out of memory" if -code == signal.SIGKILL else ""
    return f"The process ended with signal {-code} ({name}){hint}."
