"""Sweeping: what becomes of the work of those who fell silent, and what else must be put right now and then.

Nothing here waits for rows that another transaction holds: what somebody has in hand is left to them, or to the next
sweep.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from windrow.model.runs import LETTING_GO, PartState, RunState
from windrow.storage import limits
from windrow.storage.database import Database
from windrow.storage.endings import cancel_parts, settle
from windrow.storage.fan_in import count_closed
from windrow.storage.moves import HAS_NOTE, NOW, UNSETTLED
from windrow.storage.run_rows import to_limits
from windrow.storage.tables import parts, runs

SWEPT = 500
"""How many runs or parts are swept in one transaction."""

LOST_AT_MOST = 10
"""How many leases in a row a run or a part may lose: what takes its worker down each time must not go on for ever.
A page that was committed begins the count anew: a harvest that gets on is not hopeless, however often it is lost."""

LOST_ERROR = (
    f"Given up: {LOST_AT_MOST} times in a row the worker that did this fell silent. It may have run out of memory or "
    "been killed: look at the workers' logs, and start this again when the cause is gone."
)

Chore = Callable[[Connection], Sequence[str]]


class RunSweeper:
    """The part of the port `Runs` that repairs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self, now: datetime) -> list[str]:
        """Queues runs and reopens parts whose lease expired, and puts right what else went wrong."""
        touched: set[str] = set()
        for chore in self._find_chores(now):
            touched.update(repeat(self._database, chore))
        touched.update(self._heal())
        return sorted(touched)

    def _find_chores(self, now: datetime) -> list[Chore]:
        with self._database.read() as connection:
            chores: list[Chore] = []
            if connection.scalar(_ANY_EXPIRED_RUN, {"this_moment": now}) is not None:
                chores.append(lambda connection: sweep_runs(connection, _EXPIRED_RUN, now))
            if connection.scalar(_ANY_EXPIRED_PART, {"this_moment": now}) is not None:
                chores += expired_parts(_EXPIRED_PART, now)
            if connection.scalar(_ANY_UNSETTLED) is not None:
                chores.append(_settle_some)
            return chores

    def _heal(self) -> Sequence[str]:
        with self._database.read() as connection:
            if not limits.find_room(connection):
                return []
        with self._database.write(wake=True) as connection:
            return limits.heal(connection)


def repeat(database: Database, chore: Chore) -> Iterator[str]:
    """Does a chore in one transaction after the other until it finds nothing to do; yields the runs it touched."""
    while True:
        with database.write(wake=True) as connection:
            touched = chore(connection)
        if not touched:
            return
        yield from touched


_EXPIRED_RUN = runs.c.lease_until < NOW
_EXPIRED_PART = parts.c.lease_until < NOW
_ANY_EXPIRED_RUN = select(runs.c.id).where(_EXPIRED_RUN).limit(1)
_ANY_EXPIRED_PART = select(parts.c.id).where(_EXPIRED_PART).limit(1)
_ANY_UNSETTLED = select(runs.c.id).where(UNSETTLED).limit(1)


def sweep_runs(connection: Connection, lost: ColumnElement[bool], now: datetime) -> Sequence[str]:
    """Takes runs from workers that lost them: queues them again, or ends what was being cancelled or is hopeless."""
    rows = connection.execute(
        select(runs.c.id, runs.c.state, runs.c.lost, runs.c.limits, HAS_NOTE.label("has_note"))
        .where(lost)
        .limit(SWEPT)
        .with_for_update(skip_locked=True),
        {"this_moment": now},
    ).all()
    cancelling = [row for row in rows if row.state == RunState.CANCELLING]
    unfinished = [row.id for row in cancelling if row.has_note and row.lost + 1 < LOST_AT_MOST]
    cancelled = [row.id for row in cancelling if row.id not in unfinished]
    failed = [row.id for row in rows if row.state == RunState.RUNNING and row.lost + 1 >= LOST_AT_MOST]
    queued = sorted({row.id for row in rows} - {*cancelled, *failed, *unfinished})
    _take_back(connection, cancelled, state=RunState.CANCELLED, ended_at=now)
    _take_back(connection, failed, state=RunState.FAILED, ended_at=now, error=LOST_ERROR, leads_on=True)
    _take_back(connection, queued, state=RunState.QUEUED, ready_at=now)
    _take_back(connection, unfinished, state=RunState.QUEUED, phase=LETTING_GO, ready_at=now)
    limits.release(connection, {row.id: to_limits(row.limits) for row in rows})
    settle(connection, [*cancelled, *failed])
    return [row.id for row in rows]


def _take_back(connection: Connection, run_ids: Sequence[str], **values: object) -> None:
    if run_ids:
        change = {"worker_id": "", "lease_until": None, "lost": runs.c.lost + 1, **values}
        connection.execute(update(runs).where(runs.c.id.in_(run_ids)).values(change))


def expired_parts(lost: ColumnElement[bool], now: datetime) -> list[Chore]:
    """What is to be done with parts whose workers lost them: the hopeless ones first."""
    return [
        lambda connection: _fail_parts(connection, lost, now),
        lambda connection: _reopen_parts(connection, lost, now),
    ]


def _reopen_parts(connection: Connection, lost: ColumnElement[bool], now: datetime) -> Sequence[str]:
    chosen = select(parts.c.id, parts.c.run_id).where(lost, parts.c.lost + 1 < LOST_AT_MOST)
    rows = connection.execute(chosen.limit(SWEPT).with_for_update(skip_locked=True), {"this_moment": now}).all()
    if rows:
        connection.execute(
            update(parts)
            .where(parts.c.id.in_([row.id for row in rows]))
            .values(state=PartState.OPEN, worker_id="", lease_until=None, lost=parts.c.lost + 1, ready_at=now)
        )
    return [row.run_id for row in rows]


def _fail_parts(connection: Connection, lost: ColumnElement[bool], now: datetime) -> Sequence[str]:
    # One run at a time, and the run is locked before its parts: see fan_in.py.
    hopeless = (lost, parts.c.lost + 1 >= LOST_AT_MOST)
    run_id = connection.scalar(
        select(runs.c.id)
        .where(runs.c.id.in_(select(parts.c.run_id).where(*hopeless).limit(SWEPT)))
        .limit(1)
        .with_for_update(skip_locked=True),
        {"this_moment": now},
    )
    if run_id is None:
        return []
    failed = connection.execute(
        update(parts)
        .where(*hopeless, parts.c.run_id == run_id)
        .values(state=PartState.FAILED, worker_id="", lease_until=None, lost=parts.c.lost + 1, error=LOST_ERROR),
        {"this_moment": now},
    ).rowcount
    count_closed(connection, run_id, failed, now=now)
    return [run_id] if failed else []


def _settle_some(connection: Connection) -> Sequence[str]:
    run_ids = connection.scalars(select(runs.c.id).where(UNSETTLED).limit(1).with_for_update(skip_locked=True)).all()
    return run_ids if run_ids and cancel_parts(connection, run_ids) else []
