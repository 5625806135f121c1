"""Bare Celery: idle latency, no-op rate and chords; see `benchmarks.bare`."""

import argparse
import json
import time
from collections.abc import Callable, Sequence

from benchmarks.bare import tasks

PATIENCE = 600.0
REST = 0.02


def delays(count: int) -> list[float]:
    """Seconds from sending to starting, one at a time on an idle worker."""
    found = []
    for _ in range(count):
        sent = time.time()
        tasks.note_start.delay()
        told = tasks.client().blpop([tasks.STARTED], timeout=60)
        assert told is not None
        found.append(float(told[1]) - sent)
        time.sleep(REST)
    return found


def rate(count: int) -> float:
    """Tasks per second, from the first sent to the last done."""
    tasks.client().delete(tasks.DONE)
    begun = time.perf_counter()
    for _ in range(count):
        tasks.nothing.delay()
    _wait(lambda: int(tasks.client().get(tasks.DONE) or 0) >= count)
    return count / (time.perf_counter() - begun)


def fan(size: int) -> float:
    """Seconds for a chord of that size."""
    begun = time.perf_counter()
    tasks.fan(size)
    told = tasks.client().blpop([tasks.STARTED], timeout=int(PATIENCE))
    assert told is not None
    assert int(told[1]) == size
    return time.perf_counter() - begun


def measure(few: int, many: int, fans: Sequence[int]) -> dict[str, object]:
    """All of it, warmed up."""
    delays(5)
    return {"delays": delays(few), "rate": rate(many), "fans": {str(size): fan(size) for size in fans}}


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("Not all tasks were done.")
        time.sleep(0.01)


def main() -> None:
    """The command line; `BARE_BROKER` and `BARE_REDIS` say where the servers are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.bare", description=__doc__)
    parser.add_argument("few", type=int, help="how many delays")
    parser.add_argument("many", type=int, help="how many tasks for the rate")
    parser.add_argument("fans", type=int, nargs="*", help="sizes of chords")
    given = parser.parse_args()
    print(json.dumps(measure(given.few, given.many, given.fans)))


if __name__ == "__main__":
    main()
