"""Kinds of work for tests: some do their duty, others hang, leak, die, eat, multiply or say what they may not say."""
# ruff: noqa: T201 - some are there to write

import ctypes
import io
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.engines.isolation.frames import HEAD, frame
from windrow.errors import BadInput, RemoteStatus
from windrow.model.runs import Level, Part, PartState, Progress
from windrow.ports.fetching import Manners
from windrow.ports.work import Done, Fanned, Isolation, Later, Performed, Work

ANYTHING: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}

LITTLE = 128 << 20


class Visitor:
    """What they have in common."""

    schema: ClassVar[Mapping[str, Any]] = ANYTHING
    isolation: ClassVar[Isolation | None] = Isolation()

    def perform(self, work: Work) -> Performed:
        raise NotImplementedError

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        raise NotImplementedError


class Dutiful(Visitor):
    """Does everything that a kind may do, and tells where it did it."""

    name: ClassVar[str] = "dutiful"
    isolation = Isolation(memory=1 << 30, seconds=60)

    def perform(self, work: Work) -> Performed:
        work.check()
        work.log(Level.INFO, "begun", part="one", answer=42)
        work.report(Progress(1, 2, {"made": 1}, "half"))
        print("printed", flush=True)
        print("complained", file=sys.stderr, flush=True)
        with work.output("words.txt", "text/plain") as file:
            file.write(b"so many words")
        work.pause(0.01)
        work.keep_note({"begun": "elsewhere"})
        return Done(
            {
                "note": work.read_note(),
                "pid": os.getpid(),
                "session": os.getsid(0),
                "folder": os.getcwd(),
                "temporary": tempfile.gettempdir(),
                "environment": dict(os.environ),
                "descriptors": sorted(os.listdir("/proc/self/fd")),
                "threads": threading.active_count(),
                "given": work.run.parameters,
                "due": work.run.due and work.run.due.isoformat(),
            },
            message="all well",
        )


class Sleepless(Visitor):
    """Never ends and never looks up: in Python, or in C, where no signal handler of Python's gets its turn."""

    name: ClassVar[str] = "sleepless"

    def perform(self, work: Work) -> Performed:
        work.log(Level.INFO, f"pid {os.getpid()}")
        if work.run.parameters.get("in") == "C":
            max(itertools.repeat(0))
        while True:
            pass


class Hungry(Visitor):
    """Eats: bit by bit, in one leap, or through a process of its own."""

    name: ClassVar[str] = "hungry"
    isolation = Isolation(memory=LITTLE)

    def perform(self, work: Work) -> Performed:
        match work.run.parameters.get("how"):
            case "leap":
                bytearray(64 << 30)
            case "child":
                code = "import threading; eaten = b'x' * (300 << 20); threading.Event().wait()"
                subprocess.run([sys.executable, "-c", code], check=True)
            case _:
                eaten = [os.urandom(1 << 20) for _ in itertools.count()]
                del eaten
        return Done()


class Tardy(Visitor):
    """Takes longer than it may."""

    name: ClassVar[str] = "tardy"
    isolation = Isolation(seconds=0.5)

    def perform(self, work: Work) -> Performed:
        threading.Event().wait()
        return Done()


class Mortal(Visitor):
    """Ends in every way but the right one."""

    name: ClassVar[str] = "mortal"

    def perform(self, work: Work) -> Performed:
        how = work.run.parameters.get("how")
        if how == "once" and work.run.attempt > 1:
            return Done({"attempt": work.run.attempt})
        match how:
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "leave" | "once":
                sys.exit(4)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "input":
                raise BadInput.of("parameters.how", "must be gentle")
            case "remote":
                raise RemoteStatus("The remote answered 503.", status=503, retry_after=0.5)
            case "later":
                return Later(work.run.created_at, "not yet")
            case _:
                raise ArithmeticError("that does not add up")
        return Done()


class Prolific(Visitor):
    """Has children, also such that go their own way, and then hangs, ends or dies."""

    name: ClassVar[str] = "prolific"

    def perform(self, work: Work) -> Performed:
        pids = [_start(), _start(start_new_session=True), _start_orphan()]
        work.log(Level.INFO, "pids " + " ".join(str(pid) for pid in [os.getpid(), *pids]))
        match work.run.parameters.get("then"):
            case "end":
                return Done({"pids": pids})
            case "die":
                os._exit(1)
            case _:
                threading.Event().wait()
        return Done()


STAY = "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); threading.Event().wait()"


def _start(**how: Any) -> int:
    return subprocess.Popen([sys.executable, "-c", STAY], **how).pid


