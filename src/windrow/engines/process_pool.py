"""A pool of child processes that carry out pure functions: reading pages uses a core each, and not the worker's own.

Each child has its own line to this process, so a child that dies or hangs harms only the call that it had. Children
are started ahead or when they are first needed, ended when nothing was asked of them for a while, and end by themselves
when this process is gone, however it went. Who calls counts tries: a child may have died of somebody else's hunger.
"""

import importlib
import io
import os
import pickle
import queue
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from windrow.errors import ProcessLost

Result = TypeVar("Result")

PATIENCE = 60.0
"""Seconds that one call may take: pages take milliseconds."""

LOOK_AROUND = 0.25
"""Seconds between two looks at whether the call must end before it is answered."""

LARGE = 16_384
"""Bytes of which an object of a call has to have at least, to be sent beside the others."""

NICENESS = 5
"""How much the children stand back. What they made waits for their parent: where cores are few, it must not wait for
them to make more, and neither must whoever is answered by other processes."""

IDLE = 60.0
"""Seconds without a call after which a child is ended, and its memory given back."""


class Raised(NamedTuple):
    """What a function raised in a child."""

    error: Exception


class Line:
    """One end of a line between two processes. A message has one part or more, each read in one go."""

    _COUNT = struct.Struct("!I")

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def send(self, *parts: bytes) -> None:
        """Sends a message. Raises `OSError` when the other end does not take it."""
        lengths = struct.pack(f"!{len(parts)}Q", *map(len, parts))
        self._end.sendall(self._COUNT.pack(len(parts)) + lengths)
        for each in parts:
            self._end.sendall(each)

    def has_come(self, seconds: float) -> bool:
        """Whether something can be read, or the other end is gone; waits so long for it."""
        return bool(self._poll.poll(seconds * 1000))

    def receive(self) -> list[bytes]:
        """The parts of the next message. Raises `EOFError` and `OSError` when it does not come whole."""
        (count,) = self._COUNT.unpack(self._read(self._COUNT.size))
        lengths = struct.unpack(f"!{count}Q", self._read(8 * count))
        return [self._read(each) for each in lengths]

    def close(self) -> None:
        """Hangs up."""
        self._end.close()

    def _read(self, length: int) -> bytes:
        found = self._end.recv(length, socket.MSG_WAITALL)
        while len(found) < length:  # a signal came between
            more = self._end.recv(length - len(found), socket.MSG_WAITALL)
            if not more:
                raise EOFError
            found += more
        return found


