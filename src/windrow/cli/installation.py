"""Commands that run an installation: up, worker, and the children that the supervisor starts."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from windrow.assembly import Assembly
from windrow.cli import processes
from windrow.cli.local import greet_first_admin
from windrow.cli.logs import configure_logs
from windrow.errors import BadInput, FieldProblem
from windrow.model.identity import new_id
from windrow.settings import Settings, describe_settings, load_settings

console = Console()

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder for database and files.", show_default="WINDROW_DATA")
]
Id = Annotated[str, typer.Option("--id", hidden=True)]

READY_WITHIN = 60.0


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(up)
    app.command()(worker)
    app.command()(settings)
    app.command(hidden=True)(api)
    app.command(hidden=True)(clock)


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    data: Data = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
) -> None:
    """Start Windrow on this machine: API, console, clock and workers, until Ctrl-C."""
    chosen = load_settings({"host": host, "port": port, "data": data, "workers": workers})
    configure_logs(chosen, "up")
    listener = _listen(chosen)
    assembly = Assembly(chosen)
    greet_first_admin(assembly, console)
    address = chosen.base_url or _address(listener)
    processes.supervise(chosen, listener, assembly, ready=lambda: _tell_when_ready(_address(listener), address))


def worker(
    queues: Annotated[str | None, typer.Option(help="Queues to serve, separated by commas.")] = None,
    slots: Annotated[int | None, typer.Option(help="Runs to carry at once.")] = None,
    data: Data = None,
    worker_id: Id = "",
) -> None:
    """Start one more worker on the same database, until Ctrl-C."""
    chosen = load_settings({"queues": queues, "slots": slots, "data": data})
    processes.run_worker(chosen, worker_id=worker_id or new_id())


def api(worker_id: Id = "", fd: Annotated[int | None, typer.Option(hidden=True)] = None, data: Data = None) -> None:
    """Start the API alone; `windrow up` starts it with the rest."""
    processes.run_api(load_settings({"data": data}), worker_id=worker_id or new_id(), listener=fd)


def clock(worker_id: Id = "", data: Data = None) -> None:
    """Start a clock alone; `windrow up` starts one with the rest."""
    processes.run_clock(load_settings({"data": data}), worker_id=worker_id or new_id())


def settings(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False, data: Data = None
) -> None:
    """List every setting: its variable, its value, where that comes from, and what it means."""
    lines = describe_settings(load_settings({"data": data}))
    if as_json:
        print(json.dumps([{name: getattr(line, name) for name in line.__slots__} for line in lines]))  # noqa: T201
        return
    table = Table("Setting", "Value", "From", "Meaning")
    for line in lines:
        table.add_row(line.variable, line.value, line.origin, line.meaning)
    console.print(table)


def _listen(chosen: Settings) -> socket.socket:
    # Opened here and handed down: connections wait in it while the API process is started again.
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((chosen.host, chosen.port))
    except OSError as error:
        told = f"cannot listen on {chosen.host} port {chosen.port}: {error.strerror}; choose another with --port"
        raise BadInput([FieldProblem("port", told)]) from error
    listener.listen(1024)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - listening on all; this machine is one of them
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _tell_when_ready(local: str, public: str) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{local}/readyz", timeout=5):  # noqa: S310 - our own address
                console.print(f"Windrow is ready: [bold]{public}[/bold]  (Ctrl-C stops it)", highlight=False)
                console.file.flush()
                return
        except (urllib.error.URLError, OSError):
            threading.Event().wait(0.1)
    console.print("Windrow does not answer yet; see the log above.", style="red")
