"""Oneself, users, tokens, teams."""

from typing import Annotated

from fastapi import Body, Request, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx, Newcomer
from windrow.faces.native.queries import Cursor, Id, Limit, make_part
from windrow.model.accounts import Role
from windrow.wire.accounts import (
    CreatedToken,
    CreatedUser,
    Me,
    NewToken,
    NewUser,
    PasswordChange,
    PasswordReset,
    Tenant,
    Token,
    User,
    UserChange,
)
from windrow.wire.shapes import ListOf

router = make_part("accounts")

NO_PASSWORD = PasswordReset()


@router.get("/me")
def read_me(ctx: Ctx) -> Me:
    """Who is signed in, and what they may do."""
    return translate.to_me(ctx.principal)


@router.put("/me/password", status_code=204)
def change_my_password(ctx: Newcomer, change: PasswordChange, request: Request) -> Response:
    """Gives oneself a new password; ends all one's console sessions. All that a one-time password is good for."""
    address = request.client.host if request.client else ""
    ctx.windrow.authentication.change_password(
        ctx.principal, old=change.old_password, new=change.new_password, address=address
    )
    return Response(status_code=204)


@router.get("/tokens")
def list_tokens(ctx: Ctx) -> ListOf[Token]:
    """One's own API tokens, newest first."""
    return ListOf(items=[translate.to_token(each) for each in ctx.windrow.accounts.list_tokens(ctx.principal)])


@router.post("/tokens", status_code=201)
def create_token(ctx: Ctx, new: NewToken) -> CreatedToken:
    """Makes an API token. Its secret is in this answer and nowhere else."""
    created = ctx.windrow.accounts.create_token(
        ctx.principal,
        new.name,
        scopes=translate.from_scopes(new.scopes),
        expires_at=translate.in_utc(new.expires_at, field="expires_at"),
    )
    return translate.to_created_token(created)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(ctx: Ctx, token_id: Id) -> Response:
    """Revokes one of one's own tokens."""
    ctx.windrow.accounts.revoke_token(ctx.principal, token_id)
    return Response(status_code=204)


@router.get("/users")
def list_users(ctx: Ctx, limit: Limit = 50, cursor: Cursor = None) -> ListOf[User]:
    """Users by name; who is no admin sees themselves only."""
    page = ctx.windrow.accounts.list_users(ctx.principal, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_user))


@router.post("/users", status_code=201)
def create_user(ctx: Ctx, new: NewUser) -> CreatedUser:
    """Makes a user; for admins."""
    created = ctx.windrow.accounts.create_user(
        ctx.principal, new.name, role=Role(new.role), password=new.password, tenant=new.tenant
    )
    return translate.to_created_user(created)


@router.get("/users/{user_id}")
def read_user(ctx: Ctx, user_id: Id) -> User:
    """One user."""
    return translate.to_user(ctx.windrow.accounts.get_user(ctx.principal, user_id))


@router.patch("/users/{user_id}")
def change_user(ctx: Ctx, user_id: Id, change: UserChange) -> User:
    """Changes a user's role, or switches a user off and on; for admins."""
    role = None if change.role is None else Role(change.role)
    user = ctx.windrow.accounts.change_user(ctx.principal, user_id, role=role, active=change.active)
    return translate.to_user(user)


@router.post("/users/{user_id}/password")
def reset_password(ctx: Ctx, user_id: Id, reset: Annotated[PasswordReset, Body()] = NO_PASSWORD) -> CreatedUser:
    """Gives a user a new password, or a one-time secret; for admins."""
    return translate.to_created_user(ctx.windrow.accounts.reset_password(ctx.principal, user_id, reset.password))


@router.get("/tenants")
def list_tenants(ctx: Ctx, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Tenant]:
    """Teams by name; for admins."""
    page = ctx.windrow.accounts.list_tenants(ctx.principal, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_tenant))
