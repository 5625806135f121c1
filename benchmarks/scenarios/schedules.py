"""Schedules by the hundred thousand: what a tick costs, how late runs start, and how fast all are met that are due."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, insert, select

from benchmarks.children import child
from benchmarks.figures import Figure, middle, share_below
from benchmarks.installation import Installation, installed
from benchmarks.scenarios.engines import SLOTS, VISITORS
from benchmarks.scenarios.plan import Plan
from samples.servers.postgres import running_postgres
from samples.servers.process import ROOT, interpreter
from windrow.core.scheduling import Scheduling
from windrow.model.identity import new_id
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.storage.database import Database
from windrow.storage.tables import runs, tasks
from windrow.storage.task_rows import from_task

TICKS = 200
BATCH = 5_000
DAY = timedelta(days=1)
AHEAD = timedelta(seconds=10)
"""From now until the first schedule is due: so long a clock and a worker may take to be there."""

A_SECOND = 100
PATIENCE = 120.0
BEAT = ROOT / "samples" / "servers" / "beat_child.py"


def measure(plan: Plan) -> list[Figure]:
    """Ticks with nothing due, starts with a hundred due each second, and all due at once beside beat."""
    few, some, many = plan.size.schedules
    return [*_idle(plan, (few, some, many)), *_starts(plan, many), *_beside_beat(plan, some)]


def _idle(plan: Plan, counts: tuple[int, int, int]) -> Iterator[Figure]:
    found = {}
    for count in counts:
        plan.say(f"Ticking with {count:,} schedules, none of them due ...")
        with installed() as place:
            now = place.assembly.clock()
            add(place, [now + DAY] * count)
            found[count] = [_timed(place.assembly.scheduling, now)[0] for _ in range(TICKS)]
    for count, ticks in found.items():
        yield Figure.told(f"a tick with {count:,} schedules, none due, median", 1000 * middle(ticks), "ms")
    few, many = counts[0], counts[-1]
    ratio = middle(found[many]) / middle(found[few])
    yield Figure.held(f"a tick with {many:,} schedules against {few:,}, none due", ratio, "times", "<=", 2)


def _starts(plan: Plan, count: int) -> Iterator[Figure]:
    """The real clock and a real worker; the moments lie a hundredth of a second apart."""
    seconds = plan.size.seconds
    plan.say(f"{count:,} schedules, {A_SECOND} of them due each second for {seconds} s ...")
    with installed() as place:
        add(place, [place.assembly.clock() + DAY] * (count - seconds * A_SECOND))
        path = os.pathsep.join([VISITORS, *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**place.environment, "WINDROW_SLOTS": str(SLOTS), "PYTHONPATH": path}
        command, log = [sys.executable, "-m", "windrow.cli"], place.folder / "schedules.log"
        with child([*command, "clock"], log, environment), child([*command, "worker"], log, environment):
            first = place.assembly.clock() + AHEAD
            add(place, [first + timedelta(seconds=number / A_SECOND) for number in range(seconds * A_SECOND)])
            late = _await_starts(place, seconds * A_SECOND)
    name = f"{A_SECOND} due each second among {count:,}, from due to started"
    yield Figure.told(f"{name}, median", 1000 * middle(late), "ms")
    yield Figure.held(f"{name}, p95", 1000 * share_below(late, 0.95), "ms", "<", 250)


def _await_starts(place: Installation, count: int) -> list[float]:
    """Seconds from the moment of each run to its start, once all have started."""
    end, database = time.monotonic() + PATIENCE, Database(place.assembly.settings.database)
    started = select(runs.c.due, runs.c.started_at).where(runs.c.started_at.is_not(None))
    try:
        while time.monotonic() < end:
            time.sleep(1)  # who looks all the time takes what it measures away
            with database.read() as connection:
                if connection.scalar(select(func.count()).select_from(started.subquery())) == count:
                    return [(row.started_at - row.due).total_seconds() for row in connection.execute(started)]
    finally:
        database.close()
    raise TimeoutError((place.folder / "schedules.log").read_text()[-2000:])


def _beside_beat(plan: Plan, count: int) -> Iterator[Figure]:
    """In turn, several times over: everything is due, and is dispatched as fast as it goes."""
    beat, ours = [], []
    for _ in range(plan.size.repeats):
        plan.say(f"{count:,} schedules that are all due: django-celery-beat, and ours ...")
        beat.append(_beat(count, plan.size.dispatches))
        ours.append(_rate(count, None))
    rate = middle(ours)
    yield Figure.told(f"django-celery-beat, {count:,} due", middle([each["rate"] for each in beat]), "dispatches/s")
    unsaved = middle([each["unsaved"] for each in beat])
    yield Figure.told("the same before it saves what it did", unsaved, "dispatches/s")
    yield Figure.told(f"ours, {count:,} due, on SQLite", rate, "runs/s")
    with running_postgres() as postgres:
        yield Figure.told(f"ours, {count:,} due, on PostgreSQL", _rate(count, postgres.new_database()), "runs/s")
    ratio = middle([mine / each["unsaved"] for mine, each in zip(ours, beat, strict=True)])
    yield Figure.held("dispatches a second, ours on SQLite against beat before it saves", ratio, "times", ">=", 20)


def _beat(count: int, dispatches: int) -> Mapping[str, float]:
    with TemporaryDirectory(prefix="windrow-bench-beat-") as folder:
        command = [str(interpreter("beat")), str(BEAT), str(count), str(dispatches)]
        done = subprocess.run(command, cwd=Path(folder), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _rate(count: int, database_url: str | None) -> float:
    """Schedules met a second: their next moments and a run each are in the database."""
    with installed(database_url) as place:
        now = place.assembly.clock()
        add(place, [now - timedelta(seconds=1)] * count)
        seconds, met = _timed(place.assembly.scheduling, now)
    assert met == count, met
    return count / seconds


def _timed(scheduling: Scheduling, now: datetime) -> tuple[float, int]:
    """Seconds of a tick at that moment, and how many moments it met."""
    clock = Scheduling(scheduling.tasks, lambda: now)
    begun = time.perf_counter()
    met = clock.tick()
    return time.perf_counter() - begun, met


def add(place: Installation, moments: list[datetime]) -> None:
    """A task that does nothing for each of these moments, and is due each day at that time."""
    now, principal = place.assembly.clock(), place.principal
    database = Database(place.assembly.settings.database, durable=False)
    for begin in range(0, len(moments), BATCH):
        with database.write() as connection:
            rows = [
                from_task(
                    Task(
                        new_id(),
                        "nothing",
                        "nothing",
                        principal.tenant_id,
                        principal.user_id,
                        schedule=Schedule(Interval(DAY, moment), next_due=moment),
                    ),
                    now=now,
                )
                for moment in moments[begin : begin + BATCH]
            ]
            connection.execute(insert(tasks), rows)
    database.close()
