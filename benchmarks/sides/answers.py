"""Bare Celery: from sending a task to holding its answer, one at a time; see `benchmarks.bare`."""

import argparse
import json
import time

from benchmarks.bare import tasks

REST = 0.02
WARMED_UP = 5


def answers(count: int) -> list[float]:
    """Seconds of each, on an idle worker."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        assert tasks.member.delay().get(timeout=60) == 1
        found.append(time.perf_counter() - begun)
        time.sleep(REST)
    return found


def main() -> None:
    """The command line; `BARE_BROKER` and `BARE_REDIS` say where the servers are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.answers", description=__doc__)
    parser.add_argument("count", type=int, help="how many")
    given = parser.parse_args()
    answers(WARMED_UP)
    print(json.dumps({"answers": answers(given.count)}))


if __name__ == "__main__":
    main()
