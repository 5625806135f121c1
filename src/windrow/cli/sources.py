"""`windrow sources …`: look, register, try out, change, compare, harvest, delete."""

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from windrow.cli import copies, editing, looking_after, resources
from windrow.cli.answers import Column, cell, pages, print_details, print_json, print_line, print_list, tell
from windrow.cli.commands import Command, spread
from windrow.cli.drafting import SourceOptions, complete_kinds, draft_change, draft_new
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.harvest import detect, find_source, harvest_source, register, seconds_of
from windrow.cli.kinds import show_kinds, show_settings, text_column
from windrow.cli.local import Local, open_local
from windrow.cli.looking_after import told_availability, told_schedule
from windrow.cli.options import All, Data, Detach, Json, Limit, Retired, Source, Yes, confirm
from windrow.model.records import Record
from windrow.model.runs import Run, RunState

if TYPE_CHECKING:
    from windrow.core.harvesting.previewing import Preview
    from windrow.core.source_drafts import SourceView

app = typer.Typer(help="Remote places to harvest: register, try out, change, harvest.", no_args_is_help=True)

NewUrl = Annotated[str | None, typer.Option("--url", help="Another address.")]
NoCredential = Annotated[bool, typer.Option("--no-credential", help="Forget its password or token.")]

COLUMNS: list[Column["SourceView"]] = [
    Column("ID", lambda view: str(view.source.id)),
    Column("Name", lambda view: view.source.name),
    Column("Kind", lambda view: view.source.kind),
    Column("Health", lambda view: view.source.health),
    Column("Records", lambda view: view.source.resources),
    Column("Last harvest", lambda view: view.last_run and (view.last_run.ended_at or view.last_run.state)),
    Column("Next", lambda view: view.task.schedule and view.task.schedule.next_due),
]


