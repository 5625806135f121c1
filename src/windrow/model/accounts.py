"""Accounts: tenants, users, roles, API tokens, and who may do what."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from windrow.errors import BadInput, NotAllowed

_USER_NAME = re.compile(r"[^\W_][\w.@+-]{0,99}")


class Role(StrEnum):
    """What a user is: runs the installation, works in a tenant, or only looks at a tenant."""

    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"


class Right(StrEnum):
    """What can be granted to a role or a token: look, work (make, change, run, stop), administer."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.OPERATOR: frozenset({Right.READ, Right.WRITE}),
    Role.VIEWER: frozenset({Right.READ}),
}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A team. Everything in it is seen by its members and by nobody else but the installation's admins."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person or program that signs in. `must_change_password` is set while the one-time secret stands."""

    id: str
    name: str
    role: Role
    tenant_id: str
    created_at: datetime
    active: bool = True
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; its secret is known to its bearer only. `scopes` narrow what the owner's role allows."""

    id: str
    user_id: str
    name: str
    scopes: frozenset[Right]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a user with the rights of this request.

    token_id              the API token it came with; None for a password or a session
    must_change_password  it came with a one-time secret, which is good for nothing but setting a password
    """

    user_id: str
    name: str
    role: Role
    tenant_id: str
    rights: frozenset[Right] = field(default_factory=frozenset)
    token_id: str | None = None
    must_change_password: bool = False

    @property
    def scope(self) -> str | None:
        """The tenant that this principal is confined to; None for the installation's admins."""
        return None if self.role is Role.ADMIN else self.tenant_id

    def sees(self, tenant_id: str) -> bool:
        """Whether an object of that tenant exists for this principal at all."""
        return self.role is Role.ADMIN or tenant_id == self.tenant_id

    def need(self, right: Right) -> None:
        """Raises `NotAllowed` unless this principal has the right."""
        if self.must_change_password:
            raise NotAllowed(f"{self.name} still has a one-time password: set one of your own first.")
        if right not in self.rights:
            raise NotAllowed(f"{self.name} may not do this: it needs the right to {right.value}.")


def rights_of(role: Role, scopes: frozenset[Right] | None = None) -> frozenset[Right]:
    """The rights of a role, narrowed by a token's scopes where there are any."""
    return RIGHTS[role] if scopes is None else RIGHTS[role] & scopes


def is_user_name(name: str) -> bool:
    """Whether a user can be called so; no colons, because HTTP Basic ends the name at the first one (RFC 7617, 2)."""
    return _USER_NAME.fullmatch(name) is not None


def check_user_name(name: str) -> str:
    """The name, if a user can be called so. Raises `BadInput`."""
    if not is_user_name(name):
        raise BadInput.of("name", "must begin with a letter or digit; up to 100 letters, digits and . _ - @ + in all")
    return name


def check_tenant_name(name: str) -> str:
    """The name, if a team can be called so. Raises `BadInput`."""
    if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
        raise BadInput.of("tenant", "must have 1 to 100 printable characters, without spaces around them")
    return name
