"""`windrow hosts …`: how remote hosts behave, and when they may be asked."""

from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.answers import Column, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.local import open_local
from windrow.cli.options import Data, Json
from windrow.cli.windows import read_windows
from windrow.errors import BadInput
from windrow.model.windows import Hours

if TYPE_CHECKING:
    from windrow.core.hosts import HostView

app = typer.Typer(help="Remote hosts: how they behave, and when they may be asked.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(metavar="HOST", help="Its name, with a port or without: a name means all ports.")]

COLUMNS: list[Column["HostView"]] = [
    Column("Host", lambda view: view.state.host, folded=False),
    Column("Under way", lambda view: view.state.in_flight),
    Column("Failures", lambda view: view.state.failures),
    Column("Rests until", lambda view: view.closed_until or view.state.resting_until or view.state.quiet_until),
    Column("Only", lambda view: "; ".join(each.describe() for each in view.hours.windows)),
    Column("Not", lambda view: "; ".join(each.describe() for each in view.hours.blackouts)),
]


@app.command("list", cls=Command)
def list_hosts(data: Data = None, as_json: Json = False) -> None:
    """List the hosts that were asked lately, and those that may not be asked at any hour."""
    with open_local(data) as local:
        print_list(local.windrow.hosts.list(local.principal), COLUMNS, as_json=as_json)


@app.command(cls=Command)
def hours(
    host: Host,
    blackouts: Annotated[
        list[str] | None,
        typer.Option("--blackout", metavar="WINDOW", help="It is not asked then: 'Mon-Fri 08:00-18:00'; repeatable."),
    ] = None,
    windows: Annotated[
        list[str] | None,
        typer.Option("--window", metavar="WINDOW", help="It is asked only then: '22:00-06:00'; repeatable."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Whose wall clock counts in windows that name no zone.")] = "UTC",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say when a host may be asked, in place of what was said before. Runs that need it wait until then."""
    if not windows and not blackouts:
        raise BadInput.of("--blackout", "or --window is needed; 'windrow hosts release' has it asked at any hour")
    said = Hours(
        read_windows(windows, option="--window", zone=zone), read_windows(blackouts, option="--blackout", zone=zone)
    )
    with open_local(data) as local:
        view = local.windrow.hosts.set_hours(local.principal, host, said)
    if as_json:
        print_json(view)
    elif view.closed_until is None:
        print_line(f"{view.state.host} may be asked now.")
    else:
        print_line(f"{view.state.host} is left alone until {view.closed_until:%Y-%m-%d %H:%M} UTC.")


@app.command(cls=Command)
def release(host: Host, data: Data = None, as_json: Json = False) -> None:
    """Have a host be asked at any hour again."""
    with open_local(data) as local:
        local.windrow.hosts.remove_hours(local.principal, host)
    if as_json:
        print_json({"released": host})
    else:
        print_line(f"{host} may be asked at any hour.")
