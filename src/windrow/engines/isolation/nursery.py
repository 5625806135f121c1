"""The nursery: a process with one thread that has loaded the kinds, and forks a child for each attempt.

It owns the children: it alone watches what they take, ends them and buries them, so that no signal ever meets a number
that somebody else got meanwhile. Each child has a leash, a line between nursery and worker: the nursery tells on it
that the child was born and how it ended; the worker says `stop` on it. A leash that closes ends the child at once, and
the nursery ends with its own line to the worker, after all its children: so nobody outlives a worker that was killed.
"""

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any, NoReturn

from windrow.engines.isolation import child, processes
from windrow.ports.work import WorkKind

LOOK_EVERY = 0.1
"""Seconds between two looks at what the children hold, and for how long they have been at work."""

GRACE = 0.5
"""Seconds between the signal to end and the one that cannot be refused."""

LAST_PATIENCE = 2.0
"""Seconds that the dead may take to be gone (the kernel may be busy with them)."""

LOADING = 60
"""Seconds that it may take to load the kinds."""

PACKET = 64 << 10
HANDED = 4
"""Descriptors that come with each order: line, standard output, standard error, leash."""

STOP = b"stop"


@dataclass(slots=True)
class Family:
    """A child, all that came from it, and what it may take."""

    leader: int
    leash: socket.socket
    folder: str
    memory: int | None
    ends_at: float | None
    why: str = ""
    kill_at: float | None = None
    abandoned: bool = False
    """Whether its worker has let go of it: then nobody else removes its folder."""


