"""Reporting: the port `Reports` on either database. All is summed up by the database, over the runs of a period.

A period is a range of identifiers: those are ordered by the moment of their making, so that the lists' own index
(`ix_runs_tenant_id_id`) finds its runs.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate, groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Integer,
    Label,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)

from windrow.model.identity import first_id_at
from windrow.model.resources import Outcome
from windrow.model.runs import RunState
from windrow.model.sources import ReviewState
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
from windrow.storage.resources import NOT_ADDED
from windrow.storage.tables import resources, reviews, runs, sources, tasks, users
from windrow.storage.types import BigId

SKEW = timedelta(hours=1)
"""An identifier is made by the clock of one process, and the moment beside it perhaps by another's."""

DAY_SECONDS = 86_400
DAY: ColumnElement[int] = literal_column("day")
"""Named, and not said again: PostgreSQL would take two parameters of the same value for two things."""
EPOCH_DAY = date(1970, 1, 1)
SECOND = 1_000_000
"""Microseconds: how SQLite keeps moments."""

STEPS = 9
"""Powers of ten that durations are told apart in; the last one ends after 31 years."""

REASON_LETTERS = 300
ENDED = (RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED)
BEGUN = (*ENDED, RunState.CANCELLED, RunState.CANCELLING, RunState.RUNNING, RunState.WAITING)
BAD = (RunState.PARTIAL, RunState.FAILED)
GROWN = ("added", "changed", "deleted", "restored")


