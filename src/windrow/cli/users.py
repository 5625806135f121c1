"""`windrow users …`: who may sign in, and as what."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.local import Local, open_local
from windrow.cli.options import All, Data, Json, Limit
from windrow.errors import BadInput, NotFound
from windrow.model.accounts import Role, User, is_user_name

if TYPE_CHECKING:
    from windrow.core.accounts import NewUser

app = typer.Typer(help="Who may sign in, and as what.", no_args_is_help=True)

UserName = Annotated[str, typer.Argument(metavar="USER", help="Name of the user.")]
PasswordEnv = Annotated[
    str | None,
    typer.Option(metavar="VARIABLE", help="Environment variable that holds the password; else a one-time secret."),
]

COLUMNS: list[Column[User]] = [
    Column("Name", lambda user: user.name),
    Column("Role", lambda user: user.role),
    Column("Active", lambda user: user.active),
    Column("Must set a password", lambda user: user.must_change_password),
    Column("Since", lambda user: user.created_at),
    Column("ID", lambda user: user.id, folded=False),
]


@app.command("list", cls=Command)
def list_users(limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False) -> None:
    """List users by name."""
    with open_local(data) as local:
        print_list(_users(local), COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def add(
    name: Annotated[str, typer.Argument(metavar="USER", help="Name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the user may.")] = Role.OPERATOR,
    tenant: Annotated[
        str | None, typer.Option(help="Team to join, old or new; without it the user gets a team of their own.")
    ] = None,
    password_env: PasswordEnv = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a user; prints a one-time secret to hand over, unless a password is given."""
    with open_local(data, make=True) as local:
        password = _read_password(password_env)
        made = local.windrow.accounts.create_user(local.principal, name, role=role, password=password, tenant=tenant)
        _tell_secret(made, "is added", as_json=as_json)


@app.command("role", cls=Command)
def change_role(
    name: UserName,
    role: Annotated[Role, typer.Argument(help="What the user may from now on.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give a user another role."""
    with open_local(data) as local:
        user = find_user(local, name)
        changed = local.windrow.accounts.change_user(local.principal, user.id, role=role)
        _tell(changed, f"is {role.value}", as_json=as_json)


@app.command(cls=Command)
def disable(name: UserName, data: Data = None, as_json: Json = False) -> None:
    """Switch a user off: sessions and tokens end at once; what the user owns stays."""
    with open_local(data) as local:
        user = find_user(local, name)
        changed = local.windrow.accounts.change_user(local.principal, user.id, active=False)
        _tell(changed, "is switched off", as_json=as_json)


@app.command(cls=Command)
def enable(name: UserName, data: Data = None, as_json: Json = False) -> None:
    """Switch a user on again."""
    with open_local(data) as local:
        user = find_user(local, name)
        changed = local.windrow.accounts.change_user(local.principal, user.id, active=True)
        _tell(changed, "is switched on", as_json=as_json)


@app.command("reset-password", cls=Command)
def reset_password(name: UserName, password_env: PasswordEnv = None, data: Data = None, as_json: Json = False) -> None:
    """Give a user a new one-time secret, or a password; all the user's sessions end."""
    with open_local(data) as local:
        user, password = find_user(local, name), _read_password(password_env)
        changed = local.windrow.accounts.reset_password(local.principal, user.id, password)
        _tell_secret(changed, "has a new password", as_json=as_json)


def find_user(local: Local, name: str) -> User:
    """The user of a name. Raises `NotFound`."""
    found = local.assembly.store.accounts.find_user(name) if is_user_name(name) else None
    if found is None:
        raise NotFound("user", name)
    return found[0]


def _users(local: Local) -> Iterator[User]:
    accounts, principal = local.windrow.accounts, local.principal
    return pages(lambda limit, cursor: accounts.list_users(principal, limit=limit, cursor=cursor))


def _read_password(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise BadInput.of("--password-env", f"the environment variable {variable} is not set")
    return os.environ[variable]


def _tell(user: User, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(user)
    else:
        print_line(f"{user.name} {what}.")


def _tell_secret(made: "NewUser", what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    print_line(f"{made.user.name} {what}.")
    if made.secret is not None:
        print_line("The one-time secret, to sign in once and set a password:")
        print_line(f"  {made.secret}", "bold")
