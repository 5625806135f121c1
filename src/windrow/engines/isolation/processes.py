"""Families of processes: who belongs to one, how much memory they hold, and how none of them is left over.

What Linux tells in /proc is needed for whole families. Where there is none, a process and its group are all that is
known: they end all the same, but memory is not measured.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")

_SET_DEATH_SIGNAL = 1
_SET_SUBREAPER = 36

_HELD = ("RssAnon:", "RssShmem:", "VmSwap:")
_HELD_ALONE = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded before anybody forks."""


def die_with_parent() -> None:
    """Has this process killed as soon as its parent is gone."""
    if _LIBC is not None:
        _LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Has whoever loses their parent below this process become its child, also those in sessions of their own."""
    if _LIBC is not None:
        _LIBC.prctl(_SET_SUBREAPER, 1, 0, 0, 0)


def bound_memory(most: int | None) -> None:
    """Sets a hard limit far beyond what is measured, for one leap that no look would see in time; no core files.

    RLIMIT_DATA counts what may be written to. RLIMIT_AS would count address space that is only reserved as well, of
    which Arrow, BLAS and friends take gigabytes that they never touch.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        bound = 2 * most + (1 << 30)
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def be_the_first_to_go() -> None:
    """When the machine runs out of memory, this process goes before the worker and the database do."""
    with suppress(OSError):
        Path(PROC, "self", "oom_score_adj").write_text("500")


def family_of(pid: int) -> list[int]:
    """The process and all that came from it, as far as they are still below it."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children_of(one)
    return found


def children_of(pid: int) -> list[int]:
    """Its children, those that have ended and wait to be buried among them."""
    try:
        tasks = os.listdir(PROC / str(pid) / "task")
    except OSError:
        return []
    found = []
    for task in tasks:
        try:
            found += [int(each) for each in (PROC / str(pid) / "task" / task / "children").read_text().split()]
        except FileNotFoundError:
            if (PROC / str(pid) / "task" / task).exists():
                return _children_by_parent(pid)  # a kernel without that file
        except OSError:
            continue
    return found


def _children_by_parent(pid: int) -> list[int]:
    found = []
    for each in os.listdir(PROC):
        if each.isdigit():
            with suppress(OSError, IndexError):
                if (PROC / each / "stat").read_text().rpartition(")")[2].split()[1] == str(pid):
                    found.append(int(each))
    return found


def memory_of(pids: Iterable[int], most: int) -> int:
    """Bytes that they hold in memory and swap; files that the system may drop from memory do not count.

    Pages that several of them share count for each, which is cheap to know. Only where that is more than `most` is
    it worth the longer look that counts each page once.
    """
    family = list(pids)
    held = sum(_sum_of(pid, "status", _HELD) for pid in family)
    return held if held <= most else sum(_sum_of(pid, "smaps_rollup", _HELD_ALONE) for pid in family) or held


def _sum_of(pid: int, name: str, wanted: tuple[str, ...]) -> int:
    try:
        lines = (PROC / str(pid) / name).read_text().splitlines()
    except OSError:
        return 0  # it has just ended
    return sum(int(line.split()[1]) for line in lines if line.startswith(wanted)) * 1024


def signal_group(leader: int, number: signal.Signals) -> None:
    """Sends a signal to a process and its group, or to it alone as long as it has not got one of its own."""
    with suppress(ProcessLookupError, PermissionError):
        try:
            os.killpg(leader, number)
        except ProcessLookupError:
            os.kill(leader, number)


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Sends a signal to each."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