class SqlReports:
    """Facts for reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def runs_by_day(self, window: Window) -> Sequence[DayCount]:
        """How many runs there were, by day, kind and state."""
        with self._database.read() as connection:
            day = self._day(window)
            query = (
                select(day, runs.c.kind, runs.c.state, func.count().label("number"))
                .where(*_within(connection, window))
                .group_by(DAY, runs.c.kind, runs.c.state)
                .order_by(DAY, runs.c.kind, runs.c.state)
            )
            rows = connection.execute(query).all()
        return [DayCount(_date(row.day), row.kind, RunState(row.state), row.number) for row in rows]

    def durations(self, window: Window) -> Sequence[Duration]:
        """How long runs took, by kind. The value that half of them, and 95 of 100, do not go beyond, to one per cent.

        They are counted by steps of time. Ranking each of them, as percentiles are told exactly, took twice as
        long of a million runs.
        """
        # Said so that the runs are not looked up in the order of an index by kind: one by one, all over the table.
        kind = runs.c.kind.concat("").label("named")
        with self._database.read() as connection:
            query = (
                select(kind, self._step(), func.count().label("number"), func.max(self._taken()).label("most"))
                .where(*_within(connection, window), *_timed())
                .group_by(literal_column("named"), literal_column("step"))
                .order_by(literal_column("named"), literal_column("step"))
            )
            rows = connection.execute(query).all()
        return [_to_duration(kind, list(steps)) for kind, steps in groupby(rows, key=lambda row: row.named)]

    def _step(self) -> Label[int]:
        """Which step of time a run took: 1 ms wide below a second, and ten times as wide for each power of ten more."""
        taken, sizes = self._taken(), [SECOND // 1000 * 10**power for power in range(STEPS)]
        # Whole numbers, and written out: a million times it matters.
        tiers = [
            (taken < _whole(1000 * size), _whole(number * 1000) + taken // _whole(size))
            for number, size in enumerate(sizes)
        ]
        return case(*tiers, else_=_whole(STEPS * 1000)).label("step")

    def _taken(self) -> ColumnElement[int]:
        """Microseconds from a run's first beginning to its end; NULL while it has not both."""
        if self._database.is_sqlite:
            return type_coerce(runs.c.ended_at, BigInteger) - type_coerce(runs.c.started_at, BigInteger)
        return cast(func.extract("epoch", runs.c.ended_at - runs.c.started_at) * SECOND, BigInteger)

    def reasons(self, window: Window, *, limit: int) -> Sequence[Reason]:
        """Why runs failed or were partial, the most frequent first."""
        reason = func.substr(runs.c.error, 1, REASON_LETTERS)
        number, last = func.count(), func.max(runs.c.id)
        with self._database.read() as connection:
            query = (
                select(runs.c.kind, reason.label("reason"), number.label("number"), last.label("last"))
                .where(*_within(connection, window), runs.c.state.in_(BAD))
                .group_by(runs.c.kind, literal_column("reason"))
                .order_by(number.desc(), last.desc())
                .limit(limit)
            )
            return [Reason(row.kind, row.reason, row.number, row.last) for row in connection.execute(query)]

    def used_by_owner(self, window: Window, *, limit: int) -> Sequence[Used]:
        """What ran, by owner and kind, what took longest first."""
        with self._database.read() as connection:
            used = self._used(_within(connection, window), runs.c.owner_id, runs.c.kind)
            query = (
                select(func.coalesce(users.c.name, ""), used.c.kind, literal(""), *_sums(used))
                .select_from(used.outerjoin(users, users.c.id == used.c.owner_id))
                .order_by(used.c.seconds.desc(), used.c.number.desc(), used.c.kind)
                .limit(limit)
            )
            return [_to_used(row) for row in connection.execute(query)]

    def used_by_task(self, window: Window, *, limit: int) -> Sequence[Used]:
        """What ran, by task, what took longest first."""
        with self._database.read() as connection:
            used = self._used(_within(connection, window), runs.c.task_id)
            query = (
                select(func.coalesce(users.c.name, ""), tasks.c.kind, tasks.c.name, *_sums(used))
                .select_from(
                    used.join(tasks, tasks.c.id == used.c.task_id).outerjoin(users, users.c.id == tasks.c.owner_id)
                )
                .order_by(used.c.seconds.desc(), used.c.number.desc(), tasks.c.id)
                .limit(limit)
            )
            return [_to_used(row) for row in connection.execute(query)]

    def _used(self, within: Sequence[ColumnElement[bool]], *by: ColumnElement[Any]) -> Subquery:
        failed = func.sum(case((runs.c.state == RunState.FAILED, 1), else_=0))
        seconds = func.coalesce(func.sum(self._seconds()), 0.0)
        sums = (func.count().label("number"), failed.label("failed"), seconds.label("seconds"))
        return select(*by, *sums).where(*within).group_by(*by).subquery()

    def growth_by_day(self, window: Window) -> Sequence[DayGrowth]:
        """What harvests did to the catalogue, by day."""
        with self._database.read() as connection:
            day = self._day(window)
            query = (
                select(day, *self._grown())
                .where(*_within(connection, window), *_harvests())
                .group_by(DAY)
                .order_by(DAY)
            )
            return [DayGrowth(_date(day), *map(int, sums)) for day, *sums in connection.execute(query)]

    def growth_by_source(self, window: Window, *, limit: int) -> Sequence[SourceGrowth]:
        """What harvests did to the catalogue, by source, where most happened first."""
        with self._database.read() as connection:
            within = (*_within(connection, window), *_harvests())
            grown = select(runs.c.task_id, *self._grown()).where(*within).group_by(runs.c.task_id).subquery()
            sums = [grown.c[word] for word in GROWN]
            happened = sums[0] + sums[1] + sums[2] + sums[3]
            query = (
                select(sources.c.id, sources.c.name, *sums, sources.c.resources)
                .select_from(grown.join(sources, sources.c.task_id == grown.c.task_id))
                .where(~sources.c.deleting)
                .order_by(happened.desc(), sources.c.id)
                .limit(limit)
            )
            rows = connection.execute(query).all()
        return [SourceGrowth(number, name, *map(int, sums)) for number, name, *sums in rows]

    def _grown(self) -> list[ColumnElement[int]]:
        return [func.coalesce(func.sum(self._count(word)), 0).label(word) for word in GROWN]

    def _count(self, word: str) -> ColumnElement[int]:
        if self._database.is_sqlite:
            return cast(func.json_extract(runs.c.counts, f"$.{word}"), Integer)
        return cast(func.jsonb_extract_path_text(runs.c.counts, word), BigId)

    def resources(self, window: Window) -> int:
        """How many resources the sources have now."""
        query = select(func.coalesce(func.sum(sources.c.resources), 0)).where(
            sources.c.tenant_id == window.tenant_id, ~sources.c.deleting
        )
        if window.source_ids is not None:
            query = query.where(sources.c.id.in_(window.source_ids))
        with self._database.read() as connection:
            return int(connection.scalars(query).one())

    def pasts(self, window: Window, task_ids: Sequence[str]) -> Mapping[str, TaskPast]:
        """What became of these tasks' runs in the period."""
        failed = func.sum(case((runs.c.state == RunState.FAILED, 1), else_=0))
        partial = func.sum(case((runs.c.state == RunState.PARTIAL, 1), else_=0))
        query = (
            select(runs.c.task_id, func.count(), failed, partial, func.avg(self._seconds()))
            .where(runs.c.task_id.in_(task_ids), *_made_in(window), runs.c.state.in_(ENDED))
            .group_by(runs.c.task_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {
            task_id: TaskPast(number, failed, partial, None if seconds is None else float(seconds))
            for task_id, number, failed, partial, seconds in rows
        }

    def quarantined(self, source_ids: Sequence[int]) -> Mapping[int, int]:
        """How many resources of these sources are in quarantine."""
        query = (
            select(resources.c.source_id, func.count())
            .where(resources.c.source_id.in_(source_ids), resources.c.outcome == Outcome.QUARANTINED, NOT_ADDED)
            .group_by(resources.c.source_id)
        )
        return self._by_source(query)

    def waiting(self, source_ids: Sequence[int]) -> Mapping[int, int]:
        """How many deletions a held review of these sources is about."""
        query = (
            select(reviews.c.source_id, func.sum(reviews.c.missing))
            .where(reviews.c.source_id.in_(source_ids), reviews.c.state == ReviewState.WAITING)
            .group_by(reviews.c.source_id)
        )
        return self._by_source(query)

    def _by_source(self, query: Select[Any]) -> Mapping[int, int]:
        with self._database.read() as connection:
            return {source_id: int(number) for source_id, number in connection.execute(query)}

    def _day(self, window: Window) -> Label[int]:
        """Days since 1970 by the window's wall clock."""
        *earlier, last = window.offsets
        changes = [(runs.c.created_at < each.until, literal(each.seconds, Integer)) for each in earlier]
        offset = case(*changes, else_=literal(last.seconds, Integer)) if changes else literal(last.seconds, Integer)
        day: ColumnElement[int] = (self._epoch_seconds() + offset) // DAY_SECONDS
        return day.label("day")

    def _epoch_seconds(self) -> ColumnElement[int]:
        if self._database.is_sqlite:
            return type_coerce(runs.c.created_at, Integer) // SECOND
        return cast(func.floor(func.extract("epoch", runs.c.created_at)), BigInteger)

    def _seconds(self) -> ColumnElement[float]:
        """From a run's first beginning to its end; NULL while it has not both."""
        if self._database.is_sqlite:
            return type_coerce(self._taken() / float(SECOND), Float)
        return cast(func.extract("epoch", runs.c.ended_at - runs.c.started_at), Float)


def _whole(number: int) -> ColumnElement[int]:
    return literal_column(str(number), BigInteger)


def _timed() -> tuple[ColumnElement[bool], ...]:
    return runs.c.state.in_(ENDED), runs.c.started_at.is_not(None), runs.c.ended_at.is_not(None)


def _to_duration(kind: str, steps: Sequence[Any]) -> Duration:
    """Of the runs of a kind by steps, the shortest first."""
    number = sum(step.number for step in steps)
    passed = list(accumulate(step.number for step in steps))
    median, p95 = (steps[bisect_left(passed, number * share)].most for share in (0.5, 0.95))
    return Duration(kind, number, median / SECOND, p95 / SECOND, steps[-1].most / SECOND)


def _made_in(window: Window) -> list[ColumnElement[bool]]:
    return [
        runs.c.id >= first_id_at(window.since - SKEW),
        runs.c.id < first_id_at(window.until + SKEW),
        runs.c.created_at >= window.since,
        runs.c.created_at < window.until,
    ]


def _within(connection: Connection, window: Window) -> list[ColumnElement[bool]]:
    conditions = [runs.c.tenant_id == window.tenant_id, *_made_in(window)]
    if window.source_ids is None:
        return conditions
    # Asked for first: few tasks, whose runs an index finds.
    harvests = select(sources.c.task_id).where(sources.c.id.in_(window.source_ids))
    attendants = select(tasks.c.id).where(tasks.c.source_id.in_(window.source_ids))
    task_ids = [*connection.scalars(harvests), *connection.scalars(attendants)]
    return [*conditions, runs.c.task_id.in_(task_ids)]


def _harvests() -> tuple[ColumnElement[bool], ...]:
    return runs.c.kind == "harvest", runs.c.state.in_(BEGUN)


def _sums(used: FromClause) -> tuple[ColumnElement[Any], ...]:
    return used.c.number, used.c.failed, used.c.seconds


def _to_used(row: Any) -> Used:
    owner, kind, task, number, failed, seconds = row
    return Used(owner, kind, task, number, failed, float(seconds))


def _date(days: Any) -> date:
    return EPOCH_DAY + timedelta(days=int(days))
