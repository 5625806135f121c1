"""Baseline B: one Celery task per record, on real Celery, Redis and PostgreSQL; both databases for our side."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import child, run_side
from benchmarks.figures import Figure, middle
from benchmarks.installation import installed
from benchmarks.scenarios.plan import Plan
from samples.servers.postgres import Postgres, running_postgres
from samples.servers.redis import Redis

CELERY = ("-m", "celery", "-A", "benchmarks.chord.tasks", "worker", "--pool", "prefork")
USUAL = ("--autoscale", "15,10")
FEW = ("--concurrency", "4")
IN_FLIGHT = 15
"""Requests that both sides may have in flight: the most processes that the baseline may have."""

ASIDE = 1_000
"""Records, at most, of what the baseline harvests only to be told of: it takes longer with each record."""

LATE = 50
"""Milliseconds that a remote takes to answer where it is said to be slow."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """Records per second of the baseline: of its list and its records together, and of each."""

    whole: float
    listing: float
    records: float


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue of so many records: our kind of source for it, its address, and the two that the baseline asks."""

    size: int
    kind: str
    url: str
    list_url: str
    record_url: str


def measure(plan: Plan) -> list[Figure]:
    """The chord once, our harvests three times, around it and around a large one; rates are compared.

    A large harvest is compared with the small ones just before and after it: a machine's pace changes within minutes.
    """
    size = plan.size
    usual = _of_json(plan, size.small)
    with running_postgres(durable=True) as postgres:
        before = _our_rates(plan, usual, postgres)
        theirs = _baseline_rates(plan, _of_json(plan, size.chord), postgres)
        between = _our_rates(plan, usual, postgres)
        large = _our_rates(plan, _of_json(plan, size.large), postgres)
        after = _our_rates(plan, usual, postgres)
        asides = _asides(plan, postgres)
    on_sqlite, on_postgresql = (middle(each) for each in zip(before, between, after, strict=True))
    grown = [2 * one / (left + right) for left, one, right in zip(between, large, after, strict=True)]
    of, many = f"{size.small:,} records", f"{size.large:,}"
    return [
        Figure.told(f"one Celery task per record, {size.chord:,} records", theirs.whole, "records/s"),
        Figure.told("of that, its list of records", theirs.listing, "records/s"),
        Figure.told("of that, its records", theirs.records, "records/s"),
        Figure.told(f"Windrow on SQLite, {of}", on_sqlite, "records/s"),
        Figure.told(f"Windrow on the same PostgreSQL, {of}", on_postgresql, "records/s"),
        *_held("SQLite", on_sqlite, theirs, grown[0], many),
        *_held("PostgreSQL", on_postgresql, theirs, grown[1], many),
        *asides,
    ]


def _held(where: str, rate: float, theirs: Theirs, growth: float, large: str) -> list[Figure]:
    return [
        Figure.held(
            f"first harvest against a task per record, on {where}", rate / theirs.whole, "times faster", ">=", 50
        ),
        Figure.told(f"the same against its records without their list, on {where}", rate / theirs.records, "times"),
        Figure.held(f"rate at {large} records against that at few, on {where}", growth, "times", ">=", 0.9),
    ]


def _asides(plan: Plan, postgres: Postgres) -> list[Figure]:
    """What no bar is held against: ISO 19139 instead of JSON, a slow remote, and four processes instead of ten."""
    size = min(ASIDE, plan.size.chord)
    iso, late = _of_iso(plan, size), _of_json(plan, size, late=LATE)
    found = []
    for catalogue, told in ((iso, "ISO 19139"), (late, f"a remote that takes {LATE} ms")):
        theirs = _baseline_rates(plan, catalogue, postgres)
        on_sqlite, on_postgresql = _our_rates(plan, catalogue, postgres)
        found += [
            Figure.told(f"{told}, {size:,} records: a task per record", theirs.whole, "records/s"),
            Figure.told(f"{told}: Windrow on SQLite", on_sqlite, "records/s"),
            Figure.told(f"{told}: Windrow on the same PostgreSQL", on_postgresql, "records/s"),
        ]
    few = _baseline_rates(plan, _of_json(plan, size), postgres, FEW)
    return [*found, Figure.told(f"a task per record in 4 processes, {size:,} records", few.whole, "records/s")]


def _of_json(plan: Plan, size: int, *, late: int = 0) -> Catalogue:
    url = plan.remote.records(size, late=late)
    return Catalogue(size, "ogc_records", url, f"{url}/items", f"{url}/items")


def _of_iso(plan: Plan, size: int) -> Catalogue:
    listed = f"{plan.remote.records(size)}/items"
    return Catalogue(size, "csw", plan.remote.catalogue(size), listed, plan.remote.record)


def _our_rates(plan: Plan, catalogue: Catalogue, postgres: Postgres) -> tuple[float, float]:
    """Records per second on SQLite and on PostgreSQL."""
    return _our_rate(plan, catalogue, None), _our_rate(plan, catalogue, postgres)


def _our_rate(plan: Plan, catalogue: Catalogue, postgres: Postgres | None) -> float:
    where = "SQLite" if postgres is None else "PostgreSQL"
    plan.say(f"Windrow on {where}, {catalogue.size:,} records from {catalogue.kind} ...")
    url = None if postgres is None else postgres.new_database()
    with installed(url) as place:
        source = place.add_source("one", catalogue.url, kind=catalogue.kind, concurrency=IN_FLIGHT)
        found = place.harvest(source, weigh=False)
    assert found.counts == {"added": catalogue.size}, found
    if postgres is not None and url is not None:
        postgres.drop_database(url)
    return found.rate


def _baseline_rates(plan: Plan, catalogue: Catalogue, postgres: Postgres, processes: tuple[str, ...] = USUAL) -> Theirs:
    # Both chords make a harvest there: without the list there would be nothing to harvest, and ours lists as well.
    size = catalogue.size
    plan.say(f"One Celery task per record, {size:,} records ...")
    with _celery(postgres, processes):
        found = run_side("chord", catalogue.list_url, catalogue.record_url, size)
    assert found["records"] == size, found
    whole = found["seconds"] + found["refreshing"]
    return Theirs(size / whole, size / found["refreshing"], size / found["seconds"])


@contextmanager
def _celery(postgres: Postgres, processes: tuple[str, ...]) -> Iterator[None]:
    """Redis, a database, and workers, as many as such a catalogue starts."""
    with TemporaryDirectory(prefix="windrow-bench-chord-") as folder, Redis(Path(folder) / "redis") as redis:
        url = postgres.new_database().replace("postgresql+psycopg", "postgresql")
        environment = {"CHORD_REDIS": redis.url, "CHORD_DATABASE": url}
        os.environ.update(environment)
        with child([sys.executable, *CELERY, *processes], Path(folder) / "celery.log", environment):
            yield
