"""Accounts: tenants, users, API tokens and console sessions."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NotFound
from windrow.model.accounts import Right, Role, Tenant, Token, User
from windrow.model.paging import PageOf, check_limit, decode_cursor, encode_cursor
from windrow.storage.database import Database
from windrow.storage.tables import sessions, tenants, tokens, user_numbers, users
from windrow.storage.upserts import insert_missing

TOUCH_EVERY = timedelta(minutes=1)


class SqlAccounts:
    """The port `Accounts` on either database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_tenant(self, tenant: Tenant) -> None:
        """Writes a new tenant."""
        with self._database.write() as connection:
            _insert_tenant(connection, tenant)

    def find_tenant(self, name: str) -> Tenant | None:
        """A tenant by its name."""
        with self._database.read() as connection:
            row = connection.execute(select(tenants).where(tenants.c.name == name)).one_or_none()
        return None if row is None else Tenant(**row._mapping)

    def list_tenants(self, *, limit: int, cursor: str | None = None) -> PageOf[Tenant]:
        """By name."""
        with self._database.read() as connection:
            rows = connection.execute(_by_name(select(tenants), tenants.c.name, limit, cursor)).all()
        return _page([Tenant(**row._mapping) for row in rows], limit)

    def has_users(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._database.read() as connection:
            return connection.scalar(select(users.c.id).limit(1)) is not None

    def add_user(self, user: User, password_hash: str, *, tenant: Tenant | None = None) -> None:
        """Writes a new user, and its new tenant where one is given."""
        with self._database.write() as connection:
            if tenant is not None:
                _insert_tenant(connection, tenant)
            try:
                connection.execute(
                    insert(users).values(id=user.id, created_at=user.created_at, **_values(user, password_hash))
                )
            except IntegrityError as error:
                raise Conflict(f"There is a user {user.name} already; choose another name.") from error
            connection.execute(insert(user_numbers).values(user_id=user.id))

    def number_of_user(self, user_id: str) -> int:
        """A small number that this user has for good."""
        chosen = select(user_numbers.c.number).where(user_numbers.c.user_id == user_id)
        with self._database.read() as connection:
            number: int | None = connection.scalar(chosen)
        if number is not None:
            return number
        self.get_user(user_id)  # made by a release that gave no numbers
        with self._database.write() as connection:
            insert_missing(connection, user_numbers, [{"user_id": user_id}], conflict=["user_id"])
            given: int = connection.scalars(chosen).one()
            return given

    def find_numbered_user(self, number: int) -> User | None:
        """The user who has this small number."""
        query = select(users).join(user_numbers, user_numbers.c.user_id == users.c.id)
        with self._database.read() as connection:
            row = connection.execute(query.where(user_numbers.c.number == number)).one_or_none()
        return None if row is None else _user(row)

    def get_user(self, user_id: str) -> User:
        """One user."""
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        if row is None:
            raise NotFound("user", user_id)
        return _user(row)

    def find_user(self, name: str) -> tuple[User, str] | None:
        """A user by name, with the password's hash."""
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
        return None if row is None else (_user(row), row.password_hash)

    def list_users(self, *, tenant_id: str | None, limit: int, cursor: str | None = None) -> PageOf[User]:
        """By name."""
        query = select(users) if tenant_id is None else select(users).where(users.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            rows = connection.execute(_by_name(query, users.c.name, limit, cursor)).all()
        return _page([_user(row) for row in rows], limit)

    def save_user(self, user: User, password_hash: str | None = None) -> None:
        """Writes a changed user; a new password or a switched-off user ends all sessions."""
        with self._database.write() as connection:
            if user.role is not Role.ADMIN or not user.active:
                _keep_an_admin(connection, user)
            try:
                changed = connection.execute(
                    update(users).where(users.c.id == user.id).values(**_values(user, password_hash))
                ).rowcount
            except IntegrityError as error:
                raise Conflict(f"There is a user {user.name} already; choose another name.") from error
            if changed != 1:
                raise NotFound("user", user.id)
            if password_hash is not None or not user.active:
                connection.execute(delete(sessions).where(sessions.c.user_id == user.id))

    def renew_hash(self, user_id: str, *, old: str, new: str) -> None:
        """Keeps another hash of the same password, unless the password has changed meanwhile."""
        with self._database.write() as connection:
            connection.execute(
                update(users).where(users.c.id == user_id, users.c.password_hash == old).values(password_hash=new)
            )

    def count_admins(self) -> int:
        """Active admins."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(_admins().subquery())) or 0

    def add_token(self, token: Token, digest: bytes) -> None:
        """Writes a new API token."""
        with self._database.write() as connection:
            connection.execute(
                insert(tokens).values(
                    id=token.id,
                    user_id=token.user_id,
                    name=token.name,
                    digest=digest,
                    scopes=sorted(token.scopes),
                    created_at=token.created_at,
                    expires_at=token.expires_at,
                    last_used_at=token.last_used_at,
                )
            )

    def find_token(self, digest: bytes) -> tuple[Token, User] | None:
        """A token and its owner by the digest of its secret."""
        with self._database.read() as connection:
            token = connection.execute(select(tokens).where(tokens.c.digest == digest)).one_or_none()
            if token is None:
                return None
            return _token(token), _user(connection.execute(select(users).where(users.c.id == token.user_id)).one())

    def list_tokens(self, user_id: str) -> list[Token]:
        """A user's tokens, newest first."""
        query = select(tokens).where(tokens.c.user_id == user_id).order_by(tokens.c.id.desc())
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(query)]

    def delete_token(self, token_id: str, *, user_id: str) -> None:
        """Revokes a token."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(tokens).where(tokens.c.id == token_id, tokens.c.user_id == user_id)
            ).rowcount
        if gone != 1:
            raise NotFound("token", token_id)

    def touch_token(self, token_id: str, now: datetime) -> None:
        """Notes that a token was used, at most once a minute."""
        stale = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= now - TOUCH_EVERY)
        with self._database.write() as connection:
            connection.execute(update(tokens).where(tokens.c.id == token_id, stale).values(last_used_at=now))

    def add_session(self, digest: bytes, user_id: str, *, now: datetime, expires_at: datetime) -> None:
        """Begins a console session."""
        with self._database.write() as connection:
            connection.execute(
                insert(sessions).values(digest=digest, user_id=user_id, created_at=now, expires_at=expires_at)
            )

    def find_session(self, digest: bytes, *, now: datetime) -> tuple[User, datetime] | None:
        """The user of a session that has not expired, and when it will."""
        query = (
            select(users, sessions.c.expires_at)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.digest == digest, sessions.c.expires_at > now)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (_user(row), row.expires_at)

    def extend_session(self, digest: bytes, *, expires_at: datetime) -> None:
        """Lets a session that is in use live longer."""
        with self._database.write() as connection:
            connection.execute(update(sessions).where(sessions.c.digest == digest).values(expires_at=expires_at))

    def end_session(self, digest: bytes) -> None:
        """Ends a console session; unknown ones are ended already."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def forget_expired(self, now: datetime) -> int:
        """Removes sessions that have expired; returns how many."""
        with self._database.write() as connection:
            return connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount


def _insert_tenant(connection: Connection, tenant: Tenant) -> None:
    try:
        connection.execute(insert(tenants).values(id=tenant.id, name=tenant.name, created_at=tenant.created_at))
    except IntegrityError as error:
        raise Conflict(f"There is a team {tenant.name} already.") from error


def _keep_an_admin(connection: Connection, user: User) -> None:
    # Two admins may switch each other off at the same moment. On PostgreSQL the second waits here for the first to
    # commit and then sees the rows as they have become; on SQLite there is one writer at a time anyway.
    admins = [row.id for row in connection.execute(_admins().with_for_update())]
    if admins == [user.id]:
        raise Conflict(f"{user.name} is the last active admin: make another one first.")


def _admins() -> Select[tuple[str]]:
    return select(users.c.id).where(users.c.role == Role.ADMIN, users.c.active)


def _values(user: User, password_hash: str | None) -> dict[str, Any]:
    values = {
        "tenant_id": user.tenant_id,
        "name": user.name,
        "role": user.role,
        "active": user.active,
        "must_change_password": user.must_change_password,
    }
    return values if password_hash is None else {**values, "password_hash": password_hash}


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        tenant_id=row.tenant_id,
        created_at=row.created_at,
        active=row.active,
        must_change_password=row.must_change_password,
    )


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        scopes=frozenset(Right(each) for each in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _by_name(query: Select[Any], name: Any, limit: int, cursor: str | None) -> Select[Any]:
    if cursor is not None:
        (last,) = decode_cursor(cursor, 1)
        query = query.where(name > str(last))
    # One more than asked for tells whether a page follows.
    return query.order_by(name).limit(check_limit(limit) + 1)


def _page(items: list[Any], limit: int) -> PageOf[Any]:
    more = len(items) > limit
    return PageOf(items[:limit], encode_cursor(items[limit - 1].name) if more else None)
