"""Leases: how a worker keeps what it claimed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select, update

from windrow.model.runs import RunState
from windrow.storage.database import Database
from windrow.storage.moves import among
from windrow.storage.tables import parts, runs

HELD_RUNS = and_(runs.c.worker_id == bindparam("this_worker"), runs.c.lease_until.is_not(None))
HELD_PARTS = and_(parts.c.worker_id == bindparam("this_worker"), parts.c.lease_until.is_not(None))


class RunLeases:
    """The part of the port `Runs` that renews leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, worker_id: str, *, now: datetime, lease: timedelta) -> Mapping[str, RunState]:
        """Renews all leases of a worker; what is missing from the answer it does not hold any more."""
        this, until = {"this_worker": worker_id}, now + lease
        with self._database.write() as connection:
            own = update(runs).where(HELD_RUNS).values(lease_until=until).returning(runs.c.id, runs.c.state)
            held = {row.id: RunState(row.state) for row in connection.execute(own, this)}
            # Whoever has a part locked is ending its claim just now.
            some = select(parts.c.id).where(HELD_PARTS).with_for_update(skip_locked=True)
            mine = update(parts).where(among(connection, parts.c.id, some)).values(lease_until=until)
            ids = set(connection.scalars(mine.returning(parts.c.run_id), this)) - held.keys()
            states = select(runs.c.id, runs.c.state).where(runs.c.id.in_(sorted(ids)))
            return held | {row.id: RunState(row.state) for row in connection.execute(states)} if ids else held

    def states(self, run_ids: Sequence[str]) -> Mapping[str, RunState]:
        """The states of these runs; unknown ones are left out."""
        with self._database.read() as connection:
            rows = connection.execute(select(runs.c.id, runs.c.state).where(runs.c.id.in_(run_ids)))
            return {row.id: RunState(row.state) for row in rows}
