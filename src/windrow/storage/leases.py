"""Leases: how a worker keeps what it claimed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from windrow.model.runs import RunState
from windrow.ports.runs import Held
from windrow.storage.database import Database
from windrow.storage.tables import parts, runs


class RunLeases:
    """The part of the port `Runs` that renews leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, worker_id: str, *, now: datetime, lease: timedelta) -> Mapping[str, RunState]:
        """Renews all leases of a worker; what is missing from the answer it does not hold any more."""
        this = {"this_worker": worker_id, "until": now + lease}
        if not self._holds_any(worker_id):
            return {}
        with self._database.write() as connection:
            # In the order in which others end several of them: on PostgreSQL two orders would be a deadlock.
            runs_held = connection.scalars(_MY_RUNS, this).all()
            renewed = connection.execute(_RENEW, {**this, "these_runs": runs_held}) if runs_held else ()
            held = {row.id: RunState(row.state) for row in renewed}
            # Whoever has a part locked is ending its claim just now.
            mine = connection.scalars(_MY_PARTS, this).all()
            ids = set(connection.scalars(_RENEW_PARTS, {**this, "these_parts": mine})) if mine else set()
            return held | find_states(connection, sorted(ids - held.keys()))

    def _holds_any(self, worker_id: str) -> bool:
        # Whoever holds nothing should not take SQLite's write lock with each of its heartbeats.
        with self._database.read() as connection:
            return bool(connection.scalar(_HOLDS_ANY, {"this_worker": worker_id}))

    def held(self, worker_id: str) -> Held:
        """What a worker holds by what is written."""
        this = {"this_worker": worker_id}
        with self._database.read() as connection:
            rows = connection.execute(_HELD_RUNS, this).all()
            return Held({row.id: row.attempt for row in rows}, set(connection.scalars(_HELD_PARTS, this)))

    def states(self, run_ids: Sequence[str]) -> Mapping[str, RunState]:
        """The states of these runs; unknown ones are left out."""
        with self._database.read() as connection:
            return find_states(connection, run_ids)


def find_states(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunState]:
    """The states of these runs."""
    if not run_ids:
        return {}
    return {row.id: RunState(row.state) for row in connection.execute(_STATES, {"these_runs": run_ids})}


_HELD_RUN = and_(runs.c.worker_id == bindparam("this_worker"), runs.c.lease_until.is_not(None))
_HELD_PART = and_(parts.c.worker_id == bindparam("this_worker"), parts.c.lease_until.is_not(None))
_HOLDS_ANY = select(or_(select(runs.c.id).where(_HELD_RUN).exists(), select(parts.c.id).where(_HELD_PART).exists()))
_HELD_RUNS = select(runs.c.id, runs.c.attempt).where(_HELD_RUN)
_HELD_PARTS = select(parts.c.id).where(_HELD_PART)
_MY_RUNS = select(runs.c.id).where(_HELD_RUN).order_by(runs.c.id).with_for_update()
_RENEW = (
    update(runs)
    .where(runs.c.id.in_(bindparam("these_runs", expanding=True)), _HELD_RUN)
    .values(lease_until=bindparam("until"))
    .returning(runs.c.id, runs.c.state)
)
_MY_PARTS = select(parts.c.id).where(_HELD_PART).with_for_update(skip_locked=True)
_RENEW_PARTS = (
    update(parts)
    .where(parts.c.id.in_(bindparam("these_parts", expanding=True)))
    .values(lease_until=bindparam("until"))
    .returning(parts.c.run_id)
)
_STATES = select(runs.c.id, runs.c.state).where(runs.c.id.in_(bindparam("these_runs", expanding=True)))
