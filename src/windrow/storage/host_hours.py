"""Host hours: when remote hosts may be asked, as admins said."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select

from windrow.errors import NotFound
from windrow.model.windows import Hours
from windrow.ports.clocks import Clock, system_clock
from windrow.storage.database import Database
from windrow.storage.tables import host_hours
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
        row = {"host": host, "hours": _from_hours(hours), "changed_at": self._clock()}
        with self._database.write() as connection:
            insert_or_replace(connection, host_hours, row)

    def remove(self, host: str) -> None:
        """Takes it back."""
        with self._database.write() as connection:
            if connection.execute(delete(host_hours).where(host_hours.c.host == host)).rowcount != 1:
                raise NotFound("hours of host", host)


def hours_named(parameter: str) -> ColumnElement[Any]:
    """The hours of the host that a parameter names, as a column of another query; null where nothing was said."""
    named = bindparam(parameter, type_=host_hours.c.host.type)
    return select(host_hours.c.hours).where(host_hours.c.host == named).scalar_subquery()


def closed_until(kept: Iterable[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When a host may be asked again that has all these hours to keep to; None where it may be asked now."""
    moments = [moment for each in kept if (moment := to_hours(each).closed_until(now)) is not None]
    return max(moments, default=None)


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
