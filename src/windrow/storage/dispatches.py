"""Dispatches: what an engine that is told ids still has to be told.

`sent_at` is set when a row is given to the engine, and cleared by the claim (and when a run is set aside), so that a
row that becomes ready again is sent again, by whatever way it came there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, literal_column, select, text, update

from windrow.model.runs import RunState
from windrow.ports.dispatches import Sent
from windrow.storage.batches import batches
from windrow.storage.database import Database
from windrow.storage.moves import CLAIMABLE, CLAIMABLE_PARTS, NOW, PART_TURN, TURN
from windrow.storage.run_rows import AnyRow
from windrow.storage.tables import parts, runs
from windrow.storage.types import UtcTime


@dataclass(frozen=True, slots=True)
class _Word:
    """What is sent: runs or parts, with the words of their claim index."""

    table: Table
    ready: str
    claimable: ColumnElement[bool]
    turn: tuple[ColumnElement[Any], ...]


_RUNS = _Word(runs, "state = 'queued' AND blocked_by = ''", CLAIMABLE, TURN)
_PARTS = _Word(parts, "state = 'open' AND queue <> ''", CLAIMABLE_PARTS, PART_TURN)


class SqlDispatches:
    """The port `Dispatches`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def send_runs(self, now: datetime, *, ahead: int) -> list[Sent]:
        """Notes runs that are ready as sent."""
        return self._send(_RUNS, now, ahead)

    def send_parts(self, now: datetime, *, ahead: int, least: int = 1) -> list[Sent]:
        """Notes parts that are ready as sent."""
        return self._send(_PARTS, now, ahead, least)

    def unclaimed_runs(self, before: datetime, *, limit: int) -> list[Sent]:
        """Runs that were sent earlier than that and are still ready."""
        return self._unclaimed(_RUNS, before, limit)

    def unclaimed_parts(self, before: datetime, *, limit: int) -> list[Sent]:
        """Parts that were sent earlier than that and are still ready."""
        return self._unclaimed(_PARTS, before, limit)

    def send_runs_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        """Notes that these runs are sent once more."""
        return self._send_again(_RUNS, which, now)

    def send_parts_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        """Notes that these parts are sent once more."""
        return self._send_again(_PARTS, which, now)

    def take_back_runs(self, run_ids: Sequence[str]) -> None:
        """Notes that these runs were not sent after all."""
        self._take_back(_RUNS, run_ids)

    def take_back_parts(self, part_ids: Sequence[int]) -> None:
        """Notes that these parts were not sent after all."""
        self._take_back(_PARTS, part_ids)

    def revoked(self, *, limit: int) -> list[str]:
        """Runs that were cancelled after they were sent."""
        cancelled = (runs.c.sent_at.is_not(None), runs.c.state == RunState.CANCELLED)
        with self._database.read() as connection:
            ids = connection.scalars(select(runs.c.id).where(*cancelled).limit(limit)).all()
        if not ids:
            return []
        told = update(runs).where(runs.c.id.in_(ids), *cancelled).values(sent_at=None, sends=0).returning(runs.c.id)
        with self._database.write() as connection:
            return list(connection.scalars(told))

    def _send(self, word: _Word, now: datetime, ahead: int, least: int = 1) -> list[Sent]:
        with self._database.read() as connection:
            queues = connection.execute(_queues(word), {"this_moment": now}).all()
        room = {row.queue: ahead - row.sent for row in queues if row.waits and row.sent <= ahead - least}
        if not room:
            return []
        sent: list[Sent] = []
        with self._database.write() as connection:
            for queue, many in room.items():
                values = {"this_queue": queue, "this_moment": now, "this_many": many}
                chosen = connection.execute(_next(word), values).all()
                for some in batches(row.id for row in chosen):
                    connection.execute(update(word.table).where(word.table.c.id.in_(some)).values(sent_at=now, sends=1))
                sent += [_to_sent(row)._replace(sent_at=now, sends=1) for row in chosen]
        return sent

    def _unclaimed(self, word: _Word, before: datetime, limit: int) -> list[Sent]:
        sent_at = word.table.c.sent_at
        query = select(*_columns(word)).where(word.claimable, sent_at.is_not(None), sent_at < before)
        with self._database.read() as connection:
            return [_to_sent(row) for row in connection.execute(query.order_by(sent_at).limit(limit))]

    def _send_again(self, word: _Word, which: Sequence[Sent], now: datetime) -> list[Sent]:
        columns = word.table.c
        note = (
            update(word.table)
            .where(columns.id == bindparam("this_id"), word.claimable, columns.sent_at == bindparam("sent_before"))
            .values(sent_at=now, sends=columns.sends + 1)
        )
        again = []
        with self._database.write() as connection:
            for each in which:
                this = {"this_id": _key(word, each.id), "sent_before": each.sent_at}
                if connection.execute(note, this).rowcount == 1:
                    again.append(each._replace(sent_at=now, sends=each.sends + 1))
        return again

    def _take_back(self, word: _Word, ids: Sequence[Any]) -> None:
        note = update(word.table).values(sent_at=None, sends=0)
        for some in batches(ids):
            with self._database.write(wake=True) as connection:
                connection.execute(note.where(word.table.c.id.in_(some), word.claimable))


def _key(word: _Word, identifier: str) -> Any:
    return identifier if word is _RUNS else int(identifier)


def _columns(word: _Word) -> tuple[ColumnElement[Any], ...]:
    columns = word.table.c
    begun = columns.attempt if word is _RUNS else columns.attempts
    return columns.id, columns.queue, columns.priority, columns.sent_at, columns.sends, (begun > 0).label("begun")


def _to_sent(row: AnyRow) -> Sent:
    return Sent(str(row.id), row.queue, row.priority, row.sent_at, row.sends, bool(row.begun))


def _next(word: _Word) -> Any:
    columns = word.table.c
    return (
        select(*_columns(word))
        .where(word.claimable, columns.queue == bindparam("this_queue"), columns.ready_at <= NOW)
        .where(columns.sent_at.is_(None))
        .order_by(*word.turn)
        .limit(bindparam("this_many"))
        .with_for_update(skip_locked=True)
    )


def _queues(word: _Word) -> Any:
    # One step of the claim index per queue, however many stand in it; what was sent stands first, and is bounded.
    table, ready = word.table.name, word.ready
    query = f"""
        WITH RECURSIVE queues (queue) AS (
            SELECT (SELECT queue FROM {table} WHERE {ready} ORDER BY queue LIMIT 1)
            UNION ALL
            SELECT (SELECT queue FROM {table} WHERE {ready} AND {table}.queue > queues.queue ORDER BY queue LIMIT 1)
            FROM queues WHERE queues.queue IS NOT NULL
        )
        SELECT queue,
               (SELECT count(*) FROM {table}
                WHERE sent_at IS NOT NULL AND {ready} AND {table}.queue = queues.queue) AS sent,
               (SELECT 1 FROM {table} WHERE {ready} AND {table}.queue = queues.queue AND sent_at IS NULL
                AND ready_at <= :this_moment LIMIT 1) AS waits
        FROM queues WHERE queue IS NOT NULL
    """  # noqa: S608 - our own names
    return (
        text(query)
        .bindparams(bindparam("this_moment", type_=UtcTime))
        .columns(literal_column("queue"), literal_column("sent"), literal_column("waits"))
    )
