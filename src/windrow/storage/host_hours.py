"""Host hours: when remote hosts may be asked, as admins said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from windrow.errors import RESTS_UNTIL, NotFound
from windrow.model.runs import RunState
from windrow.model.windows import Hours
from windrow.ports.clocks import Clock, system_clock
from windrow.storage.database import Database
from windrow.storage.moves import CLAIMABLE_PARTS, SCHEDULED, among
from windrow.storage.tables import host_hours, parts, runs
from windrow.storage.task_rows import from_window, to_window
from windrow.storage.upserts import insert_or_replace


class SqlHostHours:
    """The port `HostHours` on either database."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> Mapping[str, Hours]:
        """Every host of which something was said."""
        with self._database.read() as connection:
            rows = connection.execute(select(host_hours.c.host, host_hours.c.hours).order_by(host_hours.c.host)).all()
        return {row.host: to_hours(row.hours) for row in rows}

    def save(self, host: str, hours: Hours) -> None:
        """Says it."""
        row: dict[str, Any] = {"host": host, "hours": _from_hours(hours), "changed_at": self._clock()}
        with self._database.write(wake=True) as connection:
            insert_or_replace(connection, host_hours, row)
            _wake_those_who_rest(connection, host, now=row["changed_at"])

    def remove(self, host: str) -> None:
        """Takes it back."""
        with self._database.write(wake=True) as connection:
            if connection.execute(delete(host_hours).where(host_hours.c.host == host)).rowcount != 1:
                raise NotFound("hours of host", host)
            _wake_those_who_rest(connection, host, now=self._clock())


def hours_named(parameter: str) -> ColumnElement[Any]:
    """The hours of the host that a parameter names, as a column of another query; null where nothing was said."""
    named = bindparam(parameter, type_=host_hours.c.host.type)
    return select(host_hours.c.hours).where(host_hours.c.host == named).scalar_subquery()


def _wake_those_who_rest(connection: Connection, host: str, *, now: datetime) -> None:
    """Has the runs and parts look again that gave their workers back because this host was closed."""
    # Runs before their parts, and what somebody else holds is in motion anyway: see fan_in.py.
    run_ids = select(runs.c.id).where(SCHEDULED, runs.c.ready_at > now, _rests_for(runs.c.error, host))
    chosen = among(connection, runs.c.id, run_ids.order_by(runs.c.id).with_for_update(skip_locked=True))
    connection.execute(update(runs).where(chosen).values(state=RunState.QUEUED.value, ready_at=now))
    fanned = parts.c.run_id.in_(select(runs.c.id).where(runs.c.state.in_([RunState.WAITING, RunState.RUNNING])))
    resting = (fanned, CLAIMABLE_PARTS, parts.c.ready_at > now, _rests_for(parts.c.error, host))
    part_ids = select(parts.c.id).where(*resting)
    chosen = among(connection, parts.c.id, part_ids.order_by(parts.c.id).with_for_update(skip_locked=True))
    connection.execute(update(parts).where(chosen).values(ready_at=now))


def _rests_for(error: ColumnElement[str], host: str) -> ColumnElement[bool]:
    """Whether this is what `HostClosed` tells of the host, or of any port of a name."""
    any_port = error.startswith(f"{host}:", autoescape=True) & error.contains(RESTS_UNTIL)
    return error.startswith(f"{host}{RESTS_UNTIL}", autoescape=True) | any_port


def to_hours(kept: Mapping[str, Any]) -> Hours:
    """Hours from their JSON."""
    return Hours(
        tuple(to_window(each) for each in kept["windows"]), tuple(to_window(each) for each in kept["blackouts"])
    )


def _from_hours(hours: Hours) -> dict[str, Any]:
    return {
        "windows": [from_window(each) for each in hours.windows],
        "blackouts": [from_window(each) for each in hours.blackouts],
    }