def _start_orphan() -> int:
    """A daemon as it is in the book: its parent has ended, and its session is its own."""
    code = (
        "import subprocess as s, sys; "
        "silent = {'stdout': s.DEVNULL, 'stderr': s.DEVNULL}; "
        f"print(s.Popen([sys.executable, '-c', {STAY!r}], start_new_session=True, **silent).pid)"
    )
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


class Sharing(Visitor):
    """Fans out; each part tells whose process did it."""

    name: ClassVar[str] = "sharing"

    def perform(self, work: Work) -> Performed:
        if work.run.phase != "finish":
            count = work.run.parameters["count"]
            added = work.fan_out({"number": number} for number in range(count))
            work.log(Level.INFO, f"added {added}")
            return Fanned()
        failed = [part.key["number"] for part in work.parts(frozenset({PartState.FAILED}))]
        states = {state.value: number for state, number in work.part_states().items()}
        every = sum(1 for _ in work.parts())
        return Done({"failed": failed, "states": states, "counts": work.part_counts(), "every": every})

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        print(f"part {part.key['number']}")
        if part.key["number"] == work.run.parameters.get("bad"):
            os._exit(1)
        return {"done": 1, "pids": os.getpid()}


class Watchful(Visitor):
    """Looks up often, and stops when it is told to."""

    name: ClassVar[str] = "watchful"

    def perform(self, work: Work) -> Performed:
        if work.run.attempt > 1:
            return Done({"attempt": work.run.attempt})
        work.log(Level.INFO, f"pid {os.getpid()}")
        while True:
            work.pause(0.05)


class Inquiring(Visitor):
    """Asks a remote."""

    name: ClassVar[str] = "inquiring"

    def perform(self, work: Work) -> Performed:
        url = work.run.parameters["url"]
        fetcher = work.fetcher_maker(Manners(requests_per_second=0), origin=url, credential=None, check=work.check)
        answer = fetcher.get(url, parameters={"a": 1}, headers={"x-asked": "politely"})
        posted = fetcher.post(url, b"\0body", media_type="text/plain")
        return Done({"status": answer.status, "body": answer.body.decode(), "posted": posted.body.decode()})


class Improving(Visitor):
    """Adds to an item."""

    name: ClassVar[str] = "improving"

    def perform(self, work: Work) -> Performed:
        with work.open_item(work.run.parameters["item"]) as (item, file):
            found = json.load(file)
        found["metadata"]["improved"] = True
        kept = work.keep_item(item, io.BytesIO(json.dumps(found).encode()))
        if work.run.parameters.get("again"):
            work.keep_item(item, io.BytesIO(json.dumps(found).encode()))  # it was changed since
        return Done({"name": item.name, "size": kept.size, "left": sorted(os.listdir("."))})


class Talkative(Visitor):
    """Writes more than a log bears."""

    name: ClassVar[str] = "talkative"

    def perform(self, work: Work) -> Performed:
        print("a" * 10_000_000)
        for number in range(10_000):
            print(f"line {number}")
        return Done()


class Unruly(Visitor):
    """Says on the line what it may not say."""

    name: ClassVar[str] = "unruly"

    def perform(self, work: Work) -> Performed:
        item = str(work.run.parameters.get("item")).encode()
        said: dict[str, bytes] = {
            "a pickle": frame(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
            "no wish": frame(b'{"word": "become_admin", "id": 1}'),
            "too large": HEAD.pack(1 << 31),
            "no level": frame(b'{"word": "log", "level": "shout", "message": "", "part": "", "data": {}}'),
            "no number": frame(b'{"word": "report", "done": 1e300, "counts": {}, "message": ""}'),
            "no output": frame(b'{"word": "output", "id": 1, "file": "../secret", "name": "a", "media_type": "b"}'),
            "no result": frame(b'{"word": "result", "ended": "succeeded"}'),
            "a planted file": frame(b'{"word": "open_item", "id": 1, "item": "%s", "file": "item-7"}' % item),
            "no file": frame(b'{"word": "open_item", "id": 1, "item": "%s", "file": "../item-7"}' % item),
            "a link": frame(b'{"word": "output", "id": 1, "file": "output-7", "name": "a", "media_type": "b"}'),
        }
        os.symlink("/etc/hostname", "output-7")
        os.symlink("/tmp/stolen", "item-7")
        line = work._line._line  # type: ignore[attr-defined]  # it does not keep to the port
        line.sendall(said[work.run.parameters["says"]])
        threading.Event().wait()
        return Done()
