"""Commands that run an installation: up, worker, settings, and the children that the supervisor starts."""

import errno
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from windrow.cli.answers import Column, print_json, print_list, tell
from windrow.cli.commands import Command
from windrow.cli.drafting import split_pairs
from windrow.cli.options import Data, Json
from windrow.errors import BadInput
from windrow.model.identity import new_id

if TYPE_CHECKING:
    from windrow.settings import SettingLine, Settings

Id = Annotated[str, typer.Option("--id", hidden=True)]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any setting that windrow settings lists; may be repeated."),
]
Tls = Annotated[
    bool, typer.Option("--tls", help="Speak HTTPS; without a certificate of yours, with one made in the data folder.")
]
LogLevel = Annotated[str | None, typer.Option(help="Least level that is logged: debug, info, warning, error.")]

READY_WITHIN = 60.0

COLUMNS: list[Column["SettingLine"]] = [
    Column("Setting", lambda line: line.variable),
    Column("Value", lambda line: line.value),
    Column("From", lambda line: line.origin),
    Column("Meaning", lambda line: line.meaning),
]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command(cls=Command)(up)
    app.command(cls=Command)(worker)
    app.command(cls=Command)(settings)
    app.command(cls=Command)(api)
    app.command(cls=Command)(clock)


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes to start.")] = None,
    tls: Tls = False,
    log_level: LogLevel = None,
    others: Set = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Start Windrow on this machine: API, console, clock and workers, until Ctrl-C."""
    from windrow.assembly import Assembly
    from windrow.cli.local import greet_first_admin
    from windrow.processes.certificates import speaks_https
    from windrow.processes.logs import configure_logs
    from windrow.processes.up import supervise

    flags = {"host": host, "port": port, "data": data, "workers": workers, "log_level": log_level}
    flags["tls"] = tls or None
    chosen = _load({**_read_others(others), **flags})
    configure_logs(chosen, "up")
    listener = _listen(chosen)
    assembly = Assembly(chosen)
    greet_first_admin(assembly, Console(stderr=as_json))
    local = _address(listener, "https" if speaks_https(chosen) else "http")
    public = chosen.base_url or local
    supervise(chosen, listener, assembly, ready=lambda: _tell_when_ready(local, public, as_json=as_json))


def worker(
    queues: Annotated[str | None, typer.Option(help="Queues to serve, separated by commas.")] = None,
    slots: Annotated[int | None, typer.Option(help="Runs to carry at once.")] = None,
    log_level: LogLevel = None,
    others: Set = None,
    data: Data = None,
    worker_id: Id = "",
) -> None:
    """Start one more worker on the same database, until Ctrl-C."""
    flags = {"queues": queues, "slots": slots, "data": data, "log_level": log_level}
    chosen = _load({**_read_others(others), **flags})
    if chosen.engine == "celery":
        from windrow.processes.celery_worker import run_celery_worker as run
    else:
        from windrow.processes.worker import run_worker as run
    run(chosen, worker_id=worker_id or new_id())


def api(
    worker_id: Id = "",
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
    tls: Tls = False,
    data: Data = None,
) -> None:
    """Start the API alone; `windrow up` starts it with the rest."""
    from windrow.cli.local import greet_first_admin
    from windrow.processes.api import run_api

    alone = fd is None
    prepare = partial(greet_first_admin, console=Console(stderr=True)) if alone else None
    run_api(_load({"data": data, "tls": tls or None}), worker_id=worker_id or new_id(), listener=fd, prepare=prepare)


def clock(worker_id: Id = "", data: Data = None) -> None:
    """Start a clock alone; `windrow up` starts one with the rest."""
    from windrow.processes.clock import run_clock

    run_clock(_load({"data": data}), worker_id=worker_id or new_id())


def settings(data: Data = None, as_json: Json = False) -> None:
    """List every setting: its variable, its value, where that comes from, and what it means."""
    from windrow.settings import describe_settings

    lines = describe_settings(_load({"data": data}))
    if as_json:
        print_json([{name: getattr(line, name) for name in line.__slots__} for line in lines])
    else:
        print_list(lines, COLUMNS, as_json=False)


def _load(flags: dict[str, object]) -> "Settings":
    from windrow.settings import load_settings

    return load_settings(flags)


def _read_others(pairs: list[str] | None) -> dict[str, object]:
    given = dict(split_pairs(pairs, option="--set"))
    for name in ("admin_password", "secret_key"):
        if name in given:
            variable = f"WINDROW_{name.upper()}"
            told = f"is a secret that others on this machine could see: set {variable} or {variable}_FILE instead"
            raise BadInput.of(f"--set {name}", told)
    return dict(given)


def _listen(chosen: "Settings") -> socket.socket:
    # Opened here and handed down: connections wait in it while the API process is started again.
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it. asyncio sets it only where it opened the socket itself; without it every answer waits 40
    # milliseconds between its head and its body.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((chosen.host, chosen.port))
    except OSError as error:
        listener.close()
        at_fault = "port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "host"
        told = f"cannot listen on {chosen.host} port {chosen.port}: {error.strerror}; choose another"
        raise BadInput.of(at_fault, told) from error
    listener.listen(1024)
    return listener


def _address(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - listening on all; this machine is one of them
        host = "localhost"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _tell_when_ready(local: str, public: str, *, as_json: bool) -> None:
    end = time.monotonic() + READY_WITHIN
    own = ssl.create_default_context()
    own.check_hostname, own.verify_mode = False, ssl.CERT_NONE  # our own socket, whatever name its certificate has
    told = False
    while True:  # for as long as this process lives
        try:
            with urllib.request.urlopen(f"{local}/readyz", timeout=5, context=own):  # noqa: S310 - our own address
                if as_json:
                    print_json({"address": public})
                else:
                    console = Console()
                    console.print(f"Windrow is ready: [bold]{public}[/bold]  (Ctrl-C stops it)", highlight=False)
                    console.file.flush()
                return
        except (urllib.error.URLError, OSError):
            threading.Event().wait(0.1)
        if not told and time.monotonic() > end:
            tell("Windrow does not answer yet; see the log above.", "red")
            told = True
