"""Accounts: the first start, users and their roles, teams, and API tokens."""

import secrets
from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from windrow.core.authentication import TOKEN_PREFIX, digest_of
from windrow.core.passwords import Passwords, check_password, make_one_time_secret
from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.model.accounts import (
    Principal,
    Right,
    Role,
    Tenant,
    Token,
    User,
    check_tenant_name,
    check_user_name,
    is_user_name,
)
from windrow.model.identity import is_id, new_id
from windrow.model.paging import PageOf
from windrow.ports.accounts import Accounts as AccountStore
from windrow.ports.clocks import Clock

DEFAULT_TENANT = "default"
MOST_TOKENS = 100


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user whose password was just set. `secret` is the one-time password to hand over; None if one was given."""

    user: User
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewToken:
    """An API token just made, with its secret, which is never shown again."""

    token: Token
    secret: str = field(repr=False)


class Accounts:
    """What can be done with users, teams and tokens. Each method checks what its principal may."""

    def __init__(self, store: AccountStore, clock: Clock, *, passwords: Passwords | None = None) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords or Passwords()

    def number_of(self, user_id: str) -> int:
        """A small number that a user has for good, for protocols that know people by one. Raises `NotFound`."""
        return self._store.number_of_user(user_id)

    def numbered(self, principal: Principal, number: int) -> User | None:
        """The user who has this small number, if the caller may know."""
        user = self._store.find_numbered_user(number)
        return user if user is not None and principal.sees(user.tenant_id) else None

    def named(self, principal: Principal, name: str) -> User | None:
        """The user of this name, if the caller may know."""
        found = self._store.find_user(name) if is_user_name(name) else None
        return found[0] if found is not None and principal.sees(found[0].tenant_id) else None

    def name_of(self, user_id: str) -> str:
        """What a user is called who owns something that the caller sees. Raises `NotFound`."""
        return self._store.get_user(user_id).name

    def first_start(self, name: str = "admin", password: str | None = None) -> NewUser | None:
        """Makes the first admin, with a one-time secret unless a password is given; None when there are users already.

        Several processes may start at once: one of them makes the admin. Raises `BadInput`.
        """
        if self._store.has_users():
            return None
        try:
            return self._add(name, Role.ADMIN, password, DEFAULT_TENANT)
        except Conflict:
            if self._store.has_users():
                return None
            raise

    def create_user(
        self, principal: Principal, name: str, *, role: Role, password: str | None = None, tenant: str | None = None
    ) -> NewUser:
        """Makes a user, with a one-time secret unless a password is given.

        Without a team's name the user gets a team of the user's own name, so that by default nobody sees another's
        things; naming one, old or new, lets its members share everything. Raises `BadInput`, `Conflict`.
        """
        principal.need(Right.ADMIN)
        if tenant is None and self._store.find_tenant(check_user_name(name)) is not None:
            raise Conflict(f"There is a team {name} already: name it to join it, or choose another name.")
        return self._add(name, role, password, tenant or name)

    def get_user(self, principal: Principal, user_id: str) -> User:
        """A user; oneself unless one may administer. Raises `NotFound`."""
        _see(principal, user_id)
        return self._store.get_user(user_id)

    def list_users(self, principal: Principal, *, limit: int, cursor: str | None = None) -> PageOf[User]:
        """All users by name, or oneself only."""
        if Right.ADMIN in principal.rights:
            return self._store.list_users(tenant_id=None, limit=limit, cursor=cursor)
        return PageOf([self._store.get_user(principal.user_id)])

    def list_tenants(self, principal: Principal, *, limit: int, cursor: str | None = None) -> PageOf[Tenant]:
        """All teams by name."""
        principal.need(Right.ADMIN)
        return self._store.list_tenants(limit=limit, cursor=cursor)

    def change_user(
        self, principal: Principal, user_id: str, *, role: Role | None = None, active: bool | None = None
    ) -> User:
        """Gives a user another role, or switches one off or on. Raises `Conflict` when no active admin would be left.

        Switching off ends the user's sessions and tokens at once; what the user owns stays.
        """
        principal.need(Right.ADMIN)
        _check_id("user", user_id)
        user = self._store.get_user(user_id)
        changed = replace(
            user, role=user.role if role is None else role, active=user.active if active is None else active
        )
        if changed != user:
            self._store.save_user(changed)
        return changed

    def reset_password(self, principal: Principal, user_id: str, password: str | None = None) -> NewUser:
        """Gives a user another password, or a one-time secret; all the user's sessions end."""
        principal.need(Right.ADMIN)
        secret, hashed = self._choose_password(password)
        _check_id("user", user_id)
        user = replace(self._store.get_user(user_id), must_change_password=secret is not None)
        self._store.save_user(user, hashed)
        return NewUser(user, secret)

    def create_token(
        self,
        principal: Principal,
        name: str,
        *,
        scopes: Set[Right] | None = None,
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Makes an API token for oneself with the rights in `scopes` (without: all that one has).

        Only who signed in can make one: a leaked token must not outlive its own end by making others.
        """
        principal.need(Right.READ)
        if principal.token_id is not None:
            raise NotAllowed("A token cannot make tokens: sign in with the password.")
        token = Token(
            id=new_id(),
            user_id=principal.user_id,
            name=_check_token_name(name),
            scopes=_check_scopes(principal, scopes),
            created_at=self._clock(),
            expires_at=self._check_end(expires_at),
        )
        if len(self._store.list_tokens(principal.user_id)) >= MOST_TOKENS:
            raise Conflict(f"There are {MOST_TOKENS} tokens already: revoke those that nobody uses.")
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        self._store.add_token(token, digest_of(secret))
        return NewToken(token, secret)

    def list_tokens(self, principal: Principal, user_id: str | None = None) -> list[Token]:
        """A user's tokens, newest first; one's own unless one may administer. Raises `NotFound`."""
        return self._store.list_tokens(self.get_user(principal, user_id or principal.user_id).id)

    def revoke_token(self, principal: Principal, token_id: str, user_id: str | None = None) -> None:
        """Ends a token at once. Raises `NotFound`."""
        _see(principal, user_id or principal.user_id)
        _check_id("token", token_id)
        self._store.delete_token(token_id, user_id=user_id or principal.user_id)

    def _add(self, name: str, role: Role, password: str | None, tenant_name: str) -> NewUser:
        check_user_name(name)
        secret, hashed = self._choose_password(password)
        known = self._store.find_tenant(check_tenant_name(tenant_name))
        tenant = known or Tenant(new_id(), tenant_name, self._clock())
        user = User(new_id(), name, role, tenant.id, self._clock(), must_change_password=secret is not None)
        self._store.add_user(user, hashed, tenant=None if known else tenant)
        return NewUser(user, secret)

    def _choose_password(self, given: str | None) -> tuple[str | None, str]:
        """The one-time secret, where none was given, and the hash of what counts."""
        if given is not None:
            check_password(given)
            return None, self._passwords.hash(given)
        secret = make_one_time_secret()
        return secret, self._passwords.hash(secret)

    def _check_end(self, expires_at: datetime | None) -> datetime | None:
        if expires_at is not None and expires_at <= self._clock():
            raise BadInput.of("expires_at", "must lie in the future")
        return expires_at


def _check_id(word: str, identifier: str) -> None:
    if not is_id(identifier):
        raise NotFound(word, identifier)


def _see(principal: Principal, user_id: str) -> None:
    _check_id("user", user_id)
    if user_id != principal.user_id and Right.ADMIN not in principal.rights:
        raise NotFound("user", user_id)


def _check_token_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        raise BadInput.of("name", "must have 1 to 100 printable characters")
    return name.strip()


def _check_scopes(principal: Principal, scopes: Set[Right] | None) -> frozenset[Right]:
    chosen = principal.rights if scopes is None else frozenset(scopes)
    if not chosen:
        raise BadInput.of("scopes", f"must name at least one of {', '.join(sorted(Right))}")
    if missing := sorted(chosen - principal.rights):
        raise BadInput.of("scopes", f"cannot hold more than your own rights; leave out {', '.join(missing)}")
    return chosen
