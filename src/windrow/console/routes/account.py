"""One's own account: password and API tokens."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.routes.signing import begin, change_password
from windrow.core.accounts import NewToken
from windrow.errors import BadInput, Conflict, NotAllowed
from windrow.model.accounts import Right

router = APIRouter(prefix="/account", route_class=PageRoute)

LIVES: Mapping[str, timedelta | None] = {
    "a week": timedelta(days=7),
    "90 days": timedelta(days=90),
    "a year": timedelta(days=365),
    "for ever": None,
}


@router.get("")
def show_account(ctx: Ctx) -> Response:
    """Who one is, and one's tokens."""
    return _show(ctx)


@router.post("/password")
def set_password(ctx: Ctx, form: Posted) -> Response:
    """Gives oneself a new password. All other sessions end; this one begins anew."""
    try:
        change_password(ctx, form.raw("old_password"), form.raw("password"), form.raw("again"))
    except BadInput as error:
        return _show(ctx, problems=problems_by_field(error), status=422)
    return begin(ctx, ctx.principal, "/account")


@router.post("/tokens")
def create_token(ctx: Ctx, form: Posted) -> Response:
    """Makes a token and shows its secret, this once."""
    try:
        made = _make_token(ctx, form)
    except BadInput as error:
        return _show(ctx, problems={f"token-{name}": told for name, told in problems_by_field(error).items()})
    except (Conflict, NotAllowed) as error:
        return _show(ctx, problems={"token-name": str(error)}, status=409)
    return _show(ctx, made=made)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(ctx: Ctx, token_id: str) -> Response:
    """Ends a token at once."""
    ctx.windrow.accounts.revoke_token(ctx.principal, token_id)
    return see("/account")


def _make_token(ctx: Context, form: Form) -> NewToken:
    life = LIVES.get(form.text("life"), LIVES["90 days"])
    known = {right.value for right in Right}
    return ctx.windrow.accounts.create_token(
        ctx.principal,
        form.text("name"),
        scopes={Right(each) for each in form.all("scope") if each in known},
        expires_at=None if life is None else ctx.now + life,
    )


def _show(
    ctx: Context, *, problems: Mapping[str, str] | None = None, made: NewToken | None = None, status: int = 200
) -> Response:
    return ctx.show(
        "account.html",
        status=422 if problems and status == 200 else status,
        tokens=ctx.windrow.accounts.list_tokens(ctx.principal),
        rights=[right.value for right in Right if right in ctx.principal.rights],
        lives=list(LIVES),
        problems=problems or {},
        made=made,
    )
