"""Facts for reports on both databases: counted by the days of a wall clock, for one tenant, by an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TASK, TENANT, a_run, add_basics, add_task
from tests.storage.plans import plans_of
from windrow.core.reporting.periods import Period, Span, last_whole
from windrow.model.identity import first_id_at, new_id
from windrow.model.resources import Outcome, Presence
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.ports.reporting import (
    DayCount,
    DayGrowth,
    Duration,
    Reason,
    SourceGrowth,
    TaskPast,
    Used,
    Window,
)
from windrow.storage.database import Database
from windrow.storage.reporting import SqlReports
from windrow.storage.run_rows import from_run
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import resources, reviews, runs

SECOND = timedelta(seconds=1)
MARCH = last_whole(Span.MONTH, datetime(2026, 4, 5, tzinfo=UTC), "Europe/Berlin")
OTHER_TASK = "00000000-0000-7000-8000-0000000000aa"


def window(period: Period = MARCH, **more: Any) -> Window:
    return Window(TENANT, period.since, period.until, period.offsets(), **more)


def row(at: datetime, number: int = 0, *, took: float | None = None, **changes: Any) -> dict[str, Any]:
    """A run that was made then, with an identifier of that time."""
    identifier = str(UUID(int=UUID(first_id_at(at)).int | 0x7 << 76 | number))
    ended = {} if took is None else {"started_at": at, "ended_at": at + took * SECOND}
    values = {"state": RunState.SUCCEEDED, **ended, **changes}
    made = from_run(a_run(id=identifier, created_at=at, ready_at=at, **values))
    return made | {"leads_on": None, "started_at": made["started_at"], "ended_at": made["ended_at"]}


@pytest.fixture
def put(database: Database) -> Callable[..., None]:
    add_basics(database)
    with database.write() as connection:
        add_task(connection, OTHER_TASK, tenant_id=OTHER_TENANT)

    def put(*rows: dict[str, Any]) -> None:
        with database.write() as connection:
            for each in rows:
                connection.execute(insert(runs).values(each))

    return put


@pytest.fixture
def source(database: Database) -> Source:
    task = Task(new_id(), "one", "harvest", TENANT, OWNER, {}, created_at=NOW, changed_at=NOW)
    source = Source(0, "one", "csw", "https://x.org/", TENANT, OWNER, task.id, created_at=NOW, changed_at=NOW)
    return SqlSources(database, Vault([b"k" * KEY_BYTES]), lambda: NOW).add(source, task, None)


@pytest.fixture
def reports(database: Database) -> SqlReports:
    return SqlReports(database)


def test_days_are_those_of_the_wall_clock_also_where_it_is_put_forward(
    put: Callable[..., None], reports: SqlReports
) -> None:
    put(
        row(datetime(2026, 2, 28, 22, 59, tzinfo=UTC)),  # still February in Berlin
        row(datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
        row(datetime(2026, 3, 28, 22, 59, tzinfo=UTC), state=RunState.FAILED),
        row(datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),  # Sunday begins at 23:00, and ends at 22:00
        row(datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        row(datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),  # April
    )

    assert reports.runs_by_day(window()) == [
        DayCount(date(2026, 3, 1), "harvest", RunState.SUCCEEDED, 1),
        DayCount(date(2026, 3, 28), "harvest", RunState.FAILED, 1),
        DayCount(date(2026, 3, 29), "harvest", RunState.SUCCEEDED, 1),
        DayCount(date(2026, 3, 30), "harvest", RunState.SUCCEEDED, 1),
    ]


def test_durations_are_those_that_half_and_nearly_all_keep_to(put: Callable[..., None], reports: SqlReports) -> None:
    put(*(row(NOW, number, took=number) for number in range(1, 101)), row(NOW, 200), row(NOW, 201, took=7, kind="push"))

    assert reports.durations(window()) == [
        Duration("harvest", 100, 50.0, 95.0, 100.0),
        Duration("push", 1, 7.0, 7.0, 7.0),
    ]


def test_reasons_are_counted_the_most_frequent_first(put: Callable[..., None], reports: SqlReports) -> None:
    failed = partial(row, NOW, state=RunState.FAILED)
    put(failed(1, error="gone"), failed(2, error="slow"), failed(3, error="slow"), row(NOW, 4, error="no failure"))

    last = row(NOW, 3)["id"]
    assert reports.reasons(window(), limit=1) == [Reason("harvest", "slow", 2, last)]


def test_usage_is_told_by_owner_and_by_task(put: Callable[..., None], reports: SqlReports) -> None:
    gone = "00000000-0000-7000-8000-00000000dead"
    put(
        row(NOW, 1, took=60),
        row(NOW, 2, took=1.5, state=RunState.FAILED),
        row(NOW, 3, took=5, owner_id=gone, kind="push"),
        row(NOW, 4, state=RunState.QUEUED, kind="push", owner_id=gone),
    )

    owners = reports.used_by_owner(window(), limit=10)
    tasks = reports.used_by_task(window(), limit=10)

    assert owners == [Used("ada", "harvest", "", 2, 1, 61.5), Used("", "push", "", 2, 0, 5.0)]
    assert tasks == [Used("ada", "harvest", "a task", 4, 1, 66.5)]


def test_growth_is_told_by_day_and_by_source(
    put: Callable[..., None], reports: SqlReports, source: Source, database: Database
) -> None:
    grown = partial(row, task_id=source.task_id)
    put(
        grown(NOW, 1, progress=Progress(counts={"added": 5, "changed": 1})),
        grown(NOW, 2, progress=Progress(counts={"added": 1, "deleted": 2}), state=RunState.FAILED),
        grown(NOW + timedelta(days=1), 3, progress=Progress(counts={"restored": 1})),
        grown(NOW, 4, progress=Progress(counts={"added": 9}), kind="push"),
    )
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE sources SET resources = 5")

    assert reports.growth_by_day(window()) == [
        DayGrowth(date(2026, 3, 1), 6, 1, 2, 0),
        DayGrowth(date(2026, 3, 2), 0, 0, 0, 1),
    ]
    assert reports.growth_by_source(window(), limit=10) == [SourceGrowth(source.id, "one", 6, 1, 2, 1, 5)]
    assert reports.resources(window()) == 5
    assert reports.resources(window(source_ids=[source.id + 1])) == 0


def test_what_became_of_a_source_is_told(
    put: Callable[..., None], reports: SqlReports, source: Source, database: Database
) -> None:
    put(row(NOW, 1, took=2, task_id=source.task_id), row(NOW, 2, took=4, task_id=source.task_id, state=RunState.FAILED))
    with database.write() as connection:
        for number, outcome in enumerate((Outcome.QUARANTINED, Outcome.QUARANTINED, Outcome.ADDED, Outcome.CHANGED)):
            seen = {"first_seen": NOW, "last_changed": NOW, "presence": Presence.PRESENT, "wanted": True}
            known = {"source_id": source.id, "identifier": str(number), "fingerprint": b"", "outcome": outcome}
            connection.execute(insert(resources).values(seen | known))
        for state in ("waiting", "refused"):
            review = {"source_id": source.id, "run_id": TASK, "state": state, "missing": 7, "present": 9}
            connection.execute(insert(reviews).values(review | {"created_at": NOW}))

    assert reports.pasts(window(), [source.task_id, TASK]) == {source.task_id: TaskPast(2, 1, 0, 3.0)}
    assert reports.quarantined([source.id]) == {source.id: 2}
    assert reports.waiting([source.id]) == {source.id: 7}


def test_other_tenants_sources_and_times_stay_out(
    put: Callable[..., None], reports: SqlReports, source: Source
) -> None:
    put(
        row(NOW, 1, took=1, error="theirs", state=RunState.FAILED, tenant_id=OTHER_TENANT, task_id=OTHER_TASK),
        row(NOW - timedelta(days=90), 2, took=1, error="old", state=RunState.FAILED),
        row(NOW, 3, took=1, error="of no source", state=RunState.FAILED),
        row(NOW, 4, took=1, error="ours", state=RunState.FAILED, task_id=source.task_id),
    )

    chosen = window(source_ids=[source.id])
    assert [each.reason for each in reports.reasons(chosen, limit=10)] == ["ours"]
    assert [each.runs for each in reports.runs_by_day(chosen)] == [1]
    assert [each.runs for each in reports.durations(chosen)] == [1]
    assert [each.runs for each in reports.used_by_task(chosen, limit=10)] == [1]
    assert {each.reason for each in reports.reasons(window(), limit=10)} == {"ours", "of no source"}


class Given:
    """A database that reads by one connection."""

    def __init__(self, connection: Connection) -> None:
        self.is_sqlite = connection.dialect.name == "sqlite"
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self._connection


def test_each_question_reads_by_an_index(database: Database, put: Callable[..., None], source: Source) -> None:
    put(*(row(NOW, number, took=1) for number in range(20)))

    def ask(connection: Connection) -> None:
        reports = SqlReports(Given(connection))  # type: ignore[arg-type]  # all that it asks of a database
        for chosen in (window(), window(source_ids=[source.id])):
            for each in (reports.runs_by_day, reports.durations, reports.growth_by_day):
                each(chosen)
            for limited in (reports.reasons, reports.used_by_owner, reports.used_by_task, reports.growth_by_source):
                limited(chosen, limit=5)
        reports.pasts(window(), [TASK])
        reports.quarantined([source.id])

    plans = plans_of(database, ask)

    whole = ("SCAN runs", "Seq Scan on runs", "SCAN resources", "Seq Scan on resources")
    assert len(plans) == 7 + 7 * 3 + 2  # for chosen sources their tasks are asked for first
    assert [plan for plan in plans if any(word in plan for word in whole)] == []
