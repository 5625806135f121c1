"""Child processes: each measured side in a fresh one, so that neither memory nor warm caches are handed on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samples.servers.process import ROOT

PATIENCE = 60.0


def run_side(name: str, *arguments: object) -> Mapping[str, Any]:
    """Runs a program of `benchmarks.sides` to its end; gives the JSON object that it prints."""
    command = [sys.executable, "-m", f"benchmarks.sides.{name}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@contextmanager
def child(command: list[object], log: Path, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lasts as long as the block; what it says goes to a log file."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def memory(pid: int) -> float:
    """The MB that a process and its children hold now, what they share counted once (PSS); 0 for one that has ended."""
    return sum(_held_kib(each) for each in (pid, *_children(pid))) / 1024


def _held_kib(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int((told.partition("\nPss:")[2].split() or ["0"])[0])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            own = [int(each) for each in listed.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [number for each in own for number in (each, *_children(each))]
    return found
