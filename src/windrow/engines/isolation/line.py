"""The child's end of the line to its worker: asks, waits for answers, and hears that it must stop."""

import itertools
import os
import pickle
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import orjson

from windrow.engines.isolation.frames import LARGEST, Frames, frame
from windrow.errors import Stopped

TURN = 0.05
"""Seconds after which a thread that waits lets another one read, or looks whether it may still wait."""

LOOK_EVERY = 0.02
"""Seconds between two looks at the line by `check`, however often it is called."""


class Line:
    """Safe to use from several threads; whichever of them waits reads for all. No thread of its own: kinds may fork."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = Frames(largest=None)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._numbers = itertools.count(1)
        self._answers: dict[int, tuple[str, Any]] = {}
        self._awaited: set[int] = set()
        self._stop: Stopped | None = None
        self._looked = 0.0
        self._first: bytes | None = None

    def first(self) -> bytes:
        """The first thing that the worker says: what there is to do."""
        while self._first is None:
            self._read(TURN)
        return self._first

    def tell(self, word: str, **what: object) -> None:
        """Says something that needs no answer. Raises `ValueError` for what is too large or no plain data."""
        try:
            body = orjson.dumps({**what, "word": word}, default=str, option=orjson.OPT_NON_STR_KEYS)
        except orjson.JSONEncodeError as error:
            raise ValueError(f"This cannot be handed over: {error}") from error
        if len(body) > LARGEST:
            raise ValueError(f"{len(body)} bytes cannot be handed over at once; {LARGEST} are the most.")
        try:
            with self._writing:
                self._line.sendall(frame(body))
        except OSError:
            _end()

    def ask(self, word: str, *, check: Callable[[], None] | None = None, **what: object) -> Any:
        """What the worker answers, or raises. `check` is called now and then meanwhile, and may raise."""
        number = next(self._numbers)
        self._awaited.add(number)
        try:
            self.tell(word, id=number, **what)
            while not self._wait(lambda: number in self._answers, TURN):
                if check is not None:
                    check()
            how, value = self._answers.pop(number)
        finally:
            self._awaited.discard(number)
        if how == "raise":
            raise value
        return value

    def check(self) -> None:
        """Raises what the worker said this work must stop for."""
        now = time.monotonic()
        if self._stop is None and now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._wait(lambda: False, 0)
        if self._stop is not None:
            raise self._stop

    def pause(self, seconds: float) -> None:
        """Waits so long, or until this work must stop; then raises that."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._stop is None:
            self._wait(lambda: self._stop is not None, left)
        self.check()

    def _wait(self, is_there: Callable[[], bool], seconds: float) -> bool:
        """Reads, or lets another thread read, for so long at most; whether what was awaited is there."""
        if is_there():
            return True
        if self._reading.acquire(timeout=min(seconds, TURN)):
            try:
                if not is_there():
                    self._read(seconds if self._is_alone() else min(seconds, TURN))
            finally:
                self._reading.release()
        return is_there()

    def _is_alone(self) -> bool:
        return threading.active_count() == 1

    def _read(self, seconds: float) -> None:
        readable, _, _ = select.select([self._line], [], [], seconds)
        if not readable:
            return
        try:
            received = self._line.recv(1 << 20)
        except OSError:
            received = b""
        if not received:
            _end()
        for body in self._frames.take(received):
            self._sort(body)

    def _sort(self, body: bytes) -> None:
        if self._first is None:
            self._first = body
            return
        how, number, value = pickle.loads(body)  # noqa: S301 - from our own worker
        if how == "stop":
            self._stop = value
        elif number in self._awaited:  # or whoever asked gave up
            self._answers[number] = (how, value)


def _end() -> NoReturn:
    """The worker is gone, and with it whoever this was done for."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
