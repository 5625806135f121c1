"""`windrow workers …`: the living processes, what they do, and how to send one home."""

from typing import Annotated

import typer

from windrow.cli.answers import Column, print_json, print_line, print_list, size
from windrow.cli.commands import Command
from windrow.cli.local import open_local
from windrow.cli.options import Data, Json
from windrow.model.workers import Carried, Worker

app = typer.Typer(help="The living processes, and what they do.", no_args_is_help=True)

COLUMNS: list[Column[Worker]] = [
    Column("ID", lambda worker: worker.id, folded=False),
    Column("Role", lambda worker: worker.role),
    Column("Host", lambda worker: worker.host),
    Column("Process", lambda worker: str(worker.pid)),
    Column("Engine", lambda worker: worker.engine),
    Column("Slots", lambda worker: worker.slots or ""),
    Column("Queues", lambda worker: worker.queues),
    Column("Memory", lambda worker: size(worker.memory)),
    Column("Since", lambda worker: worker.started_at),
    Column("Last sign of life", lambda worker: worker.seen_at),
    Column("Going", lambda worker: "stopping" if worker.stopping else "draining" if worker.draining else ""),
]
CARRIED_COLUMNS: list[Column[tuple[str, str, Carried]]] = [
    Column("Worker", lambda row: row[0] or "any", folded=False),
    Column("Stands", lambda row: row[1]),
    Column("Run", lambda row: row[2].run_id, folded=False),
    Column("Name", lambda row: row[2].name),
    Column("Queue", lambda row: row[2].queue),
    Column("Since", lambda row: row[2].since),
]


@app.command("list", cls=Command)
def list_workers(data: Data = None, as_json: Json = False) -> None:
    """List the processes that carry runs, turn the clock and answer requests."""
    with open_local(data) as local:
        print_list(local.windrow.runs.workers(local.principal), COLUMNS, as_json=as_json)


@app.command(cls=Command)
def inspect(data: Data = None, as_json: Json = False) -> None:
    """Show what each worker does (active), what waits for a worker (reserved) and for its time (scheduled)."""
    with open_local(data) as local:
        found = local.windrow.runs.inspect(local.principal)
    if as_json:
        print_json(found)
        return
    stands = {"active": found.active, "reserved": found.reserved, "scheduled": found.scheduled}
    rows = [
        (worker, word, each) for word, held in stands.items() for worker, carried in held.items() for each in carried
    ]
    print_list(rows, CARRIED_COLUMNS, as_json=False)


@app.command(cls=Command)
def drain(
    worker: Annotated[str, typer.Argument(metavar="WORKER", help="Id of the process.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask a process to finish what it has and go. Those of windrow up are started again."""
    with open_local(data) as local:
        local.windrow.runs.drain(local.principal, worker)
        if as_json:
            print_json({"draining": worker})
        else:
            print_line(f"Worker {worker} takes nothing more, and ends.")


@app.command(cls=Command)
def stop(
    worker: Annotated[str, typer.Argument(metavar="WORKER", help="Id of the process.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask a process to give what it has to others and go. Those of windrow up are started again."""
    with open_local(data) as local:
        local.windrow.runs.stop(local.principal, worker)
        if as_json:
            print_json({"stopping": worker})
        else:
            print_line(f"Worker {worker} gives back what it has, and ends.")
