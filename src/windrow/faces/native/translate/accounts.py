"""Users, tokens and teams, as shapes."""

from collections.abc import Sequence
from dataclasses import asdict

from windrow.core.accounts import NewToken, NewUser
from windrow.model import accounts
from windrow.wire import accounts as account_shapes


def to_me(principal: accounts.Principal) -> account_shapes.Me:
    """Who is signed in."""
    return account_shapes.Me(
        user_id=principal.user_id,
        name=principal.name,
        role=principal.role.value,
        tenant_id=principal.tenant_id,
        rights=sorted(right.value for right in principal.rights),
    )


def to_user(user: accounts.User) -> account_shapes.User:
    """A user."""
    return account_shapes.User(**_user(user))


def to_created_user(new: NewUser) -> account_shapes.CreatedUser:
    """A user with the one-time secret."""
    return account_shapes.CreatedUser(**_user(new.user), secret=new.secret)


def _user(user: accounts.User) -> dict[str, object]:
    return asdict(user)


def to_token(token: accounts.Token) -> account_shapes.Token:
    """A token without its secret."""
    return account_shapes.Token(**_token(token))


def to_created_token(new: NewToken) -> account_shapes.CreatedToken:
    """A token with its secret, this once."""
    return account_shapes.CreatedToken(**_token(new.token), secret=new.secret)


def _token(token: accounts.Token) -> dict[str, object]:
    return {**asdict(token), "scopes": sorted(scope.value for scope in token.scopes)}


def to_tenant(tenant: accounts.Tenant) -> account_shapes.Tenant:
    """A team."""
    return account_shapes.Tenant(id=tenant.id, name=tenant.name, created_at=tenant.created_at)


def from_scopes(names: Sequence[str] | None) -> frozenset[accounts.Right] | None:
    """The scopes of a new token; None asks for all that its owner may."""
    return None if names is None else frozenset(accounts.Right(name) for name in names)