class CallPickler(pickle.Pickler):
    """Leaves large bytes out of the pickle, in `large`: they are sent beside it instead of being copied."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.large: list[bytes] = []

    def persistent_id(self, given: Any) -> int | None:
        """The place of large bytes; None for what is pickled."""
        if type(given) is not bytes or len(given) < LARGE:
            return None
        self.large.append(given)
        return len(self.large) - 1


class CallUnpickler(pickle.Unpickler):
    """The other end of it."""

    def __init__(self, call: Sequence[bytes]) -> None:
        super().__init__(io.BytesIO(call[0]))
        self._large = call[1:]

    def persistent_load(self, place: int) -> bytes:
        """What was sent beside the pickle."""
        return self._large[place]


class Child:
    """One child process and the line to it."""

    def __init__(self, patience: float) -> None:
        ours, theirs = socket.socketpair()
        for each in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):  # one that is frozen takes nothing, and gives half
            ours.setsockopt(socket.SOL_SOCKET, each, struct.pack("ll", int(patience), int(patience % 1 * 1e6)))
        with theirs:
            command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
            self._process = subprocess.Popen(command, stdin=theirs.fileno())  # noqa: S603 - our own
        self._line = Line(ours)
        self.used = time.monotonic()

    @property
    def lives(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def send(self, call: Sequence[bytes]) -> None:
        """Hands it a call, to be awaited. Raises `OSError` when it does not take it."""
        self._line.send(*call)

    def await_answer(self, check: Callable[[], None], patience: float) -> bytes:
        """Its answer, pickled. Raises `EOFError`, `OSError` or `TimeoutError` where none comes, or as `check` does."""
        end = time.monotonic() + patience
        while not self._line.has_come(LOOK_AROUND):
            check()
            if time.monotonic() > end:
                raise TimeoutError
        (answer,) = self._line.receive()
        return answer

    def end(self) -> None:
        """Ends it for good."""
        self._line.close()
        self._process.kill()
        self._process.wait()


class ProcessPool:
    """`size` children at most, shared by all threads of this process; an `Offload`."""

    def __init__(self, size: int, *, patience: float = PATIENCE, idle: float = IDLE) -> None:
        self._size = size
        self._patience = patience
        self._idle = idle
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._closed = threading.Event()
        for _ in range(size):
            self._free.put(None)
        threading.Thread(target=self._tidy, name="idle children", daemon=True).start()

    def __call__(self, check: Callable[[], None], function: Callable[..., Result], /, *arguments: Any) -> Result:
        """What the function gives, or raises. What cannot be sent to a child is carried out here."""
        pickled = self._ask(lambda: _pickled(function, arguments), check)
        if pickled is None:
            return function(*arguments)
        answer = pickle.loads(pickled)  # noqa: S301 - from our own child, which may have its next call meanwhile
        if isinstance(answer, Raised):
            raise answer.error
        return answer  # type: ignore[no-any-return]  # the child called that very function

    def warm_up(self, modules: Sequence[str]) -> None:
        """Starts the children and has them load what they will need, without waiting for it."""
        for number in range(self._size):
            threading.Thread(target=self._warm_up, args=(modules,), name=f"warm-up-{number}", daemon=True).start()

    def _warm_up(self, modules: Sequence[str]) -> None:
        with suppress(ProcessLost):
            self(_nothing, _load, modules)

    def close(self) -> None:
        """Ends the children that have nothing to do; the others end when they have given their answer."""
        self._closed.set()
        for child in self._idle_ones():
            self._give_back(child, healthy=False)

    def _ask(self, make_call: Callable[[], Sequence[bytes] | None], check: Callable[[], None]) -> bytes | None:
        # A call is made when there is somebody to take it, and not kept while it is carried out: what it holds may be
        # large although none of its objects is, and several threads wait.
        child = self._take(check)
        healthy = False
        try:
            if child is None or not child.lives:
                child = self._replace(child)
            if (call := make_call()) is None:
                healthy = True
                return None
            child.send(call)
            del call
            answer = child.await_answer(check, self._patience)
            child.used = time.monotonic()
            healthy = True
        except (TimeoutError, BlockingIOError):
            raise ProcessLost(f"The process that read it did not answer within {self._patience:.0f} s.") from None
        except (EOFError, OSError):
            raise ProcessLost("The process that read it died.") from None
        finally:
            self._give_back(child, healthy=healthy)
        return answer

    def _replace(self, child: Child | None) -> Child:
        if child is not None:
            child.end()
        return Child(self._patience)

    def _give_back(self, child: Child | None, *, healthy: bool) -> None:
        if child is not None and (not healthy or self._closed.is_set()):
            child.end()
            child = None
        self._free.put(child)

    def _tidy(self) -> None:
        """Ends children that had nothing to do for long: the next call starts another."""
        while not self._closed.wait(self._idle / 4):
            for child in self._idle_ones():
                idle = child is not None and time.monotonic() - child.used > self._idle
                self._give_back(child, healthy=not idle)

    def _idle_ones(self) -> list[Child | None]:
        """All that nobody has just now, to be given back in this order."""
        found: list[Child | None] = []
        with suppress(queue.Empty):
            while True:
                found.append(self._free.get_nowait())
        return found[::-1]

    def _take(self, check: Callable[[], None]) -> Child | None:
        while True:
            try:
                return self._free.get(timeout=LOOK_AROUND)
            except queue.Empty:
                check()


def _pickled(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[bytes] | None:
    file = io.BytesIO()
    pickler = CallPickler(file)
    try:
        pickler.dump((function, arguments))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    return [file.getvalue(), *pickler.large]


def _nothing() -> None:
    """What ends a warm-up early."""


def _load(modules: Sequence[str]) -> None:
    for each in modules:
        importlib.import_module(each)


def serve() -> None:
    """The child's side: answers calls until its parent has hung up, or is gone."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # the parent decides, also when a signal was sent to the whole group
    os.nice(NICENESS)
    line = Line(socket.socket(fileno=os.dup(0)))
    try:
        while True:
            line.send(_answer(line.receive()))
    except (EOFError, OSError):
        return


def _answer(call: Sequence[bytes]) -> bytes:
    try:
        function, arguments = CallUnpickler(call).load()
        return pickle.dumps(function(*arguments), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        return _raised(error)


def _raised(error: Exception) -> bytes:
    try:
        told = pickle.dumps(Raised(error))
        pickle.loads(told)  # noqa: S301 - an exception that cannot be made again is no use to the parent
    except Exception:  # noqa: BLE001 - whatever keeps it from being sent
        return pickle.dumps(Raised(RuntimeError(repr(error))))
    else:
        return told


if __name__ == "__main__":
    serve()
