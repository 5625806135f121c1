"""Part claims: how a worker takes open parts of waiting runs, several at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from windrow.model.runs import Part, PartState, Run, RunState
from windrow.ports.runs import PartClaim
from windrow.storage.database import Database
from windrow.storage.endings import cancel_parts
from windrow.storage.moves import CLAIMABLE_PARTS, NOW
from windrow.storage.run_rows import PART_COLUMNS, RUN_COLUMNS, AnyRow, to_part, to_run
from windrow.storage.tables import parts, runs

Level = tuple[str, int]
"""A queue and a priority."""


class PartClaims:
    """The part of the port `Runs` that gives parts to workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim_parts(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[PartClaim]:
        """Takes up to `limit` open parts: the highest priority first, then the longest ready."""
        claims: list[PartClaim] = []
        grant = {"this_worker": worker_id, "until": now + lease}
        for level in self._levels_with_work(queues, now):
            while len(claims) < limit:
                taken = self._claim_at(level, now, limit - len(claims), grant)
                if taken is None:
                    break
                claims += taken
        return claims

    def claim_these_parts(
        self, worker_id: str, part_ids: Sequence[int], *, now: datetime, lease: timedelta
    ) -> list[PartClaim]:
        """Takes those of these parts that are open and ready."""
        with self._database.write() as connection:
            chosen = connection.execute(_THESE, {"these_parts": list(part_ids), "this_moment": now}).all()
            return _give(connection, chosen, {"this_worker": worker_id, "until": now + lease})

    def _levels_with_work(self, queues: Sequence[str], now: datetime) -> list[Level]:
        # A look without a lock. One probe of the index per priority in use: parts that wait for their next try stand
        # behind the ready ones of their own priority, but before those of the lower ones.
        with self._database.read() as connection:
            found = [(queue, level) for queue in dict.fromkeys(queues) for level in _levels(connection, queue, now)]
        return sorted(found, key=lambda level: -level[1])

    def _claim_at(self, level: Level, now: datetime, limit: int, grant: Mapping[str, Any]) -> list[PartClaim] | None:
        with self._database.write() as connection:
            place = {"this_queue": level[0], "this_priority": level[1], "this_moment": now}
            chosen = connection.execute(_NEXT, {**place, "this_many": limit}).all()
            return _give(connection, chosen, grant) if chosen else None


def _give(connection: Connection, chosen: Sequence[AnyRow], grant: Mapping[str, Any]) -> list[PartClaim]:
    by_id = _find_runs(connection, sorted({row.run_id for row in chosen}))
    over = [run.id for run in by_id.values() if run.state not in _GOES_ON]
    if over:
        # Cancelled with more parts than one transaction holds, and the sweeper has not come by yet.
        cancel_parts(connection, over)
    ids = [row.id for row in chosen if row.run_id not in over]
    taken = _take(connection, ids, grant)
    return [PartClaim(part, by_id[part.run_id]) for part in taken]


_GOES_ON = (RunState.WAITING, RunState.RUNNING)
_AT = (CLAIMABLE_PARTS, parts.c.queue == bindparam("this_queue"))
_READY = (*_AT, parts.c.priority == bindparam("this_priority"), parts.c.ready_at <= NOW)
_NEXT = (
    select(parts.c.id, parts.c.run_id)
    .where(*_READY)
    .order_by(parts.c.ready_at, parts.c.id)
    .limit(bindparam("this_many"))
    .with_for_update(skip_locked=True)
)
_THESE = (
    select(parts.c.id, parts.c.run_id)
    .where(CLAIMABLE_PARTS, parts.c.id.in_(bindparam("these_parts", expanding=True)), parts.c.ready_at <= NOW)
    .order_by(parts.c.id)
    .with_for_update(skip_locked=True)
)
_TOP = select(parts.c.priority).where(*_AT).order_by(parts.c.priority.desc()).limit(1)
_TOP_BELOW = _TOP.where(parts.c.priority < bindparam("this_priority"))
_ANY_READY = select(parts.c.id).where(*_READY).limit(1)


def _levels(connection: Connection, queue: str, now: datetime) -> Iterator[int]:
    place = {"this_queue": queue, "this_moment": now}
    priority = connection.scalar(_TOP, place)
    while priority is not None:
        if connection.scalar(_ANY_READY, {**place, "this_priority": priority}) is not None:
            yield priority
        priority = connection.scalar(_TOP_BELOW, {**place, "this_priority": priority})


def _find_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, Run]:
    return {row.id: to_run(row) for row in connection.execute(_RUNS, {"these_runs": run_ids})}


_RUNS = select(*RUN_COLUMNS).where(runs.c.id.in_(bindparam("these_runs", expanding=True)))


def _take(connection: Connection, ids: Sequence[int], grant: Mapping[str, Any]) -> list[Part]:
    if not ids:
        return []
    rows = connection.execute(_TAKE, {"these_parts": ids, **grant})
    return sorted((to_part(row) for row in rows), key=lambda part: ids.index(part.id))


_TAKE = (
    update(parts)
    .where(parts.c.id.in_(bindparam("these_parts", expanding=True)))
    .values(
        state=PartState.RUNNING.value,
        attempts=parts.c.attempts + 1,
        worker_id=bindparam("this_worker"),
        lease_until=bindparam("until"),
        sent_at=None,
        sends=0,
    )
    .returning(*PART_COLUMNS)
)
