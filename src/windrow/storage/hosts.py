"""Hosts: the manners book that all workers share, one line of JSON per host."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, type_coerce, update

from windrow.model.hosts import closed_until, names_of
from windrow.model.manners import HostLine, ask_turn, give_back, line_from_json, line_to_json, renew
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.fetching import HostState, Turn
from windrow.storage.database import Database
from windrow.storage.host_hours import hours_named, to_hours
from windrow.storage.tables import hosts
from windrow.storage.types import Json
from windrow.storage.upserts import insert_missing

LONGEST_KEY = 255
"""Characters of a host that its line is found by: a name at its longest (RFC 1035, 2.3.4) with a port may have 259."""


class SqlHosts:
    """The port `Hosts` on either database. Each call is one small transaction that holds the host's line."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def ask_turn(self, host: str, *, now: datetime, requests_per_second: float, concurrency: int, hold: float) -> Turn:
        """Asks to send one request now."""
        ticket = secrets.token_hex(8)
        with self._database.write() as connection:
            line, hours = _lock_line_and_hours(connection, host, now)
            if (until := closed_until(map(to_hours, hours), now)) is not None:
                return Turn((until - now).total_seconds(), closed_until=until)
            reply = ask_turn(
                line, ticket, now=now, requests_per_second=requests_per_second, concurrency=concurrency, hold=hold
            )
            _write_line(connection, line, reply.line, now)
        # Where hours are to be kept, no ticket outlives the request that it was given for.
        return Turn(reply.wait, ticket if reply.granted else "", reply.resting, reply.spare and not hours)

    def give_back(
        self, host: str, ticket: str, *, now: datetime, failed: bool | None, quiet_for: float | None = None
    ) -> None:
        """Ends a request."""
        with self._database.write() as connection:
            line = _lock_line(connection, host, now)
            changed = give_back(line, ticket, now=now, failed=failed, quiet_for=quiet_for)
            _write_line(connection, line, changed, now)

    def renew(self, host: str, tickets: Sequence[str], *, now: datetime, hold: float) -> None:
        """Has these tickets count as in flight for longer."""
        with self._database.write() as connection:
            line = _lock_line(connection, host, now)
            _write_line(connection, line, renew(line, tickets, now=now, hold=hold), now)

    def states(self) -> list[HostState]:
        """Every host known, by name."""
        now = self._clock()
        with self._database.read() as connection:
            rows = connection.execute(select(hosts.c.host, hosts.c.line).order_by(hosts.c.host)).all()
        return [_state(line_from_json(row.host, row.line), now) for row in rows]

    def forget_idle(self, before: datetime) -> int:
        """Removes the lines of hosts that nobody has asked since; returns how many."""
        with self._database.write() as connection:
            return connection.execute(delete(hosts).where(hosts.c.changed_at < before)).rowcount


def _lock_line(connection: Connection, host: str, now: datetime) -> HostLine:
    return _lock_line_and_hours(connection, host, now)[0]


def _lock_line_and_hours(connection: Connection, host: str, now: datetime) -> tuple[HostLine, list[Any]]:
    host, name = (each[-LONGEST_KEY:] for each in names_of(host))
    names = {"this_host": host, "this_name": name}
    kept = connection.execute(_LINE, names).one_or_none()
    if kept is None:
        row = {"host": host, "line": line_to_json(HostLine(host)), "changed_at": now}
        insert_missing(connection, hosts, [row], conflict=["host"])
        kept = connection.execute(_LINE, names).one()
    return line_from_json(host, kept.line), [each for each in (kept.of_host, kept.of_name) if each is not None]


# On PostgreSQL two workers may ask for the same host at once: the second waits for the first one's line.
_LINE = (
    select(
        hosts.c.line,
        type_coerce(hours_named("this_host"), Json).label("of_host"),
        type_coerce(hours_named("this_name"), Json).label("of_name"),
    )
    .where(hosts.c.host == bindparam("this_host"))
    .with_for_update(of=hosts)
)


def _write_line(connection: Connection, old: HostLine, new: HostLine, now: datetime) -> None:
    if new != old:
        connection.execute(update(hosts).where(hosts.c.host == old.host).values(line=line_to_json(new), changed_at=now))


def _state(line: HostLine, now: datetime) -> HostState:
    return HostState(
        host=line.host,
        in_flight=line.in_flight(now),
        failures=line.failures,
        resting_until=line.resting_until if line.is_resting(now) else None,
        quiet_until=line.quiet_until if line.quiet_until is not None and line.quiet_until > now else None,
    )
