"""The machine: what must be known of it to judge the figures."""

import os
import platform
import sqlite3
from pathlib import Path

from benchmarks.figures import Figure

_CPU = Path("/proc/cpuinfo")
_MEMORY = Path("/proc/meminfo")


def describe() -> str:
    """Processor, system and versions, in one line."""
    return (
        f"{_cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def figures(when: str) -> list[Figure]:
    """Cores, memory and load; `when` says when the load was read."""
    return [
        Figure.told("cores", os.cpu_count() or 0, ""),
        Figure.told("memory of the machine", _memory_kib() / 1024, "MB"),
        Figure.told(f"load {when}", os.getloadavg()[0], "processes"),
    ]


def _cpu() -> str:
    if not _CPU.exists():
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in _CPU.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_kib() -> int:
    if not _MEMORY.exists():
        return 0
    return int(_MEMORY.read_text().partition("MemTotal:")[2].split()[0])
