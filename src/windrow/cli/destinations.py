"""`windrow destinations …`: where reports are sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.addresses import Address, AddressEnv, need_address, read_address, tell_secret
from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.exits import Exit
from windrow.cli.local import open_local
from windrow.cli.options import All, Data, Json, Limit
from windrow.model.destinations import Destination

if TYPE_CHECKING:
    from windrow.core.destinations import MadeDestination

app = typer.Typer(help="Where reports are sent.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="DESTINATION", help="Number of the destination.")]

COLUMNS: list[Column[Destination]] = [
    Column("No.", lambda each: each.id),
    Column("Name", lambda each: each.name),
    Column("By", lambda each: each.channel),
    Column("To", lambda each: each.shown),
    Column("Sent", lambda each: each.sent_at or "never"),
    Column("Problem", lambda each: each.problem),
]


@app.command("list", cls=Command)
def list_destinations(limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False) -> None:
    """List where reports may be sent, and how the last sending went."""
    with open_local(data) as local:
        destinations, principal = local.windrow.destinations, local.principal
        found = pages(lambda most, cursor: destinations.page(principal, limit=most, cursor=cursor))
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What tasks call it in send_to.")],
    address: Address = None,
    address_env: AddressEnv = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a destination; prints what webhooks are signed with, this once."""
    with open_local(data, make=True) as local:
        given = need_address(address, address_env)
        _tell_made(local.windrow.destinations.create(local.principal, name, given), as_json=as_json)


@app.command(cls=Command)
def change(
    destination: Number,
    name: Annotated[str | None, typer.Option(help="What tasks call it from now on; those that name it follow.")] = None,
    address: Address = None,
    address_env: AddressEnv = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give a destination another address, or another name, which the tasks that name it follow."""
    with open_local(data) as local:
        given = read_address(address, address_env) if name is not None else need_address(address, address_env)
        changed = local.windrow.destinations.change(local.principal, destination, given, name=name)
        if as_json:
            print_json(changed)
        else:
            print_line(f"{changed.name} leads to {changed.shown}.")


@app.command("test", cls=Command)
def send_test(destination: Number, data: Data = None, as_json: Json = False) -> None:
    """Send a test message, and say whether it arrived; the exit code is 1 where it did not."""
    with open_local(data) as local:
        tried = local.windrow.destinations.test(local.principal, destination)
        if as_json:
            print_json(tried)
        else:
            print_line(tried.problem or f"It arrived at {tried.name}.")
    raise typer.Exit(Exit.FAILED if tried.problem else Exit.DONE)


@app.command(cls=Command)
def rotate(destination: Number, data: Data = None, as_json: Json = False) -> None:
    """Give a webhook a new signing secret; the old one is good for nothing from now on."""
    with open_local(data) as local:
        _tell_made(local.windrow.destinations.rotate(local.principal, destination), as_json=as_json)


@app.command(cls=Command)
def remove(destination: Number, data: Data = None, as_json: Json = False) -> None:
    """Remove a destination; reports of tasks that name it are kept, and not sent there."""
    with open_local(data) as local:
        local.windrow.destinations.delete(local.principal, destination)
        if as_json:
            print_json({"removed": destination})
        else:
            print_line(f"Destination {destination} is removed.")


def _tell_made(made: "MadeDestination", *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    told = made.destination
    print_line(f"Destination {told.id}, {told.name}, leads to {told.shown}.")
    tell_secret(made.signing_secret)
