"""Resealing: everything that is kept encrypted comes under the first key, so that an older one may go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Column, Row, Select, bindparam, func, literal, select, tuple_, update

from windrow.errors import Conflict
from windrow.storage import destinations, memories, named_secrets, notifications, tables
from windrow.storage.database import Database
from windrow.storage.secrets import Vault

BATCH = 200
"""Values that one transaction seals again."""


class Kept(NamedTuple):
    """A column of sealed values: what people call them, its rows' key, and what each value is bound to."""

    name: str
    column: Column[Any]
    key: Sequence[Column[Any]]
    bound_by: Sequence[Column[Any]]
    place: Callable[[Row[Any]], str]


SOURCES, TARGETS = tables.sources.c, tables.targets.c
NOTIFICATIONS, DESTINATIONS = tables.notifications.c, tables.destinations.c
SECRETS, MEMORIES = tables.named_secrets.c, tables.run_memories.c

KEPT = (
    Kept("source credentials", SOURCES.credential, [SOURCES.id], [SOURCES.task_id], lambda row: str(row.task_id)),
    Kept("target credentials", TARGETS.credential, [TARGETS.id], [TARGETS.seal], lambda row: str(row.seal)),
    Kept(
        "notification addresses",
        NOTIFICATIONS.address,
        [NOTIFICATIONS.id],
        [],
        lambda row: notifications.place_of(row.id, "address"),
    ),
    Kept(
        "notification signing secrets",
        NOTIFICATIONS.signing,
        [NOTIFICATIONS.id],
        [],
        lambda row: notifications.place_of(row.id, "signing"),
    ),
    Kept(
        "destination addresses",
        DESTINATIONS.address,
        [DESTINATIONS.id],
        [],
        lambda row: destinations.place_of(row.id, "address"),
    ),
    Kept(
        "destination signing secrets",
        DESTINATIONS.signing,
        [DESTINATIONS.id],
        [],
        lambda row: destinations.place_of(row.id, "signing"),
    ),
    Kept(
        "named secrets",
        SECRETS.sealed,
        [SECRETS.tenant_id, SECRETS.name],
        [],
        lambda row: named_secrets.place_of(row.tenant_id, row.name),
    ),
    Kept(
        "what runs remember",
        MEMORIES.sealed,
        [MEMORIES.run_id, MEMORIES.name],
        [],
        lambda row: memories.place_of(row.run_id, row.name),
    ),
)
"""All that is sealed. A test looks that no table has a sealed column beside these."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of the values of one sort.

    total       how many there are
    resealed    how many came under the first key now, or would, where nothing was to be written
    unreadable  how many no key at hand opens; they stay as they are
    """

    name: str
    total: int
    resealed: int = 0
    unreadable: int = 0


def reseal(database: Database, vault: Vault, *, write: bool = True) -> Iterator[Resealed]:
    """Seals again what is not under the first key, sort by sort, in short transactions.

    Cut short or done again it goes on with what is left. Services may go on meanwhile; a value that is entered anew at
    the same time stays as it was entered.
    """
    for kept in KEPT:
        yield _reseal(database, vault, kept, write=write)


def _reseal(database: Database, vault: Vault, kept: Kept, *, write: bool) -> Resealed:
    found = Resealed(kept.name, _count(database, kept))
    for rows in _stale(database, vault, kept):
        changes, unreadable = _sealed_again(vault, kept, rows)
        done = _save(database, kept, changes) if write else len(changes)
        found = replace(found, resealed=found.resealed + done, unreadable=found.unreadable + unreadable)
    return found


def _count(database: Database, kept: Kept) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).where(kept.column.is_not(None))) or 0)


def _stale(database: Database, vault: Vault, kept: Kept) -> Iterator[Sequence[Row[Any]]]:
    """The rows that another key sealed, by their key."""
    mark = vault.current_mark
    first_bytes = func.substr(kept.column, 1, len(mark), type_=kept.column.type)
    query = (
        select(*kept.key, *kept.bound_by, kept.column.label("sealed_before"))
        .where(kept.column.is_not(None), first_bytes != literal(mark, kept.column.type))
        .order_by(*kept.key)
        .limit(BATCH)
    )
    after: Select[Any] = query
    while True:
        with database.read() as connection:
            rows = connection.execute(after).all()
        if not rows:
            return
        yield rows
        after = query.where(tuple_(*kept.key) > tuple_(*rows[-1][: len(kept.key)]))


def _sealed_again(vault: Vault, kept: Kept, rows: Sequence[Row[Any]]) -> tuple[list[dict[str, Any]], int]:
    changes = []
    for row in rows:
        try:
            new = vault.reseal(row.sealed_before, place=kept.place(row))
        except Conflict:
            continue
        keys = {f"key_{number}": value for number, value in enumerate(row[: len(kept.key)])}
        changes.append({**keys, "old": row.sealed_before, "new": new})
    return changes, len(rows) - len(changes)


def _save(database: Database, kept: Kept, changes: Sequence[dict[str, Any]]) -> int:
    # One that was entered anew meanwhile is left as it is.
    these = [column == bindparam(f"key_{number}") for number, column in enumerate(kept.key)]
    unchanged = (*these, kept.column == bindparam("old"))
    statement = update(kept.column.table).where(*unchanged).values({kept.column: bindparam("new")})
    if not changes:
        return 0
    with database.write() as connection:
        return connection.execute(statement, list(changes)).rowcount
