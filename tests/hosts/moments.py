"""Sources with schedules of a second or two, and what became of each of their moments."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from windrow.client import Client
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval
from windrow.wire.sources import Source

SOURCES = 20

NOBODYS = "nobodys"
"""A queue that no worker serves: what is about clocks needs none."""

PULSE = 0.05

LATEST = timedelta(seconds=5)
"""How late a moment may be met because a clock died."""


def schedule_of(number: int, begin: datetime) -> Schedule:
    """Every second, and somewhat more slowly for each further number."""
    return Schedule(Interval(timedelta(seconds=1 + number / SOURCES), begin), start=begin)


def every_of(schedule: Schedule) -> timedelta:
    """How often it comes round."""
    assert isinstance(schedule.trigger, Interval)
    return schedule.trigger.every


def add_scheduled(clients: Sequence[Client], url: str, begin: datetime) -> list[Source]:
    """Twenty sources, registered at one API after the other."""
    return [
        clients[number % len(clients)].sources.create(
            name=f"every moment {number}",
            kind="oai_pmh",
            url=url,
            queue=NOBODYS,
            schedule={
                "trigger": {
                    "every_seconds": every_of(schedule_of(number, begin)).total_seconds(),
                    "anchor": begin,
                },
                "start": begin,
            },
        )
        for number in range(SOURCES)
    ]


@contextmanager
def feeling_stalls() -> Iterator[Callable[[], timedelta]]:
    """How long this machine stood still at worst since then: nobody on it can be quicker than that."""
    stopped, worst = threading.Event(), [0.0]

    def feel() -> None:
        before = time.monotonic()
        while not stopped.wait(PULSE):
            now = time.monotonic()
            worst[0], before = max(worst[0], now - before - PULSE), now

    thread = threading.Thread(target=feel, name="pulse")
    thread.start()
    try:
        yield lambda: timedelta(seconds=worst[0])
    finally:
        stopped.set()
        thread.join()


def assert_met_once(
    found: Sequence[Run], schedule: Schedule, *, since: datetime, until: datetime, latest: timedelta = LATEST
) -> None:
    """Each moment has one run, but for those that passed before a late clock met the one before them.

    found    a task's runs by the moments that they are for
    since    when the schedule was written
    latest   how late a moment may be met
    """
    first = schedule.due_after(since)
    assert first is not None
    expected: datetime | None = found[0].due
    assert expected in (first, schedule.due_after(first)), "writing it takes a moment itself"
    late = timedelta(0)
    for run in found:
        assert run.due is not None
        assert run.due == expected, "neither twice nor left out"
        late = max(late, run.created_at - run.due)
        expected = schedule.due_after(max(run.due, run.created_at))
    assert late < latest, late
    assert expected is not None
    assert expected > until - latest, "they went on until the end"
