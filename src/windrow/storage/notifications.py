"""Notifications: the port `Notifications` on either database."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NameTaken, NotFound
from windrow.model.identity import first_id_at
from windrow.model.notifications import Channel, Event, Notification, Secrets
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import LEADING_ON, Run
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.notifying import Happened, Plan
from windrow.storage.attendants import all_tasks_of, save_attendant
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.numbers import can_be_id
from windrow.storage.queue import add_runs
from windrow.storage.run_rows import RUN_COLUMNS, to_run
from windrow.storage.secrets import Vault
from windrow.storage.tables import notifications, runs, sources, tasks

MOST = 50
"""Notifications of one source: each end of a run looks at all of them."""

LONGEST_RUN = timedelta(days=30)
"""A digest finds runs that ended in its time and were begun so long before it."""


class SqlNotifications:
    """Wishes to be told, with their secrets."""

    def __init__(self, database: Database, vault: Vault, clock: Clock = system_clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def add(self, notification: Notification, secrets: Secrets, plan: Plan) -> Notification:
        """Writes one, and what is planned for all of the source."""
        source_id = notification.source_id
        fixed = {"source_id": source_id, "tenant_id": notification.tenant_id, "owner_id": notification.owner_id}
        values = {**fixed, **_values(notification), "created_at": notification.created_at, "address": b""}
        values["digested_until"] = notification.digested_until
        with self._database.write(wake=True) as connection:
            _hold(connection, source_id)
            if len(_all_of(connection, source_id)) >= MOST:
                raise Conflict(f"Source {source_id} has {MOST} notifications: delete one, or tell several by one.")
            try:
                statement = insert(notifications).values(values).returning(notifications.c.id)
                number = connection.scalars(statement).one()
            except IntegrityError as error:
                raise _name_taken(notification) from error
            # Sealed for its own row, whose number is known only now.
            connection.execute(_this(number).values(self._sealed(number, secrets)))
            self._carry_out(connection, source_id, plan)
            return _to_notification(_one(connection, source_id, number))

    def get(self, source_id: int, notification_id: int) -> Notification:
        """One of a source."""
        with self._database.read() as connection:
            return _to_notification(_one(connection, source_id, notification_id))

    def secrets(self, source_id: int, notification_id: int) -> Secrets:
        """What is kept of it encrypted."""
        with self._database.read() as connection:
            row = _one(connection, source_id, notification_id)
        signing = "" if row.signing is None else self._vault.open_text(row.signing, place=place_of(row.id, "signing"))
        return Secrets(self._vault.open_text(row.address, place=place_of(row.id, "address")), signing)

    def page(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Notification]:
        """A source's, in the order they were made."""
        query = select(notifications).where(notifications.c.source_id == source_id).order_by(notifications.c.id)
        if cursor is not None:
            query = query.where(notifications.c.id > number_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(check_limit(limit) + 1)).all()
        return to_page(rows, [_to_notification(row) for row in rows], limit)

    def save(
        self,
        notification: Notification,
        *,
        secrets: Secrets | None = None,
        digest_from: datetime | None = None,
        plan: Plan,
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change."""
        number, source_id = notification.id, notification.source_id
        # What a worker notes meanwhile stays: only what people decided is written.
        values = _values(notification)
        values |= {} if secrets is None else self._sealed(number, secrets)
        values |= {} if "address" not in values else {"problem": "", "problem_at": None}
        values |= {} if digest_from is None else {"digested_until": digest_from}
        with self._database.write(wake=True) as connection:
            _hold(connection, source_id)
            kept = _one(connection, source_id, number)
            if seen is not None and kept.changed_at != seen:
                raise Conflict(f"Notification {number} was changed by somebody else meanwhile: look at it again.")
            try:
                connection.execute(_this(number).values(values))
            except IntegrityError as error:
                raise _name_taken(notification) from error
            self._carry_out(connection, source_id, plan)

    def delete(self, source_id: int, notification_id: int, plan: Plan) -> None:
        """Takes one away."""
        with self._database.write(wake=True) as connection:
            _hold(connection, source_id)
            _one(connection, source_id, notification_id)
            connection.execute(notifications.delete().where(notifications.c.id == notification_id))
            self._carry_out(connection, source_id, plan)

    def wanting(self, source_id: int, events: frozenset[Event]) -> list[Notification]:
        """Those of a source that are enabled and ask for any of these."""
        with self._database.read() as connection:
            return [each for each in _all_of(connection, source_id) if each.enabled and each.on & events]

    def note_told(self, notification_id: int, *, now: datetime) -> None:
        """Notes that a message arrived."""
        with self._database.write() as connection:
            connection.execute(_this(notification_id).values(told_at=now, problem="", problem_at=None))

    def note_problem(self, notification_id: int, problem: str, *, now: datetime, disable: bool = False) -> None:
        """Notes why a message did not arrive."""
        values: dict[str, Any] = {"problem": problem, "problem_at": now}
        with self._database.write() as connection:
            connection.execute(_this(notification_id).values(values | ({"enabled": False} if disable else {})))

    def begin_digest(self, notification: Notification, *, until: datetime, run: Run | None) -> bool:
        """Moves `digested_until` on, and writes the run that tells of the time before."""
        unmoved = notifications.c.digested_until == notification.digested_until
        with self._database.write(wake=run is not None) as connection:
            # Two that come at once: the one whose update finds the moment as it was sends the digest.
            if connection.execute(_this(notification.id).where(unmoved).values(digested_until=until)).rowcount != 1:
                return False
            add_runs(connection, [] if run is None else [run])
            return True

    def happened(self, source_id: int, *, since: datetime, until: datetime, limit: int) -> Happened:
        """What the source's runs came to that ended from `since` to `until`."""
        with self._database.read() as connection:
            task_ids = connection.scalars(select(tasks.c.id).where(all_tasks_of(source_id))).all()
            ended = (
                runs.c.task_id.in_(task_ids),
                runs.c.id >= first_id_at(since - LONGEST_RUN),
                runs.c.kind.in_(LEADING_ON),
                runs.c.ended_at >= since,
                runs.c.ended_at < until,
            )
            total = connection.scalar(select(func.count()).select_from(runs).where(*ended)) or 0
            rows = connection.execute(select(*RUN_COLUMNS).where(*ended).order_by(runs.c.id).limit(limit)).all()
        return Happened([to_run(row) for row in rows], total)

    def _sealed(self, number: int, secrets: Secrets) -> dict[str, Any]:
        given = {"address": secrets.address, "signing": secrets.signing}
        return {word: self._vault.seal_text(text, place=place_of(number, word)) for word, text in given.items() if text}

    def _carry_out(self, connection: Connection, source_id: int, plan: Plan) -> None:
        for task in plan(_all_of(connection, source_id)):
            save_attendant(connection, task, now=self._clock())


def _hold(connection: Connection, source_id: int) -> None:
    """Makes others who would change the source's notifications wait: what is planned is planned for all of them."""
    this = select(sources.c.id).where(sources.c.id == source_id, ~sources.c.deleting).with_for_update()
    if not can_be_id(source_id) or connection.scalar(this) is None:
        raise NotFound("source", source_id)


def _all_of(connection: Connection, source_id: int) -> list[Notification]:
    query = select(notifications).where(notifications.c.source_id == source_id).order_by(notifications.c.id)
    return [_to_notification(row) for row in connection.execute(query)]


def _one(connection: Connection, source_id: int, number: int) -> Row[Any]:
    query = select(notifications).where(notifications.c.id == number, notifications.c.source_id == source_id)
    row = connection.execute(query).one_or_none() if can_be_id(number) else None
    if row is None:
        raise NotFound("notification", number)
    return row


def _this(number: int) -> Any:
    return update(notifications).where(notifications.c.id == number)


def place_of(number: int, what: str) -> str:
    """What a value kept here is bound to."""
    return f"notification {number} {what}"


def _name_taken(notification: Notification) -> NameTaken:
    return NameTaken(f"This source has a notification {notification.name!r} already; choose another name.")


def _values(notification: Notification) -> dict[str, Any]:
    """The columns that people decide about, apart from the secrets."""
    return {
        "name": notification.name,
        "channel": notification.channel,
        "shown": notification.shown,
        "events": sorted(notification.on),
        "digest_seconds": notification.digest_every.total_seconds(),
        "digest_empty": notification.digest_empty,
        "enabled": notification.enabled,
        "changed_at": notification.changed_at,
    }


def _to_notification(row: Row[Any]) -> Notification:
    return Notification(
        id=row.id,
        source_id=row.source_id,
        tenant_id=row.tenant_id,
        owner_id=row.owner_id,
        name=row.name,
        channel=Channel(row.channel),
        shown=row.shown,
        on=frozenset(map(Event, row.events)),
        digest_every=timedelta(seconds=row.digest_seconds),
        digest_empty=row.digest_empty,
        enabled=row.enabled,
        created_at=row.created_at,
        changed_at=row.changed_at,
        digested_until=row.digested_until,
        told_at=row.told_at,
        problem=row.problem,
        problem_at=row.problem_at,
    )
