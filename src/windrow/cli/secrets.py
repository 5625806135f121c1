"""`windrow secrets …`: what sequences may send and nobody may read."""

import sys
from typing import Annotated

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.local import open_local
from windrow.cli.options import All, Data, Json, Limit, Yes, confirm
from windrow.model.named_secrets import NamedSecret

app = typer.Typer(help="Secrets that sequences name, and that nobody can read.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What documents call it: {{ secret.NAME }}.")]

COLUMNS: list[Column[NamedSecret]] = [
    Column("Name", lambda secret: secret.name, folded=False),
    Column("Hosts", lambda secret: ", ".join(secret.hosts)),
    Column("Changed", lambda secret: secret.changed_at),
]


@app.command("list", cls=Command)
def list_secrets(limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False) -> None:
    """List secrets by name, without their values."""
    with open_local(data) as local:
        secrets, principal = local.windrow.named_secrets, local.principal
        found = pages(lambda most, cursor: secrets.page(principal, limit=most, cursor=cursor))
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command("set", cls=Command)
def set_secret(
    name: Name,
    hosts: Annotated[
        list[str],
        typer.Option("--host", metavar="HOST", help="A server that may see it, or host:port; may be given again."),
    ],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Set a secret, or give it another value and other hosts. The value is asked for, or read from standard input."""
    value = _ask(name)
    with open_local(data, make=True) as local:
        secret = local.windrow.named_secrets.put(local.principal, name, value, hosts)
        if as_json:
            print_json(secret)
        else:
            print_line(f"Set {secret.name}, for {', '.join(secret.hosts)}.")


@app.command(cls=Command)
def delete(name: Name, yes: Yes = False, data: Data = None, as_json: Json = False) -> None:
    """Delete a secret. Sequences that name it fail from then on, and say so."""
    with open_local(data) as local:
        secret = local.windrow.named_secrets.get(local.principal, name)
        confirm(f"Delete {secret.name}?", yes=yes)
        local.windrow.named_secrets.delete(local.principal, secret.name)
        if as_json:
            print_json({"deleted": secret.name})
        else:
            print_line(f"Deleted {secret.name}.")


def _ask(name: str) -> str:
    """The value: a command line can be read by everybody on the machine, so it is no argument."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Value of {name}", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")
