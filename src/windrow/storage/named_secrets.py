"""Named secrets: the port `NamedSecrets` on either database."""

from typing import Any

from sqlalchemy import Row, delete, func, select

from windrow.errors import Conflict, NotFound
from windrow.model.named_secrets import NamedSecret, OpenSecret
from windrow.model.paging import PageOf, check_limit, encode_cursor
from windrow.storage.database import Database
from windrow.storage.listing import word_of
from windrow.storage.secrets import Vault
from windrow.storage.tables import named_secrets
from windrow.storage.upserts import insert_or_replace

MOST = 1_000
"""Secrets of one tenant."""

_SHOWN = [column for column in named_secrets.c if column.name != "sealed"]


class SqlNamedSecrets:
    """Secrets of tenants, by name."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def put(self, secret: NamedSecret, value: str) -> NamedSecret:
        """Writes one, in the place of the one of its name."""
        sealed = self._vault.seal_text(value, place=place_of(secret.tenant_id, secret.name))
        others = (named_secrets.c.tenant_id == secret.tenant_id, named_secrets.c.name != secret.name)
        with self._database.write() as connection:
            if connection.scalars(select(func.count()).where(*others)).one() >= MOST:
                raise Conflict(f"There are {MOST} secrets: delete one that is not used any more.")
            there = connection.scalar(_one([named_secrets.c.created_at], secret.tenant_id, secret.name))
            row = {
                "tenant_id": secret.tenant_id,
                "name": secret.name,
                "hosts": list(secret.hosts),
                "sealed": sealed,
                "owner_id": secret.owner_id,
                "created_at": there or secret.created_at,
                "changed_at": secret.changed_at,
            }
            insert_or_replace(connection, named_secrets, row)
            return _to_secret(connection.execute(_one(_SHOWN, secret.tenant_id, secret.name)).one())

    def get(self, name: str, *, tenant_id: str) -> NamedSecret:
        """One, without its value."""
        with self._database.read() as connection:
            row = connection.execute(_one(_SHOWN, tenant_id, name)).one_or_none()
        if row is None:
            raise NotFound("secret", name)
        return _to_secret(row)

    def page(self, *, tenant_id: str, limit: int, cursor: str | None = None) -> PageOf[NamedSecret]:
        """By name."""
        query = list_query(tenant_id, None if cursor is None else word_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(check_limit(limit) + 1)).all()
        found = [_to_secret(row) for row in rows[:limit]]
        return PageOf(found, encode_cursor(found[-1].name) if len(rows) > limit else None)

    def open(self, name: str, *, tenant_id: str) -> OpenSecret | None:
        """One with its value."""
        with self._database.read() as connection:
            row = connection.execute(_one(list(named_secrets.c), tenant_id, name)).one_or_none()
        if row is None:
            return None
        return OpenSecret(self._vault.open_text(row.sealed, place=place_of(tenant_id, name)), frozenset(row.hosts))

    def delete(self, name: str, *, tenant_id: str) -> None:
        """Takes one away."""
        this = (named_secrets.c.tenant_id == tenant_id, named_secrets.c.name == name)
        with self._database.write() as connection:
            if connection.execute(delete(named_secrets).where(*this)).rowcount == 0:
                raise NotFound("secret", name)


def list_query(tenant_id: str, after: str | None) -> Any:
    """A tenant's secrets behind the one of that name."""
    query = select(*_SHOWN).where(named_secrets.c.tenant_id == tenant_id).order_by(named_secrets.c.name)
    return query if after is None else query.where(named_secrets.c.name > after)


def _one(columns: Any, tenant_id: str, name: str) -> Any:
    return select(*columns).where(named_secrets.c.tenant_id == tenant_id, named_secrets.c.name == name)


def place_of(tenant_id: str, name: str) -> str:
    """What a value kept here is bound to."""
    return f"secret {tenant_id} {name}"


def _to_secret(row: Row[Any]) -> NamedSecret:
    return NamedSecret(row.tenant_id, row.name, tuple(row.hosts), row.owner_id, row.created_at, row.changed_at)
