"""Destinations: the port `Destinations` on either database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NameTaken, NotFound
from windrow.model.destinations import Destination
from windrow.model.notifications import Channel, Secrets
from windrow.model.paging import PageOf, check_limit
from windrow.ports.destinations import Renaming
from windrow.storage.batches import batches
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.moves import ACTIVE_WORDS
from windrow.storage.numbers import can_be_id
from windrow.storage.secrets import Vault
from windrow.storage.tables import destinations, runs, tasks

MOST = 1_000
"""Destinations of one tenant."""

_SHOWN = [column for column in destinations.c if column.name not in ("address", "signing")]


class SqlDestinations:
    """Named places to send to, with their secrets."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def add(self, destination: Destination, secrets: Secrets) -> Destination:
        """Writes one."""
        values = {
            "tenant_id": destination.tenant_id,
            "owner_id": destination.owner_id,
            "name": destination.name,
            "channel": destination.channel.value,
            "shown": destination.shown,
            "created_at": destination.created_at,
            "address": b"",
        }
        many = select(func.count()).where(destinations.c.tenant_id == destination.tenant_id)
        with self._database.write() as connection:
            if connection.scalars(many).one() >= MOST:
                raise Conflict(f"There are {MOST} destinations: delete one that is not used any more.")
            try:
                number = connection.scalars(insert(destinations).values(values).returning(destinations.c.id)).one()
            except IntegrityError as error:
                raise _name_taken(destination.name) from error
            # Sealed for its own row, whose number is known only now.
            connection.execute(_this(number).values(self._sealed(number, secrets)))
            return _to_destination(connection.execute(select(*_SHOWN).where(destinations.c.id == number)).one())

    def find(self, name: str, *, tenant_id: str) -> Destination:
        """The one of a name."""
        query = select(*_SHOWN).where(destinations.c.tenant_id == tenant_id, destinations.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("destination", repr(name))
        return _to_destination(row)

    def get(self, destination_id: int, *, tenant_id: str | None) -> Destination:
        """One."""
        query = select(*_SHOWN).where(destinations.c.id == destination_id)
        if tenant_id is not None:
            query = query.where(destinations.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none() if can_be_id(destination_id) else None
        if row is None:
            raise NotFound("destination", destination_id)
        return _to_destination(row)

    def page(self, *, tenant_id: str | None, limit: int, cursor: str | None = None) -> PageOf[Destination]:
        """In the order they were made."""
        query = select(*_SHOWN).order_by(destinations.c.id).limit(check_limit(limit) + 1)
        if tenant_id is not None:
            query = query.where(destinations.c.tenant_id == tenant_id)
        if cursor is not None:
            query = query.where(destinations.c.id > number_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return to_page(rows, [_to_destination(row) for row in rows], limit)

    def secrets(self, destination_id: int) -> Secrets:
        """What is kept of it encrypted."""
        query = select(destinations.c.address, destinations.c.signing).where(destinations.c.id == destination_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("destination", destination_id)
        address = self._vault.open_text(row.address, place=place_of(destination_id, "address"))
        signing = self._vault.open_text(row.signing, place=place_of(destination_id, "signing")) if row.signing else ""
        return Secrets(address, signing)

    def change(self, destination_id: int, secrets: Secrets, *, shown: str, renaming: Renaming | None = None) -> None:
        """Changes what is kept encrypted, as far as it is given, and the name, which tasks follow."""
        values: dict[str, Any] = {"shown": shown, **self._sealed(destination_id, secrets)}
        if secrets != Secrets():
            values |= {"problem": "", "problem_at": None}
        with self._database.write() as connection:
            tenant_id = connection.scalar(_this(destination_id).values(values).returning(destinations.c.tenant_id))
            if tenant_id is None:
                raise NotFound("destination", destination_id)
            if renaming is not None:
                _rename(connection, destination_id, renaming)
                _refuse_while_named(connection, tenant_id, renaming)
                _follow(connection, tenant_id, renaming)

    def delete(self, destination_id: int, *, tenant_id: str | None) -> None:
        """Takes one away."""
        statement = destinations.delete().where(destinations.c.id == destination_id)
        if tenant_id is not None:
            statement = statement.where(destinations.c.tenant_id == tenant_id)
        with self._database.write() as connection:
            if not can_be_id(destination_id) or connection.execute(statement).rowcount == 0:
                raise NotFound("destination", destination_id)

    def note_sent(self, destination_id: int, *, now: datetime) -> None:
        """Notes that something arrived."""
        with self._database.write() as connection:
            connection.execute(_this(destination_id).values(sent_at=now, problem="", problem_at=None))

    def note_problem(self, destination_id: int, problem: str, *, now: datetime) -> None:
        """Notes why something did not arrive."""
        with self._database.write() as connection:
            connection.execute(_this(destination_id).values(problem=problem, problem_at=now))

    def _sealed(self, number: int, secrets: Secrets) -> dict[str, bytes]:
        given = {"address": secrets.address, "signing": secrets.signing}
        return {word: self._vault.seal_text(text, place=place_of(number, word)) for word, text in given.items() if text}


def _this(number: int) -> Any:
    return update(destinations).where(destinations.c.id == number)


def _rename(connection: Connection, number: int, renaming: Renaming) -> None:
    try:
        connection.execute(_this(number).values(name=renaming.name))
    except IntegrityError as error:
        raise _name_taken(renaming.name) from error


def _refuse_while_named(connection: Connection, tenant_id: str, renaming: Renaming) -> None:
    """A run looks the name up when it sends, and its parameters stay what was asked for."""
    active = (runs.c.tenant_id == tenant_id, runs.c.kind.in_(renaming.kinds), runs.c.state.in_(ACTIVE_WORDS))
    for row in connection.execute(select(runs.c.id, runs.c.kind, runs.c.parameters).where(*active)):
        if renaming.follow(row.kind, row.parameters) is not None:
            raise Conflict(f"Run {row.id} sends there and has not ended: wait for its end, or cancel it first.")


def _follow(connection: Connection, tenant_id: str, renaming: Renaming) -> None:
    named = tasks_query(tenant_id, renaming.kinds)
    ids = [row.id for row in connection.execute(named) if renaming.follow(row.kind, row.parameters) is not None]
    for some in batches(sorted(ids)):
        # Read again now that nobody else changes them, and in the order in which everybody locks them.
        locked = connection.execute(select(*_NAMING).where(tasks.c.id.in_(some)).order_by(tasks.c.id).with_for_update())
        followed = [
            {"this_task": row.id, "new_parameters": new}
            for row in locked.all()
            if (new := renaming.follow(row.kind, row.parameters)) is not None
        ]
        # Whoever meets a moment of such a task with the old name in hand reads it again: see storage/tasks.py.
        version = tasks.c.schedule_version + 1
        if followed:
            connection.execute(_FOLLOW.values(schedule_version=version, changed_at=renaming.now), followed)


def tasks_query(tenant_id: str, kinds: Collection[str]) -> Any:
    """The tasks of a tenant that may name a destination."""
    these = (tasks.c.tenant_id == tenant_id, tasks.c.kind.in_(sorted(kinds)))
    return select(*_NAMING).where(*these).order_by(tasks.c.kind, tasks.c.id)


_NAMING = (tasks.c.id, tasks.c.kind, tasks.c.parameters)


_FOLLOW = (
    update(tasks)
    .where(tasks.c.id == bindparam("this_task"))
    .values(parameters=bindparam("new_parameters", type_=tasks.c.parameters.type))
)


def _name_taken(name: str) -> NameTaken:
    return NameTaken(f"There is a destination {name!r} already; choose another name.")


def place_of(number: int, what: str) -> str:
    """What a value kept here is bound to."""
    return f"destination {number} {what}"


def _to_destination(row: Row[Any]) -> Destination:
    return Destination(**{**row._mapping, "channel": Channel(row.channel)})
