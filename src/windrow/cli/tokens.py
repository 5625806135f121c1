"""`windrow tokens …`: API tokens, for programs that act in a user's name."""

from datetime import datetime
from typing import Annotated

import typer

from windrow.cli.answers import Column, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.drafting import UNITS, read_interval
from windrow.cli.local import acting_as, open_local
from windrow.cli.moments import read_moment
from windrow.cli.options import Data, Json
from windrow.cli.users import UserName, find_user
from windrow.model.accounts import Right, Token

app = typer.Typer(help="API tokens, for programs that act in a user's name.", no_args_is_help=True)

COLUMNS: list[Column[Token]] = [
    Column("ID", lambda token: token.id, folded=False),
    Column("Name", lambda token: token.name),
    Column("Scopes", lambda token: sorted(scope.value for scope in token.scopes)),
    Column("Made", lambda token: token.created_at),
    Column("Ends", lambda token: token.expires_at or "never"),
    Column("Last used", lambda token: token.last_used_at or "never"),
]


@app.command("list", cls=Command)
def list_tokens(name: UserName, data: Data = None, as_json: Json = False) -> None:
    """List a user's tokens, newest first."""
    with open_local(data) as local:
        found = local.windrow.accounts.list_tokens(local.principal, find_user(local, name).id)
        print_list(found, COLUMNS, as_json=as_json)


@app.command(cls=Command)
def create(
    name: UserName,
    token_name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    scopes: Annotated[
        list[Right] | None, typer.Option("--scope", help="What it may; may be repeated. Without: all its user may.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="When it ends: 90d, or a moment such as 2027-01-01. Else never.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Create a token; its secret is printed this once."""
    with open_local(data) as local:
        user = find_user(local, name)
        made = local.windrow.accounts.create_token(
            acting_as(user),
            token_name,
            scopes=frozenset(scopes) if scopes else None,
            expires_at=None if expires is None else _read_end(expires, local.now),
        )
        if as_json:
            print_json(made)
            return
        print_line(f"Token {made.token.id} of {user.name}; send it as Authorization: Bearer …")
        print_line(f"  {made.secret}", "bold")


@app.command(cls=Command)
def revoke(
    name: UserName,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Id of the token.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End a token at once."""
    with open_local(data) as local:
        local.windrow.accounts.revoke_token(local.principal, token, find_user(local, name).id)
        if as_json:
            print_json({"revoked": token})
        else:
            print_line(f"Token {token} is revoked.")


def _read_end(text: str, now: datetime) -> datetime:
    if text[-1:] in UNITS:
        return now + read_interval(text, option="--expires")
    return read_moment(text, option="--expires")
