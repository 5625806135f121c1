"""`make demo`: starts Windrow and the remotes, harvests them with live progress, shows what was found."""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.remotes import Remote, start_remotes
from windrow.client import ApiError, Client, Unreachable
from windrow.wire.runs import Run

ROOT = Path(__file__).resolve().parents[1]
PORT = 8750
READY_WITHIN = 60.0

console = Console()


def main() -> int:
    """The demonstration; 0 when every record arrived."""
    given = _arguments()
    folder = ROOT / ".cache" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    console.rule("[bold]Windrow[/bold]: a catalogue harvested end to end")
    password = secrets.token_urlsafe(12)
    console.print(f"Starting the catalogues to harvest, with {given.records:,} made records beside the real ones ...")
    with (
        start_remotes(folder, made=given.records, items=given.items) as remotes,
        start_windrow(folder / "data", password, given.port) as (address, process),
        Client(address, basic=("demo", password)) as windrow,
    ):
        ended = harvest(windrow, remotes)
        complete = tell(windrow, remotes, ended)
        if not given.once:
            invite(address, password)
            wait_for_the_end(process)
    console.print("[green]Done.[/green]" if complete else "[red]Not every record arrived.[/red]")
    return 0 if complete else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the harvest instead of leaving the console open")
    parser.add_argument("--records", type=int, default=3000, help="generated metadata records (default: 3000)")
    parser.add_argument("--items", type=int, default=400, help="generated STAC items (default: 400)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port of the console (default: {PORT}, else any free)")
    return parser.parse_args()


@contextmanager
def start_windrow(data: Path, password: str, port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Starts `windrow up` as a user would; gives its address. What it has to say goes to a log file."""
    port = port if _is_free(port) else _any_free_port()
    data.mkdir(parents=True)
    environment = {
        **os.environ,
        "WINDROW_ADMIN_USERNAME": "demo",
        "WINDROW_ADMIN_PASSWORD": password,
        "WINDROW_OUTGOING_ALLOW": "127.0.0.0/8",
        "WINDROW_BEAT_SECONDS": "1",
    }
    command = [sys.executable, "-m", "windrow.cli", "up", "--port", str(port), "--data", str(data)]
    with (data / "windrow.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, password, process, data / "windrow.log")
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_until_ready(address: str, password: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    with (
        console.status("Starting Windrow (SQLite, no servers to install) ..."),
        Client(address, basic=("demo", password)) as client,
    ):
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                client.accounts.me()
            except (Unreachable, ApiError):
                time.sleep(0.1)
            else:
                return
    raise SystemExit(f"Windrow did not start; its log says:\n{log.read_text()[-4000:]}")


def harvest(windrow: Client, remotes: Sequence[Remote]) -> list[Run]:
    """Registers every remote by its URL alone, and harvests all at once with live progress."""
    started = []
    for remote in remotes:
        (found, *_) = windrow.sources.detect(remote.url)
        kinds = {kind.name: kind.title for kind in windrow.sources.kinds()}
        console.print(f"{remote.url} speaks [bold]{kinds[found.kind]}[/bold]")
        source = windrow.sources.create(
            name=remote.name,
            kind=found.kind,
            url=found.url,
            settings=dict(found.settings),
            visibility="public",
            schedule={"trigger": {"every_seconds": 3600}},
            policies={"requests_per_second": 100},
        )
        started.append(windrow.sources.harvest(source.id))
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    ended: dict[str, Run] = {}
    with Progress(*columns, console=console) as progress:
        threads = [
            threading.Thread(target=_follow, args=(windrow, run, progress, remote.name, ended), daemon=True)
            for run, remote in zip(started, remotes, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return [ended[run.id] for run in started]


def _follow(windrow: Client, run: Run, progress: Progress, name: str, ended: dict[str, Run]) -> None:
    bar = progress.add_task(name, total=None, rate="", state="")
    for event in windrow.runs.follow(run.id):
        if isinstance(event, Run):
            rate = f"{event.rate:,.0f}/s" if event.rate else ""
            done = event.progress
            progress.update(bar, total=done.total, completed=done.done, rate=rate, state=event.state)
    ended[run.id] = windrow.runs.wait(run.id, timeout=60)
    progress.update(bar, state=ended[run.id].state)


def tell(windrow: Client, remotes: Sequence[Remote], ended: Sequence[Run]) -> bool:
    """Prints what was found; whether all of it arrived."""
    table = Table("Source", "Announced", "In the catalogue", "Run", "Seconds", title="What was harvested")
    complete = True
    for source, remote, run in zip(windrow.sources.list(), remotes, ended, strict=True):
        arrived = windrow.records.count(source=source.id)
        whole = run.state == "succeeded" and arrived == remote.records
        complete = complete and whole
        seconds = (run.ended_at - run.started_at).total_seconds() if run.started_at and run.ended_at else 0.0
        mark = "[green]✓[/green]" if whole else "[red]✗[/red]"
        table.add_row(source.name, f"{remote.records:,}", f"{mark} {arrived:,}", run.state, f"{seconds:.1f}")
    console.print(table)
    words: Counter[str] = Counter()
    example = None
    for record in windrow.records.search(q="water", sort="relevance", limit=100):
        words.update(record.keywords)
        example = example or record
    if example is not None:
        console.print(f"A search for [bold]water[/bold] finds {windrow.records.count(q='water'):,}, first of all:")
        console.print(f"  [bold]{example.title}[/bold]  [dim]{example.source_name}, {example.type}[/dim]")
        console.print(f"  [dim]{example.abstract[:180]}[/dim]")
    for run in ended:
        if run.error:
            console.print(f"[red]{run.name}: {run.error}[/red]")
    return complete


def invite(address: str, password: str) -> None:
    """Says where the console is."""
    console.rule()
    console.print(f"The console: [bold]{address}[/bold]   user [bold]demo[/bold], password [bold]{password}[/bold]")
    console.print(f"OGC API Records: {address}/catalogue   STAC: {address}/stac   API: {address}/api/v1/openapi.json")
    console.print("[dim]Ctrl-C ends the demonstration.[/dim]")


def wait_for_the_end(process: subprocess.Popen[bytes]) -> None:
    """Returns at Ctrl-C, or when Windrow has ended."""
    try:
        process.wait()
    except KeyboardInterrupt:
        console.print("Stopping ...")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
