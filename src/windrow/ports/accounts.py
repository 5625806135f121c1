"""Accounts, as the store keeps them. Each method is one transaction. Secrets come in as digests or hashes only."""

from datetime import datetime
from typing import Protocol

from windrow.model.accounts import Tenant, Token, User
from windrow.model.paging import PageOf


class Accounts(Protocol):
    """Tenants, users, API tokens and console sessions."""

    def add_tenant(self, tenant: Tenant) -> None:
        """Writes a new tenant. Raises `Conflict` when the name is taken."""
        ...

    def find_tenant(self, name: str) -> Tenant | None:
        """A tenant by its name."""
        ...

    def list_tenants(self, *, limit: int, cursor: str | None = None) -> PageOf[Tenant]:
        """By name."""
        ...

    def has_users(self) -> bool:
        """Whether anybody can sign in at all: False before the first start."""
        ...

    def add_user(self, user: User, password_hash: str, *, tenant: Tenant | None = None) -> None:
        """Writes a new user, and its new tenant where one is given. Raises `Conflict` when a name is taken."""
        ...

    def get_user(self, user_id: str) -> User:
        """One user. Raises `NotFound`."""
        ...

    def number_of_user(self, user_id: str) -> int:
        """A small number that this user has for good, for protocols that know people by one. Raises `NotFound`."""
        ...

    def find_numbered_user(self, number: int) -> User | None:
        """The user who has this small number."""
        ...

    def find_user(self, name: str) -> tuple[User, str] | None:
        """A user by name, with the password's hash."""
        ...

    def list_users(self, *, tenant_id: str | None, limit: int, cursor: str | None = None) -> PageOf[User]:
        """By name."""
        ...

    def save_user(self, user: User, password_hash: str | None = None) -> None:
        """Writes a changed user; a new password or a switched-off user ends all sessions.

        Raises `NotFound`, and `Conflict` when no active admin would be left.
        """
        ...

    def renew_hash(self, user_id: str, *, old: str, new: str) -> None:
        """Keeps another hash of the same password, unless the password has changed meanwhile; sessions go on."""
        ...

    def count_admins(self) -> int:
        """Active admins."""
        ...

    def add_token(self, token: Token, digest: bytes) -> None:
        """Writes a new API token."""
        ...

    def find_token(self, digest: bytes) -> tuple[Token, User] | None:
        """A token and its owner by the digest of its secret."""
        ...

    def list_tokens(self, user_id: str) -> list[Token]:
        """A user's tokens, newest first."""
        ...

    def delete_token(self, token_id: str, *, user_id: str) -> None:
        """Revokes a token. Raises `NotFound`."""
        ...

    def touch_token(self, token_id: str, now: datetime) -> None:
        """Notes that a token was used, at most once a minute."""
        ...

    def add_session(self, digest: bytes, user_id: str, *, now: datetime, expires_at: datetime) -> None:
        """Begins a console session."""
        ...

    def find_session(self, digest: bytes, *, now: datetime) -> tuple[User, datetime] | None:
        """The user of a session that has not expired, and when it will."""
        ...

    def extend_session(self, digest: bytes, *, expires_at: datetime) -> None:
        """Lets a session that is in use live longer; an ended one stays ended."""
        ...

    def end_session(self, digest: bytes) -> None:
        """Ends a console session; unknown ones are ended already."""
        ...

    def forget_expired(self, now: datetime) -> int:
        """Removes sessions that have expired; returns how many."""
        ...
