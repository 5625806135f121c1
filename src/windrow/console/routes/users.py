"""Users, for admins: who they are, what they may, switching off, and new passwords."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.core.accounts import NewUser
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Right, Role

router = APIRouter(prefix="/users", route_class=PageRoute)

TEAMS = 500


@router.get("")
def list_users(ctx: Ctx, cursor: Cursor = None) -> Response:
    """Everybody, by name."""
    return _show(ctx, cursor=cursor)


@router.post("")
def create_user(ctx: Ctx, form: Posted) -> Response:
    """Makes a user and shows the one-time secret, this once."""
    ctx.principal.need(Right.ADMIN)
    try:
        made = _make(ctx, form)
    except BadInput as error:
        return _show(ctx, problems=problems_by_field(error), typed=form.text("name"), status=422)
    except Conflict as error:
        return _show(ctx, problems={"name": str(error)}, typed=form.text("name"), status=409)
    return _show(ctx, made=made)


@router.post("/{user_id}")
def change_user(ctx: Ctx, user_id: str, form: Posted) -> Response:
    """Gives another role, or switches off or on."""
    ctx.principal.need(Right.ADMIN)
    active = {"on": True, "off": False}.get(form.text("active"))
    ctx.windrow.accounts.change_user(ctx.principal, user_id, role=_role(form), active=active)
    return see("/users")


@router.post("/{user_id}/password")
def reset_password(ctx: Ctx, user_id: str) -> Response:
    """Gives a one-time secret, shown this once; all the user's sessions end."""
    return _show(ctx, made=ctx.windrow.accounts.reset_password(ctx.principal, user_id))


def _make(ctx: Context, form: Form) -> NewUser:
    password = form.raw("password") or None
    team = form.text("team") or None
    role = _role(form) or Role.VIEWER
    return ctx.windrow.accounts.create_user(ctx.principal, form.text("name"), role=role, password=password, tenant=team)


def _role(form: Form) -> Role | None:
    chosen = form.text("role")
    if not chosen:
        return None
    if chosen not in set(Role):
        raise BadInput.of("role", f"must be one of {', '.join(Role)}")
    return Role(chosen)


def _show(
    ctx: Context,
    *,
    cursor: str | None = None,
    problems: Mapping[str, str] | None = None,
    made: NewUser | None = None,
    typed: str = "",
    status: int = 200,
) -> Response:
    ctx.principal.need(Right.ADMIN)
    teams = {each.id: each.name for each in ctx.windrow.accounts.list_tenants(ctx.principal, limit=TEAMS).items}
    return ctx.show(
        "users.html",
        status=status,
        page=ctx.windrow.accounts.list_users(ctx.principal, limit=50, cursor=cursor),
        first=cursor is None,
        teams=teams,
        roles=list(Role),
        problems=problems or {},
        made=made,
        typed=typed,
    )