@app.command("list", cls=Command)
def list_sources(
    limit: Limit = 50, every: All = False, retired: Retired = False, data: Data = None, as_json: Json = False
) -> None:
    """List sources with their health, in the order they were made."""
    with open_local(data) as local:
        sources, principal = local.windrow.sources, local.principal
        views = pages(
            lambda most, cursor: sources.page(principal, limit=most, cursor=cursor, retired_ones=retired), at_once=200
        )
        print_list(views, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def show(source: Source, data: Data = None, as_json: Json = False) -> None:
    """Show a source: settings, policies, health, schedule, last run."""
    with open_local(data) as local:
        view = local.windrow.sources.view(local.principal, source)
        show_source(view, as_json=as_json)


@app.command(cls=Command)
def kinds(
    kind: Annotated[str | None, typer.Argument(help="Show this one's settings.", autocompletion=complete_kinds)] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the kinds of source that can be harvested here, or the settings of one."""
    with open_local(data, make=True) as local:
        known = local.windrow.kinds
        if kind is None:
            show_kinds(known.sources, as_json=as_json)
        else:
            show_settings(known.source(kind), as_json=as_json)


@app.command(cls=Command)
@spread
def add(
    url: Annotated[str, typer.Argument(help="Where it answers; its kind is found out.")],
    options: SourceOptions,
    preview: Annotated[
        bool, typer.Option("--preview/--no-preview", help="Ask the remote for its first records before.")
    ] = True,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Register a source, after a look at its first records. `windrow harvest URL` registers and harvests at once."""
    with open_local(data, make=True) as local:
        found = detect(local, url, options)
        if preview:
            first = local.windrow.sources.preview(local.principal, draft_new(local, found, options))
            if not as_json:
                show_preview(first)
        namesake = find_source(local, found.url)
        if namesake is not None:
            tell(f"Source {namesake.source.id}, {namesake.source.name}, has this address too.", "yellow")
        view = register(local, found, options)
        if as_json:
            print_json(view)
        else:
            print_line(f"windrow sources harvest {view.source.id} harvests it.")


@app.command("preview", cls=Command)
@spread
def preview_source(
    what: Annotated[str, typer.Argument(metavar="URL|SOURCE", help="An address, or the number of a source.")],
    options: SourceOptions,
    url: NewUrl = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the first records of a source, new or changed by the options, and what would change. Writes nothing."""
    with open_local(data, make=not what.isdecimal()) as local:
        sources, principal = local.windrow.sources, local.principal
        if what.isdecimal():
            view = sources.view(principal, int(what))
            draft = draft_change(local, view, options, url=url, drop_credential=False)
            found = sources.preview(principal, draft, source_id=view.source.id)
        else:
            found = sources.preview(principal, draft_new(local, detect(local, what, options), options))
        if as_json:
            print_json(found)
        else:
            show_preview(found)


@app.command(cls=Command)
@spread
def change(
    source: Source,
    options: SourceOptions,
    url: NewUrl = None,
    no_credential: NoCredential = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change a source; what no option names stays. A harvest under way goes on as it began."""
    with open_local(data) as local:
        view = local.windrow.sources.view(local.principal, source)
        draft = draft_change(local, view, options, url=url, drop_credential=no_credential)
        show_source(local.windrow.sources.change(local.principal, source, draft), as_json=as_json)


@app.command(cls=Command)
@spread
def diff(
    source: Source,
    options: SourceOptions,
    url: NewUrl = None,
    lines: Annotated[int, typer.Option(min=0, help="How many differences to list.")] = 20,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Find out what a change would add, change and remove, over the whole source. Writes nothing."""
    with open_local(data) as local:
        view = local.windrow.sources.view(local.principal, source)
        draft = draft_change(local, view, options, url=url, drop_credential=False)
        run = local.windrow.sources.diff(local.principal, source, draft)
        (ended,) = follow_runs(local, [run])
        differences = _differences(local, ended, lines)
        if as_json:
            print_json({"run": ended, "counts": dict(ended.result.get("counts", {})), "changes": differences})
        else:
            _show_differences(ended, differences)
    raise typer.Exit(code_of_state(ended.state))


@app.command("harvest", cls=Command)
def harvest_again(
    source: Source,
    only: Annotated[
        list[int] | None, typer.Option(metavar="RESOURCE", help="Take this resource and no others; may be repeated.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Look at everything, not only at what changed.")] = False,
    detach: Detach = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Harvest a source now, with progress."""
    with open_local(data) as local:
        view = local.windrow.sources.view(local.principal, source)
        if detach:
            run = local.windrow.sources.harvest(local.principal, source, full=full, only=only)
            start_detached(local, run, as_json=as_json)
            return
        ended = harvest_source(local, view, full=full, only=only, as_json=as_json)
    raise typer.Exit(code_of_state(ended.state))


looking_after.add_to(app)
app.command(cls=Command)(editing.edits)
copies.add_to_sources(app)


@app.command(cls=Command)
def cancel(source: Source, data: Data = None, as_json: Json = False) -> None:
    """Stop the harvest of a source that is under way."""
    with open_local(data) as local:
        run = local.windrow.sources.cancel(local.principal, source)
        if as_json:
            print_json(run)
        elif run is None:
            print_line(f"Source {source} is not being harvested.")
        else:
            print_line(f"Run {run.id} is {run.state.value}.")


@app.command(cls=Command)
def delete(source: Source, yes: Yes = False, data: Data = None, as_json: Json = False) -> None:
    """Delete a source with all its records and runs."""
    with open_local(data) as local:
        found = local.windrow.sources.get(local.principal, source)
        confirm(f"Delete {found.name} with its {found.resources:,} records?", yes=yes)
        local.windrow.sources.delete(local.principal, source)
        if as_json:
            print_json({"deleted": source})
        else:
            print_line(f"Deleted {found.name}.")


@app.command(cls=Command)
def retire(source: Source, data: Data = None, as_json: Json = False) -> None:
    """Harvest a source no more, and keep its records."""
    with open_local(data) as local:
        show_source(local.windrow.sources.retire(local.principal, source), as_json=as_json)


@app.command(cls=Command)
def revive(source: Source, data: Data = None, as_json: Json = False) -> None:
    """Take a retired source up again; its schedules stay off until you switch them on."""
    with open_local(data) as local:
        show_source(local.windrow.sources.revive(local.principal, source), as_json=as_json)


resources.add_to(app)


def show_source(view: "SourceView", *, as_json: bool) -> None:
    """One source with everything about it."""
    from windrow.core.attending import AVAILABILITY, REFRESH

    if as_json:
        print_json(view)
        return
    source, schedule, last = view.source, view.task.schedule, view.last_run
    print_details(
        {
            "source": str(source.id),
            "name": source.name,
            "kind": source.kind,
            "url": source.url,
            "settings": orjson.dumps(dict(source.settings), option=orjson.OPT_INDENT_2).decode(),
            "policies": _policies(view),
            "visibility": source.visibility,
            "credential": "kept, encrypted" if source.has_credential else "",
            "health": source.health,
            "records": source.resources,
            "schedule": told_schedule(schedule),
            "next": schedule and schedule.next_due,
            "list looked at": told_schedule(view.schedule_of(REFRESH)),
            "checked": told_schedule(view.schedule_of(AVAILABILITY)),
            "answers": told_availability(source),
            "numbers differ": source.difference and source.difference.told,
            "last run": last and f"{last.id}: {last.state.value}",
            "took": last and seconds_of(last) is not None and f"{seconds_of(last)} s",
            "counts": last and cell(dict(last.progress.counts)),
            "message": last and last.progress.message,
            "error": last and last.error,
            "last complete pass": source.last_complete,
        }
    )


def show_preview(found: "Preview") -> None:
    """The first records, and what a harvest would do with them."""
    total = "an unknown number of" if found.total is None else f"{found.total:,}"
    print_line(f"{found.title or 'The remote'} announces {total} records; the first of them:", "bold")
    columns: list[Column[Record]] = [
        Column("Title", lambda each: each.title[:100]),
        Column("Type", lambda each: each.type),
    ]
    print_list(found.records, columns, as_json=False)
    if found.changes:
        told = ", ".join(f"{count} {word}" for word, count in found.changes.items())
        print_line(f"Of {found.looked_at} looked at: {told}.")
    for identifier, problem in found.problems:
        print_line(f"cannot be read: {identifier}: {problem}", "red")


def _policies(view: "SourceView") -> str:
    from windrow.faces.native.translate import to_policies

    return "\n".join(f"{name}={value}" for name, value in to_policies(view.source.policies).model_dump().items())


def _differences(local: Local, run: Run, lines: int) -> list[dict[str, Any]]:
    if run.state is not RunState.SUCCEEDED:
        return []
    with local.windrow.runs.open_output(local.principal, run.id, "diff.jsonl") as (_output, file):
        return [orjson.loads(line) for line in islice(file, lines)]


def _show_differences(run: Run, differences: list[dict[str, Any]]) -> None:
    print_line(run.progress.message or run.error or run.state.value, "bold")
    columns = [text_column("Change", "change"), text_column("Identifier", "identifier"), text_column("Title", "title")]
    if differences:
        print_list(differences, columns, as_json=False)
        print_line(f"windrow runs download {run.id} diff.jsonl gives all of them.")
