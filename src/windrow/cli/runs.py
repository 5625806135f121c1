"""`windrow runs …`: look, follow, read the log, stop, delete, and fetch what a run made."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.text import Text

from windrow.cli.answers import (
    STYLES,
    Column,
    cell,
    pages,
    print_details,
    print_json,
    print_line,
    print_list,
    size,
    tell,
    terminal,
)
from windrow.cli.commands import Command
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.harvest import seconds_of
from windrow.cli.local import Local, open_local
from windrow.cli.options import All, Data, Detach, Json, Limit, Yes, confirm
from windrow.cli.steps import step_columns
from windrow.errors import BadInput, NotFound
from windrow.model.runs import Level, LogEntry, Output, Part, PartState, Run, RunState

app = typer.Typer(help="Executions of tasks: look, follow, stop.", no_args_is_help=True)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, or last for the newest.")]
States = Annotated[list[RunState] | None, typer.Option("--state", help="Only those; may be repeated.")]

COLUMNS: list[Column[Run]] = [
    Column("ID", lambda run: run.id, folded=False),
    Column("Name", lambda run: run.name),
    Column("State", lambda run: run.state),
    Column("Began", lambda run: run.started_at),
    Column("Took", lambda run: None if seconds_of(run) is None else f"{seconds_of(run)} s"),
    Column("Done", lambda run: run.progress.done),
    Column("Counts", lambda run: dict(run.progress.counts)),
    Column("Error", lambda run: run.error[:100]),
]
PART_COLUMNS: list[Column[Part]] = [
    Column("ID", lambda part: str(part.id)),
    Column("Key", lambda part: orjson.dumps(dict(part.key)).decode()),
    Column("State", lambda part: part.state),
    Column("Attempts", lambda part: part.attempts),
    Column("Counts", lambda part: dict(part.counts)),
    Column("Error", lambda part: part.error),
]
OUTPUT_COLUMNS: list[Column[Output]] = [
    Column("Name", lambda output: output.name),
    Column("Type", lambda output: output.media_type),
    Column("Size", lambda output: size(output.size)),
    Column("Made", lambda output: output.created_at),
    Column("SHA-256", lambda output: output.digest, folded=False),
]


@app.command("list", cls=Command)
def list_runs(
    states: States = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: harvest, source_diff.")] = None,
    task: Annotated[str | None, typer.Option(help="Only of the task with this id.")] = None,
    source: Annotated[int | None, typer.Option(help="Only harvests of the source with this number.")] = None,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    if task is not None and source is not None:
        raise BadInput.of("--task", "cannot go with --source: a source has one task")
    with open_local(data) as local:
        task = task if source is None else local.windrow.sources.get(local.principal, source).task_id
        runs, principal, chosen = local.windrow.runs, local.principal, frozenset(states) if states else None
        found = pages(
            lambda most, cursor: runs.page(principal, states=chosen, task_id=task, kind=kind, limit=most, cursor=cursor)
        )
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def show(run_id: RunId, data: Data = None, as_json: Json = False) -> None:
    """Show a run: state, progress, counts, result, error."""
    with open_local(data) as local:
        run = find_run(local, run_id)
        if as_json:
            print_json(run)
            return
        remaining = run.remaining(local.now)
    total = "?" if run.progress.total is None else f"{run.progress.total:,}"
    print_details(
        {
            "run": run.id,
            "name": run.name,
            "kind": run.kind,
            "task": run.task_id,
            "state": run.state,
            "cause": run.cause,
            "progress": f"{run.progress.done:,} of {total}",
            "left": remaining,
            "counts": cell(dict(run.progress.counts)),
            "message": run.progress.message,
            "error": run.error,
            "waits for": run.blocked_by,
            "queue": run.queue,
            "priority": run.priority or None,
            "attempt": run.attempt,
            "due": run.due,
            "again": run.rerun_of,
            "created": run.created_at,
            "began": run.started_at,
            "ended": run.ended_at,
            "took": seconds_of(run) is not None and f"{seconds_of(run)} s",
            "parameters": orjson.dumps(dict(run.parameters)).decode(),
            "result": orjson.dumps(dict(run.result)).decode() if run.result else "",
        }
    )


@app.command(cls=Command)
def log(
    run_id: RunId,
    level: Annotated[Level, typer.Option(help="Only entries at least this serious.")] = Level.DEBUG,
    newest_first: Annotated[bool, typer.Option("--newest-first", help="The newest entries first.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends; JSON in lines.")] = False,
    limit: Limit = 1000,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show a run's log."""
    with open_local(data) as local:
        run = find_run(local, run_id)
        if follow:
            _follow_log(local, run, level, as_json=as_json)
            return
        runs, principal = local.windrow.runs, local.principal
        entries = pages(
            lambda most, cursor: runs.log(
                principal, run.id, least=level.value, newest_first=newest_first, limit=most, cursor=cursor
            )
        )
        if as_json:
            print_list(entries, [], as_json=True, limit=None if every else limit)
        else:
            _print_entries(entries, None if every else limit)


@app.command(cls=Command)
def follow(run_id: RunId, data: Data = None, as_json: Json = False) -> None:
    """Show a run's progress until it ends. Ctrl-C leaves it running."""
    with open_local(data) as local:
        run = find_run(local, run_id)
        if not run.state.is_terminal and not local.has_workers:
            tell("No worker is alive to do it: start one with windrow up.", "yellow")
        (ended,) = follow_runs(local, [run], watch=True)
        if as_json:
            print_json(ended)
    raise typer.Exit(code_of_state(ended.state))


