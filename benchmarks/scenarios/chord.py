"""Baseline B: one Celery task per record, on real Celery, Redis and PostgreSQL; both databases for our side."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import child, run_side
from benchmarks.figures import Figure, middle
from benchmarks.installation import installed
from benchmarks.scenarios.plan import Plan
from samples.servers.postgres import Postgres, running_postgres
from samples.servers.redis import Redis

CELERY = ("-m", "celery", "-A", "benchmarks.chord.tasks", "worker", "--pool", "prefork", "--autoscale", "15,10")


def measure(plan: Plan) -> list[Figure]:
    """The chord once, our harvests three times, before and after it; rates are compared."""
    size = plan.size
    with running_postgres(durable=True) as postgres:
        before = _our_rates(plan, postgres, 1)
        plan.say(f"One Celery task per record, {size.chord:,} records ...")
        theirs, harvesting, refreshing = _baseline_rates(plan, postgres)
        after = _our_rates(plan, postgres, 2)
    on_sqlite, on_postgresql = (middle([*one, *other]) for one, other in zip(before, after, strict=True))
    of = f"{size.small:,} records"
    return [
        Figure.told(f"one Celery task per record, {size.chord:,} records", theirs, "records/s"),
        Figure.told("of that, its list of records", refreshing, "records/s"),
        Figure.told("of that, its records", harvesting, "records/s"),
        Figure.told(f"Windrow on SQLite, {of}", on_sqlite, "records/s"),
        Figure.told(f"Windrow on the same PostgreSQL, {of}", on_postgresql, "records/s"),
        Figure.held("first harvest against a task per record, on SQLite", on_sqlite / theirs, "times faster", ">=", 50),
        Figure.held(
            "first harvest against a task per record, on PostgreSQL", on_postgresql / theirs, "times faster", ">=", 50
        ),
    ]


def _our_rates(plan: Plan, postgres: Postgres, repeats: int) -> tuple[list[float], list[float]]:
    return (
        [_our_rate(plan, None) for _ in range(repeats)],
        [_our_rate(plan, postgres) for _ in range(repeats)],
    )


def _our_rate(plan: Plan, postgres: Postgres | None) -> float:
    where = "SQLite" if postgres is None else "PostgreSQL"
    plan.say(f"Windrow on {where}, {plan.size.small:,} records ...")
    url = None if postgres is None else postgres.new_database()
    with installed(url) as place:
        rate = place.harvest(place.add_source("small", plan.remote.catalogue(plan.size.small))).rate
    if postgres is not None and url is not None:
        postgres.drop_database(url)
    return rate


def _baseline_rates(plan: Plan, postgres: Postgres) -> tuple[float, float, float]:
    # Both chords make a harvest there: without the list there would be nothing to harvest, and ours lists as well.
    size = plan.size.chord
    with _celery(postgres):
        found = run_side("chord", plan.remote.record(0).rpartition("/")[0], size)
    assert found["records"] == size, found
    whole = found["seconds"] + found["refreshing"]
    return size / whole, size / found["seconds"], size / found["refreshing"]


@contextmanager
def _celery(postgres: Postgres) -> Iterator[None]:
    """Redis, a database, and workers as many as such a catalogue starts: 10 to 15 processes."""
    with TemporaryDirectory(prefix="windrow-bench-chord-") as folder, Redis(Path(folder) / "redis") as redis:
        url = postgres.new_database().replace("postgresql+psycopg", "postgresql")
        environment = {"CHORD_REDIS": redis.url, "CHORD_DATABASE": url}
        os.environ.update(environment)
        with child([sys.executable, *CELERY], Path(folder) / "celery.log", environment):
            yield
