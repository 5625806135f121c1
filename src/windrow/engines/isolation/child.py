"""A child's life: from the fork to its last word. One thread, until the kind makes more."""

import os
import pickle
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from windrow.engines.isolation import processes, words
from windrow.engines.isolation.line import Line
from windrow.engines.isolation.work import DistantWork
from windrow.model.runs import Part, Run
from windrow.ports.work import WorkKind


@dataclass(frozen=True, slots=True)
class Birth:
    """What a child gets: descriptors of its line, standard output and error, its folder, and bytes of memory."""

    streams: tuple[int, int, int]
    folder: str
    memory: int | None


def live(kind: WorkKind, birth: Birth) -> NoReturn:
    """Does the work and ends this process."""
    code = 1
    try:
        _settle(birth)
        line = Line(socket.socket(fileno=birth.streams[0]))
        _give(line, _work(kind, line))
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - the edge of a process: what went wrong can only be written down
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _settle(birth: Birth) -> None:
    """Makes this process one of its own."""
    nursery = os.getppid()
    os.setsid()
    processes.die_with_parent()
    if os.getppid() != nursery:
        os._exit(1)  # it went before it could be noticed
    processes.adopt_orphans()
    processes.be_the_first_to_go()
    processes.bound_memory(birth.memory)
    signal.signal(signal.SIGTERM, _end)
    for ours, usual in zip(birth.streams[1:], (1, 2), strict=True):
        os.dup2(ours, usual)
        os.close(ours)
    # New ones: those of the nursery may believe that they write to a file, and know where in it they are.
    sys.stdout, sys.stderr = _stream(1), _stream(2)
    os.chdir(birth.folder)
    os.environ["TMPDIR"] = birth.folder
    tempfile.tempdir = None


def _stream(number: int) -> TextIO:
    return open(number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: what is closed on the way out should not be interrupted
    sys.exit(128 + signal.SIGTERM)


def _work(kind: WorkKind, line: Line) -> dict[str, Any]:
    call: tuple[Run, Part | None] = pickle.loads(line.first())  # noqa: S301 - from our own worker
    run, part = call
    work = DistantWork(line, run)
    try:
        if part is None:
            return words.write_result(kind.perform(work))
        return {"counts": dict(kind.perform_part(work, part))}
    except Exception as error:  # noqa: BLE001 - the edge of an attempt: the worker tells
        return words.write_error(error)


def _give(line: Line, said: dict[str, Any]) -> None:
    try:
        line.tell("result", **said)
    except ValueError as error:  # too large, or no plain data
        line.tell("result", **words.write_error(error))
