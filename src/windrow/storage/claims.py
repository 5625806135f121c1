"""Claims: how a worker takes a queued run.

A claim raises the run's attempt number, and each later write by that worker asks for its own attempt: whoever lost the
lease finds no row to change. On PostgreSQL a candidate is locked (`SKIP LOCKED`), so that workers that claim at once
meet different runs; on SQLite there is one writer at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, func, select, union_all, update

from windrow.model.runs import LETTING_GO, Run, RunState
from windrow.storage import limits
from windrow.storage.database import Database
from windrow.storage.gathering import Gathering
from windrow.storage.moves import CLAIMABLE, NOW, TURN
from windrow.storage.run_rows import RUN_COLUMNS, to_limits, to_run
from windrow.storage.tables import runs
from windrow.storage.types import UtcTime


@dataclass(frozen=True, slots=True)
class _Grant:
    worker_id: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Claim:
    run_id: str
    grant: _Grant


class RunClaims:
    """The part of the port `Runs` that gives runs to workers."""

    _found_last = False
    """Whether the last claim found something."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, run_id: str | None = None
    ) -> Run | None:
        """Takes the next queued run, or that one."""
        if run_id is None:
            return next(iter(self.claim_many(worker_id, queues=queues, now=now, lease=lease, limit=1)), None)
        return self._claiming(_Claim(run_id, _Grant(worker_id, now, now + lease)))

    @cached_property
    def _claiming(self) -> Gathering[_Claim, Run | None]:
        return Gathering(self._claim_these)

    def _claim_these(self, claims: Sequence[_Claim]) -> list[Run | None]:
        """Takes runs by their ids: those without keys together, the others one to a transaction, as always."""
        taken: dict[str, Run] = {}
        with self._database.write() as connection:
            by_id = {each.run_id: each for each in claims}
            values = {"these_runs": sorted(by_id), "this_moment": max(each.grant.now for each in claims)}
            found = connection.execute(_THESE, values).all()
            for row in found:
                if not row.limits:
                    taken[row.id] = _take(connection, row.id, by_id[row.id].grant)
        for row in found:
            if row.limits:
                grant = by_id[row.id].grant
                this = {"this_run": row.id, "this_moment": grant.now}
                taken |= {run.id: run for run in self._claim_from(_THIS, this, grant, 1)}
        return [taken.pop(each.run_id, None) for each in claims]

    def claim_many(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[Run]:
        """Takes up to `limit` queued runs, the next first."""
        grant = _Grant(worker_id, now, now + lease)
        # Of several queues one run at a time: the next one may stand in another.
        limit = limit if len(queues) == 1 else 1
        taken: list[Run] = []
        for queue in self._queues_with_work(queues, now):
            place = {"this_queue": queue, "this_moment": now}
            while len(taken) < limit and (more := self._claim_from(_NEXT, place, grant, limit - len(taken))):
                taken += more
        self._found_last = bool(taken)
        return taken

    def _queues_with_work(self, queues: Sequence[str], now: datetime) -> Sequence[str]:
        # A look without a lock, so that who finds nothing has not taken SQLite's write lock. Where there was something
        # just now, there is likely to be more.
        if not queues or (len(queues) == 1 and (self._found_last or not self._database.is_sqlite)):
            return queues
        with self._database.read() as connection:
            heads = connection.execute(_heads(tuple(dict.fromkeys(queues))), {"this_moment": now}).all()
        return [head.queue for head in sorted(heads, key=lambda head: (-head.priority, head.ready_at, head.id))]

    def _claim_from(self, candidates: Select[Any], values: Mapping[str, Any], grant: _Grant, limit: int) -> list[Run]:
        # On PostgreSQL one run to a transaction: the keys of several would be locked in an order of their own.
        most = limit if self._database.is_sqlite else 1
        while True:
            taken: list[Run] = []
            with self._database.write() as connection:
                while len(taken) < most:
                    candidate = connection.execute(candidates, values).one_or_none()
                    if candidate is None:
                        return taken
                    if _take_keys(connection, candidate, grant):
                        taken.append(_take(connection, candidate.id, grant))
                    else:
                        # Others may have skipped what was locked here and found nothing.
                        self._database.wake(connection)
                        break
            if taken:
                return taken


_CANDIDATE = select(runs.c.id, runs.c.queue, runs.c.limits).where(CLAIMABLE, runs.c.ready_at <= NOW)
_NEXT = (
    _CANDIDATE.where(runs.c.queue == bindparam("this_queue")).order_by(*TURN).limit(1).with_for_update(skip_locked=True)
)
_THESE = _CANDIDATE.where(runs.c.id.in_(bindparam("these_runs", expanding=True))).with_for_update(skip_locked=True)
_THIS = _CANDIDATE.where(runs.c.id == bindparam("this_run")).with_for_update(skip_locked=True)


@cache
def _heads(queues: tuple[str, ...]) -> Any:
    # One probe of the claim index per queue: a single query over all of them would sort everything that is queued.
    probes = (
        select(runs.c.queue, runs.c.priority, runs.c.ready_at, runs.c.id)
        .where(runs.c.queue == queue, CLAIMABLE, runs.c.ready_at <= NOW)
        .order_by(*TURN)
        .limit(1)
        .subquery()
        for queue in queues
    )
    return union_all(*(select(probe) for probe in probes))


def _take_keys(connection: Connection, candidate: Row[Any], grant: _Grant) -> bool:
    wanted = to_limits(candidate.limits)
    full = limits.hold(connection, candidate.id, wanted) if wanted else None
    if full is None:
        return True
    limits.set_aside(connection, candidate.id, full, queue=candidate.queue, now=grant.now)
    # It may have been let go on for the sake of another key, which is now free for the next.
    limits.unblock(connection, sorted({each.key for each in wanted} - {full.key}))
    return False


_TAKE = (
    update(runs)
    .where(runs.c.id == bindparam("this_run"))
    .values(
        state=case((runs.c.phase == LETTING_GO, RunState.CANCELLING.value), else_=RunState.RUNNING.value),
        attempt=runs.c.attempt + 1,
        worker_id=bindparam("this_worker"),
        lease_until=bindparam("until", type_=UtcTime),
        started_at=func.coalesce(runs.c.started_at, NOW),
        sent_at=None,
        sends=0,
    )
    .returning(*RUN_COLUMNS)
)


def _take(connection: Connection, run_id: str, grant: _Grant) -> Run:
    values = {"this_run": run_id, "this_worker": grant.worker_id, "until": grant.until, "this_moment": grant.now}
    return to_run(connection.execute(_TAKE, values).one())
