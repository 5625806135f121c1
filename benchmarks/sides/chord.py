"""Baseline B: refreshes and harvests with a chord of one task per record; see `benchmarks.chord`."""

import argparse
import json
import os
import time
from collections.abc import Callable

from benchmarks.chord import catalogue, tables

PATIENCE = 3600.0
WORKER_PATIENCE = 60.0


def measure(list_url: str, record_url: str, size: int) -> dict[str, float]:
    """Seconds for the list of records, and for the records."""
    from benchmarks.chord import tasks

    connection = tables.connect()
    tables.prepare(connection, list_url, record_url)

    assert tasks.answer.delay().get(timeout=WORKER_PATIENCE)

    def timed(start: Callable[[int], None]) -> float:
        session, begun = tables.begin(connection, size), time.perf_counter()
        start(session)
        while not tables.is_finished(connection, session):
            if time.perf_counter() - begun > PATIENCE:
                raise TimeoutError("The chord's body never ran.")
            time.sleep(0.05)
        return time.perf_counter() - begun

    refreshing = timed(lambda session: tasks.start_refresh(session, size))
    resources = list(tables.wanted(connection))
    tables.keep_input(connection, resources)
    harvesting = timed(lambda session: tasks.start_harvest(session, resources))
    return {"records": catalogue.count_kept(connection), "refreshing": refreshing, "seconds": harvesting}


def main() -> None:
    """The command line; `CHORD_REDIS` and `CHORD_DATABASE` say where the servers are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.chord", description=__doc__)
    parser.add_argument("list_url", help="where the list of records is")
    parser.add_argument("record_url", help="where single records are: this, a slash, their identifier")
    parser.add_argument("size", type=int, help="records")
    given = parser.parse_args()
    assert "CHORD_REDIS" in os.environ
    print(json.dumps(measure(given.list_url, given.record_url, given.size)))


if __name__ == "__main__":
    main()