@app.command(cls=Command)
def cancel(run_id: RunId, data: Data = None, as_json: Json = False) -> None:
    """Stop a run; it does within seconds. One that has ended stays as it is."""
    with open_local(data) as local:
        run = local.windrow.runs.cancel(local.principal, find_run(local, run_id).id)
        if as_json:
            print_json(run)
        else:
            print_line(f"Run {run.id} is {run.state.value}.")


@app.command(cls=Command)
def rerun(
    run_id: RunId,
    from_failed: Annotated[
        bool, typer.Option("--from-failed", help="Of a pipeline: keep what was done, begin at what failed.")
    ] = False,
    begin_at: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="STEP", help="Of a pipeline: begin at this step too; may be repeated."),
    ] = None,
    detach: Detach = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run an ended run again, with the parameters and the nominal time that it had."""
    with open_local(data) as local:
        repeating, principal, ended_id = local.windrow.repeating, local.principal, find_run(local, run_id).id
        if from_failed or begin_at:
            run = repeating.resume(principal, ended_id, steps=begin_at or ())
        else:
            run = repeating.rerun(principal, ended_id)
        if detach:
            start_detached(local, run, as_json=as_json)
            return
        (ended,) = follow_runs(local, [run])
        if as_json:
            print_json(ended)
        else:
            print_line(f"{ended.name}: {ended.state.value}. {ended.progress.message} {ended.error}".rstrip())
    raise typer.Exit(code_of_state(ended.state))


@app.command(cls=Command)
def parts(
    run_id: RunId,
    states: Annotated[list[PartState] | None, typer.Option("--state", help="Only those; may be repeated.")] = None,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the parts of a run that are done, retried and counted alone."""
    with open_local(data) as local:
        runs, principal, run = local.windrow.runs, local.principal, find_run(local, run_id)
        chosen = frozenset(states) if states else None
        found = pages(lambda most, cursor: runs.parts(principal, run.id, states=chosen, limit=most, cursor=cursor))
        print_list(found, PART_COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def steps(run_id: RunId, data: Data = None, as_json: Json = False) -> None:
    """List the steps of a run that begins others and waits for them, such as a pipeline."""
    with open_local(data) as local:
        found = local.windrow.steps.of(local.principal, find_run(local, run_id).id)
        print_list(found, step_columns(local.now), as_json=as_json)


@app.command(cls=Command)
def outputs(run_id: RunId, data: Data = None, as_json: Json = False) -> None:
    """List the files that a run made."""
    with open_local(data) as local:
        found = local.windrow.runs.outputs(local.principal, find_run(local, run_id).id)
        print_list(found, OUTPUT_COLUMNS, as_json=as_json)


@app.command(cls=Command)
def download(
    run_id: RunId,
    name: Annotated[str, typer.Argument(help="Name of the file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to put it; - is standard output.")
    ] = None,
    data: Data = None,
) -> None:
    """Fetch a file that a run made."""
    target = output or Path(Path(name).name)
    with open_local(data) as local:
        run = find_run(local, run_id)
        with local.windrow.runs.open_output(local.principal, run.id, name) as (found, file):
            if str(target) == "-":
                shutil.copyfileobj(file, sys.stdout.buffer)
                return
            with target.open("wb") as copy:
                shutil.copyfileobj(file, copy)
    tell(f"{target}: {size(found.size)}")


@app.command(cls=Command)
def delete(run_id: RunId, yes: Yes = False, data: Data = None, as_json: Json = False) -> None:
    """Delete an ended run with its log and files."""
    with open_local(data) as local:
        run = find_run(local, run_id)
        confirm(f"Delete run {run.id} ({run.name}, {run.state.value})?", yes=yes)
        local.windrow.runs.delete(local.principal, run.id)
        if as_json:
            print_json({"deleted": run.id})
        else:
            print_line(f"Deleted run {run.id}.")


def find_run(local: Local, run_id: str) -> Run:
    """The run of an id, or the newest. Raises `NotFound`."""
    if run_id != "last":
        return local.windrow.runs.get(local.principal, run_id)
    newest = local.windrow.runs.page(local.principal, limit=1).items
    if not newest:
        raise NotFound("run in", local.assembly.settings.data)
    return newest[0]


def _follow_log(local: Local, run: Run, level: Level, *, as_json: bool) -> None:
    from windrow.core.following import follow as follow_run

    store, least = local.assembly.store, list(Level).index(level)
    for event in follow_run(store, run.id, store.changes):
        for entry in event.entries if event is not None else ():
            if list(Level).index(entry.level) < least:
                continue
            if as_json:
                print_json(entry)
            else:
                _print_entry(entry)


def _print_entries(entries: Iterator[LogEntry], limit: int | None) -> None:
    for number, entry in enumerate(entries):
        if number == limit:
            tell("There are more: --all shows them.", "dim")
            return
        _print_entry(entry)


def _print_entry(entry: LogEntry) -> None:
    at = entry.at.strftime("%H:%M:%S.%f")[:-3]
    part = f"{entry.part}: " if entry.part else ""
    data = f" {orjson.dumps(dict(entry.data)).decode()}" if entry.data else ""
    level = entry.level.value
    line = Text.assemble(
        (at, "dim"), " ", (f"{level:7}", STYLES.get(level, "")), f" {part}{entry.message}", (data, "dim")
    )
    terminal().print(line, soft_wrap=True)