class Nursery:
    """Serves the worker at the other end of `control` until that is gone."""

    def __init__(self, control: socket.socket, kinds: Mapping[str, WorkKind], troubles: Mapping[str, str]) -> None:
        self._control = control
        self._kinds = kinds
        self._troubles = troubles
        self._families: dict[int, Family] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        self._over = False

    def run(self) -> None:
        """Returns when the worker is gone, and everybody here with it."""
        try:
            self._listen()
            while not self._over:
                for key, _ in self._selector.select(LOOK_EVERY if self._families else None):
                    key.data()
                self._bury()
                self._watch()
        finally:
            self._end_all()

    def _listen(self) -> None:
        for each in (self._control, self._woken, self._waker):
            each.setblocking(False)
        signal.signal(signal.SIGCHLD, _wake)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ, self._take_order)
        self._selector.register(self._woken, selectors.EVENT_READ, self._rub_eyes)

    def _rub_eyes(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(PACKET)

    # Birth.

    def _take_order(self) -> None:
        try:
            packet, handed, _, _ = socket.recv_fds(self._control, PACKET, HANDED)
        except BlockingIOError:
            return
        except OSError:
            packet, handed = b"", []
        self._over = not packet
        for each in handed:
            os.set_inheritable(each, False)
        leash = socket.socket(fileno=handed.pop()) if len(handed) == HANDED else None
        try:
            if leash is not None:  # else: not all of them could be taken, and the worker sees its leash closed
                self._obey(json.loads(packet), handed, leash)
        finally:
            for each in handed:
                os.close(each)

    def _obey(self, order: Mapping[str, Any], streams: list[int], leash: socket.socket) -> None:
        leash.setblocking(False)
        kind = self._kinds.get(order["kind"])
        if kind is None:
            trouble = self._troubles.get(order["kind"], "it is not installed")
            return _refuse(leash, f"The kind of work {order['kind']!r} cannot be carried out here: {trouble}")
        try:
            pid = os.fork()
        except OSError as error:
            return _refuse(leash, f"No process could be made: {error.strerror}.")
        if pid == 0:
            self._leave_home(leash)
            child.live(kind, child.Birth((streams[0], streams[1], streams[2]), order["folder"], order["memory"]))
        seconds = order["seconds"]
        ends_at = None if seconds is None else time.monotonic() + seconds
        family = Family(pid, leash, order["folder"], order["memory"], ends_at)
        self._families[pid] = family
        self._selector.register(leash, selectors.EVENT_READ, lambda: self._heed(family))
        _tell(leash, born=pid)
        return None

    def _leave_home(self, leash: socket.socket) -> None:
        """In the child: lets go of all that belongs to the nursery."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._selector.close()
        for each in (self._control, self._woken, self._waker, leash, *(each.leash for each in self._families.values())):
            each.close()

    # Watching.

    def _heed(self, family: Family) -> None:
        try:
            said = family.leash.recv(PACKET)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said == STOP:
            self._stop(family, "stopped")
        else:
            self._selector.unregister(family.leash)
            family.abandoned = True
            self._kill(family)

    def _watch(self) -> None:
        now = time.monotonic()
        for family in self._families.values():
            if family.kill_at is not None:
                if now >= family.kill_at:
                    self._kill(family)
            elif family.ends_at is not None and now >= family.ends_at:
                self._stop(family, "time")
            elif family.memory is not None and self._holds_too_much(family, family.memory):
                family.why = "memory"
                self._kill(family)

    def _holds_too_much(self, family: Family, most: int) -> bool:
        return processes.memory_of(processes.family_of(family.leader), most) > most

    def _stop(self, family: Family, why: str) -> None:
        if family.kill_at is None:
            family.why = family.why or why
            family.kill_at = time.monotonic() + GRACE
            processes.signal_group(family.leader, signal.SIGTERM)

    def _kill(self, family: Family) -> None:
        family.kill_at = time.monotonic() + LOOK_EVERY  # again and again until it is gone
        strays = processes.family_of(family.leader)[1:]
        processes.signal_group(family.leader, signal.SIGKILL)
        processes.signal_all(strays, signal.SIGKILL)

    # The end.

    def _bury(self) -> None:
        while (leader := _next_dead()) is not None:
            family = self._families.pop(leader, None)
            if family is not None:
                # Not buried yet, its number cannot be anybody else's: what is left of its group can safely be ended.
                processes.signal_group(leader, signal.SIGKILL)
            _, status = os.waitpid(leader, 0)
            if family is not None:
                self._end_strays()
                self._let_go(family, status)

    def _let_go(self, family: Family, status: int) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(family.leash)
        _tell(family.leash, ended=os.waitstatus_to_exitcode(status), why=family.why)
        family.leash.close()
        if family.abandoned:
            shutil.rmtree(family.folder, ignore_errors=True)

    def _end_strays(self) -> None:
        """Ends whoever came to this process because their parents died: a child that went while its own live on.

        Those of a child that lives go to that child; all that come here have nobody left.
        """
        end = time.monotonic() + LAST_PATIENCE
        while strays := [pid for pid in processes.children_of(os.getpid()) if pid not in self._families]:
            processes.signal_all(strays, signal.SIGKILL)
            for pid in strays:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > end:
                return
            time.sleep(0.002)

    def _end_all(self) -> None:
        for family in self._families.values():
            family.abandoned = True
            self._kill(family)
        end = time.monotonic() + LAST_PATIENCE
        while self._families and time.monotonic() < end:
            self._bury()
            time.sleep(0.002)
        self._end_strays()


def _next_dead() -> int | None:
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if found is None else found.si_pid


def _tell(leash: socket.socket, **what: object) -> None:
    with suppress(OSError):  # the worker is gone, or no longer interested
        leash.send(json.dumps(what).encode())


def _refuse(leash: socket.socket, why: str) -> None:
    _tell(leash, refused=why)
    leash.close()


def _wake(*_: object) -> None:
    """A child has ended: the wake-up descriptor tells the loop."""


def serve() -> NoReturn:
    """The nursery's life: loads what it is told to, and serves until its worker has hung up, or is gone."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # the worker decides
    control = socket.socket(fileno=os.dup(0))
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    # A child works in a folder of its own: what lies there must not pass for a module.
    sys.path = [each or os.getcwd() for each in sys.path]
    processes.adopt_orphans()
    signal.alarm(LOADING)  # a kind that hangs when it is loaded would keep this process from hearing anything
    kinds, troubles = _load(json.loads(control.recv(PACKET) or b"{}"))
    signal.alarm(0)
    gc.collect()
    gc.freeze()  # what is here already is not looked at again, and so not copied, in every child
    Nursery(control, kinds, troubles).run()
    sys.exit(0)


def _load(places: Mapping[str, str]) -> tuple[dict[str, WorkKind], dict[str, str]]:
    kinds: dict[str, WorkKind] = {}
    troubles: dict[str, str] = {}
    for name, place in places.items():
        try:
            kinds[name] = EntryPoint(name, place, "windrow.work_kinds").load()()
        except Exception as error:  # noqa: BLE001 - the edge of a visitor: its runs are told, the others go on
            troubles[name] = f"{type(error).__name__}: {error}"
    if threading.active_count() > 1:
        # A fork takes one thread along and all the locks: better to know it from here than from a hang.
        print("A kind of work starts threads when it is loaded; its runs may hang.", file=sys.stderr)  # noqa: T201
    return kinds, troubles
