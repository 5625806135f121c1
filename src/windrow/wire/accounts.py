"""Shapes of users, tokens and teams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from windrow.wire.shapes import Id, Input, Moment, Partial, Shape, YesNo

RoleName = Literal["admin", "operator", "viewer"]
RightName = Literal["read", "write", "admin"]


class Me(Shape):
    """Who is signed in."""

    user_id: Id
    name: str = Field(examples=["ada"])
    role: RoleName
    tenant_id: Id
    rights: Sequence[RightName]


class User(Shape):
    """A person or program that signs in."""

    id: Id
    name: str = Field(examples=["ada"])
    role: RoleName
    tenant_id: Id
    active: bool
    must_change_password: bool
    created_at: datetime


class NewUser(Input):
    """A user to be made."""

    name: str = Field(examples=["ada"], description="Name to sign in with.")
    role: RoleName = "operator"
    password: str | None = Field(None, repr=False, description="Without one, a one-time secret is made and returned.")
    tenant: str | None = Field(
        None, description="Team to join. Without one the user gets a team of their own, and sees nobody else's things."
    )


class CreatedUser(User):
    """A user just made, or whose password was reset."""

    secret: str | None = Field(
        None, repr=False, description="One-time password, shown this once; null when one was given."
    )


class UserChange(Partial):
    """What to change of a user; what is left out stays."""

    role: RoleName | None = None
    active: YesNo | None = Field(None, description="False switches the user off: sessions and tokens end at once.")


class PasswordReset(Input):
    """A new password for a user."""

    password: str | None = Field(None, repr=False, description="Without one, a one-time secret is made and returned.")


class PasswordChange(Input):
    """A new password for oneself."""

    old_password: str = Field(repr=False, examples=["7n0k2-…"], description="The present one, or the one-time secret.")
    new_password: str = Field(repr=False, examples=["four words make one"], description="At least 10 characters.")


class Token(Shape):
    """An API token."""

    id: Id
    name: str = Field(examples=["nightly export"])
    scopes: Sequence[RightName]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


class NewToken(Input):
    """A token to be made."""

    name: str = Field(examples=["nightly export"])
    scopes: Sequence[RightName] | None = Field(None, description="What it may do; without it, all that its owner may.")
    expires_at: Moment | None = Field(None, description="When it ends; without it, never.")


class CreatedToken(Token):
    """A token just made."""

    secret: str = Field(
        repr=False, examples=["wr_…"], description="Send it as `Authorization: Bearer …`; shown this once."
    )


class Tenant(Shape):
    """A team."""

    id: Id
    name: str = Field(examples=["default"])
    created_at: datetime
