"""Limits: how many runs of one concurrency key run at once, and whose turn it is when one ends.

A run that runs (or waits for its parts) holds a row in `key_holds` for each of its keys. A queued run that meets a full
key is set aside (`blocked_by`), so that nobody looks at it again until a hold is given back. On PostgreSQL all that
counts or changes the holds of a key happens under an advisory lock of that key; on SQLite there is one writer anyway.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from windrow.model.tasks import Limit
from windrow.storage.moves import BLOCKED, CLAIMABLE, NOW, TURN
from windrow.storage.run_rows import from_limits, to_limits
from windrow.storage.tables import key_holds, runs
from windrow.storage.types import Json

ASIDE = 500
"""How many waiting runs are looked at when a key turned out full: those that carry it are set aside together."""

NEXT = 16
"""How many set-aside runs of one key are let go on at most when a hold was given back."""


def hold(connection: Connection, run_id: str, limits: Sequence[Limit]) -> Limit | None:
    """Takes all of a run's keys; or takes none and returns the limit that does not allow it."""
    keys = sorted({limit.key for limit in limits})
    _lock(connection, keys)
    held = _count(connection, keys, but=run_id)
    for limit in limits:
        if held.get(limit.key, 0) >= limit.most:
            return limit
    # A finish that is claimed again still holds what its run held before.
    connection.execute(_HOLD[connection.dialect.name], [{"key": key, "run_id": run_id} for key in keys])
    return None


_HOLD = {
    "sqlite": sqlite.insert(key_holds).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(key_holds).on_conflict_do_nothing(),
}


def set_aside(connection: Connection, run_id: str, full: Limit, *, queue: str, now: datetime) -> None:
    """Sets a run aside because this limit is met, and with it those near it in the queue that carry the same one."""
    near = (
        select(runs.c.id, runs.c.limits)
        .where(runs.c.queue == queue, CLAIMABLE, runs.c.ready_at <= NOW)
        .order_by(*TURN)
        .limit(ASIDE)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    holders = select(key_holds.c.run_id).where(key_holds.c.key == full.key)
    alike = select(near.c.id).where(_carries(connection, near.c.limits, full), near.c.id.not_in(holders))
    ids = {run_id, *connection.scalars(alike, {"this_moment": now})}
    connection.execute(
        update(runs).where(runs.c.id.in_(sorted(ids))).values(blocked_by=full.key, sent_at=None, sends=0)
    )


def release(connection: Connection, limits_by_run: Mapping[str, Sequence[Limit]]) -> None:
    """Gives back whatever these runs hold, and lets those go on that waited for it."""
    keys = sorted({limit.key for limits in limits_by_run.values() for limit in limits})
    if not keys:
        return
    _lock(connection, keys)
    connection.execute(_RELEASE, {"these_runs": list(limits_by_run)})
    unblock(connection, keys)


_RELEASE = delete(key_holds).where(key_holds.c.run_id.in_(bindparam("these_runs", expanding=True)))


def unblock(connection: Connection, keys: Collection[str]) -> list[str]:
    """Lets as many set-aside runs of each key go on as now fit; returns their ids. The keys are locked already."""
    held = _count(connection, keys)
    free: list[str] = []
    for key in keys:
        room = held.get(key, 0)
        for row in connection.execute(_WAITING, {"this_key": key}):
            if room >= _most(to_limits(row.limits), key):
                break
            free.append(row.id)
            room += 1
    if free:
        connection.execute(update(runs).where(runs.c.id.in_(free)).values(blocked_by=""))
    return free


_WAITING = (
    select(runs.c.id, runs.c.limits)
    .where(BLOCKED, runs.c.blocked_by == bindparam("this_key"))
    .order_by(*TURN)
    .limit(NEXT)
    .with_for_update(skip_locked=True)
)


def heal(connection: Connection) -> list[str]:
    """Lets runs go on that are set aside though their key has room; returns their ids. Looks first, then locks."""
    keys = find_room(connection)
    if not keys:
        return []
    _lock(connection, keys)
    return unblock(connection, keys)


def find_room(connection: Connection) -> list[str]:
    """Keys that have room though runs are set aside for them."""
    rows = connection.execute(_HEADS)
    return sorted(row.key for row in rows if row.held < _most(to_limits(row.limits), row.key))


# One step of the index per key, however many runs are set aside for it ("loose index scan").
_HEADS = text(
    """
    WITH RECURSIVE waiting (key) AS (
        SELECT (SELECT blocked_by FROM runs WHERE state = 'queued' AND blocked_by <> '' ORDER BY blocked_by LIMIT 1)
        UNION ALL
        SELECT (SELECT blocked_by FROM runs WHERE state = 'queued' AND blocked_by <> '' AND blocked_by > waiting.key
                ORDER BY blocked_by LIMIT 1)
        FROM waiting WHERE waiting.key IS NOT NULL
    )
    SELECT key,
           (SELECT count(*) FROM key_holds WHERE key_holds.key = waiting.key) AS held,
           (SELECT limits FROM runs WHERE state = 'queued' AND blocked_by <> '' AND blocked_by = waiting.key
            ORDER BY blocked_by, priority DESC, ready_at, id LIMIT 1) AS limits
    FROM waiting WHERE key IS NOT NULL
    """
).columns(literal_column("key"), literal_column("held"), limits=Json)


def _most(limits: Iterable[Limit], key: str) -> int:
    return min(limit.most for limit in limits if limit.key == key)


def _count(connection: Connection, keys: Collection[str], *, but: str = "") -> dict[str, int]:
    rows = connection.execute(_HELD, {"these_keys": list(keys), "this_run": but})
    return {row.key: row.held for row in rows}


_HELD = (
    select(key_holds.c.key, func.count().label("held"))
    .where(key_holds.c.key.in_(bindparam("these_keys", expanding=True)), key_holds.c.run_id != bindparam("this_run"))
    .group_by(key_holds.c.key)
)


def _lock(connection: Connection, keys: Iterable[str]) -> None:
    if connection.dialect.name == "postgresql":
        numbers = sorted(_number(key) for key in keys)  # one order for everybody: no deadlock
        connection.execute(_LOCK, {"numbers": numbers})


_LOCK = text("SELECT pg_advisory_xact_lock(number) FROM unnest(:numbers) AS number").bindparams(
    bindparam("numbers", type_=ARRAY(BigInteger))
)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True)


def _carries(connection: Connection, limits: ColumnElement[object], limit: Limit) -> ColumnElement[bool]:
    if connection.dialect.name == "postgresql":
        return limits.op("@>")(bindparam("this_limit", from_limits([limit]), type_=Json))
    each = func.json_each(limits).table_valued("value")
    same = and_(
        func.json_extract(each.c.value, "$.key") == limit.key, func.json_extract(each.c.value, "$.most") == limit.most
    )
    return exists(select(1).select_from(each).where(same))
