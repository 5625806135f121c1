"""`windrow targets …`: where a source's records are pushed to: add, change, check, push, look what became of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from windrow.cli.answers import Column, pages, print_details, print_json, print_line, print_list
from windrow.cli.commands import Command, spread
from windrow.cli.drafting import credential_shape, read_credential, read_settings, validated
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.kinds import show_kinds, show_settings
from windrow.cli.local import Local, open_local
from windrow.cli.options import All, Data, Detach, Json, Limit, Source, Yes, confirm
from windrow.model.runs import Run
from windrow.model.targets import Delivery
from windrow.ports.visitors import visitors

if TYPE_CHECKING:
    from windrow.core.targets import TargetView

app = typer.Typer(help="Where a source's records are pushed to.", no_args_is_help=True)

Target = Annotated[int, typer.Argument(metavar="TARGET", help="Number of the target.")]

COLUMNS: list[Column["TargetView"]] = [
    Column("ID", lambda view: str(view.target.id)),
    Column("Name", lambda view: view.target.name),
    Column("Kind", lambda view: view.target.kind),
    Column("URL", lambda view: view.target.url),
    Column("On", lambda view: view.target.enabled),
    Column("Pushed", lambda view: view.standing.pushed),
    Column("Waiting", lambda view: view.standing.waiting),
    Column("Failed", lambda view: view.standing.failed),
]

DELIVERY_COLUMNS: list[Column[Delivery]] = [
    Column("Resource", lambda each: str(each.resource_id)),
    Column("Title", lambda each: each.title[:100]),
    Column("Identifier", lambda each: each.identifier),
    Column("There", lambda each: each.remote),
    Column("Pushed", lambda each: each.pushed_at),
    Column("Tries", lambda each: each.attempts),
    Column("Problem", lambda each: each.problem),
]


def complete_target_kinds(incomplete: str) -> list[str]:
    """The target kinds that begin so; their packages are named, not loaded."""
    names = sorted(entry.name for entry in visitors("windrow.target_kinds"))
    return [name for name in names if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What a target is to be; what is left out stays as it is."""

    name: Annotated[str | None, typer.Option(help="What to call it; without it, its URL.")] = None
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of its kind; may be repeated.")
    ] = None
    requests_per_second: Annotated[float | None, typer.Option(help="Pace against its host; 0 sets none.")] = None
    concurrency: Annotated[int | None, typer.Option(help="Requests in flight to its host at most.")] = None
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether pushes go there.")] = None
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sign in there by this name; the password is asked for.")
    ] = None
    bearer: Annotated[bool, typer.Option("--bearer", help="Send a bearer token there; it is asked for.")] = False
    header: Annotated[
        str | None, typer.Option(metavar="NAME", help="Send a secret there in this header; it is asked for.")
    ] = None
    secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the password or token.")
    ] = None
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the password or token; - is standard input.")
    ] = None


@app.command("list", cls=Command)
def list_targets(
    source: Source, limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False
) -> None:
    """List a source's targets, each with how many records are pushed, waiting and failed."""
    with open_local(data) as local:
        targets, principal = local.windrow.targets, local.principal
        views = pages(lambda most, cursor: targets.page(principal, source, limit=most, cursor=cursor), at_once=200)
        print_list(views, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def show(source: Source, target: Target, data: Data = None, as_json: Json = False) -> None:
    """Show a target: settings, pace, how far it is."""
    with open_local(data) as local:
        show_target(local.windrow.targets.view(local.principal, source, target), as_json=as_json)


@app.command(cls=Command)
def kinds(
    kind: Annotated[
        str | None, typer.Argument(help="Show this one's settings.", autocompletion=complete_target_kinds)
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the kinds of target that can be pushed to here, or the settings of one."""
    with open_local(data, make=True) as local:
        known = local.windrow.kinds
        if kind is None:
            show_kinds(known.targets, as_json=as_json)
        else:
            show_settings(known.target(kind), as_json=as_json)


@app.command(cls=Command)
@spread
def add(
    source: Source,
    url: Annotated[str, typer.Argument(help="Where it answers; for a folder, its file: URL.")],
    kind: Annotated[str, typer.Option(help="Its kind.", autocompletion=complete_target_kinds)],
    options: TargetOptions,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a target to a source. Nothing is pushed before the next harvest, or `windrow targets push`."""
    from windrow.faces.native.translate import from_target
    from windrow.wire.targets import TargetInput

    with open_local(data) as local:
        given = {"name": url[:255], "kind": kind, "url": url, **_given(local, kind, options)}
        draft = from_target(validated(TargetInput, given))
        show_target(local.windrow.targets.create(local.principal, source, draft), as_json=as_json)


@app.command(cls=Command)
@spread
def change(
    source: Source,
    target: Target,
    options: TargetOptions,
    url: Annotated[str | None, typer.Option("--url", help="Another address of the same place.")] = None,
    no_credential: Annotated[bool, typer.Option("--no-credential", help="Forget its password or token.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change a target; what no option names stays. Another URL or other settings have everything pushed again."""
    from windrow.faces.native.translate import change_target
    from windrow.wire.targets import TargetChange

    with open_local(data) as local:
        view = local.windrow.targets.view(local.principal, source, target)
        given = _given(local, view.target.kind, options)
        if "settings" in given:
            given["settings"] = {**view.target.settings, **given["settings"]}
        given |= {"url": url} if url is not None else {}
        given |= {"credential": None} if no_credential else {}
        draft = change_target(view, validated(TargetChange, given))
        show_target(local.windrow.targets.change(local.principal, source, target, draft), as_json=as_json)


@app.command(cls=Command)
def check(source: Source, target: Target, data: Data = None, as_json: Json = False) -> None:
    """Check whether a target would take records now; the exit code is 1 where it would not."""
    with open_local(data) as local:
        checked = local.windrow.targets.check(local.principal, source, target)
        if as_json:
            print_json(checked)
        else:
            print_line(checked.problem or f"It would take records; it said so within {checked.seconds:.1f} s.")
    raise typer.Exit(int(not checked.available))


@app.command(cls=Command)
def push(
    source: Source,
    target: Annotated[int | None, typer.Argument(help="Only to this target.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Push everything again.")] = False,
    detach: Detach = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Push what is new or changed to a source's targets, and take away there what went."""
    with open_local(data) as local:
        run = local.windrow.targets.push(local.principal, source, target, full=full)
        ended = _follow(local, run, detach=detach, as_json=as_json)
    raise typer.Exit(0 if ended is None else code_of_state(ended.state))


@app.command(cls=Command)
def deliveries(
    source: Source,
    target: Target,
    failed: Annotated[bool | None, typer.Option("--failed/--sound", help="Only those that failed, or did not.")] = None,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List what became of each record at a target."""
    with open_local(data) as local:
        targets, principal = local.windrow.targets, local.principal
        found = pages(
            lambda most, cursor: targets.deliveries(principal, source, target, failed=failed, limit=most, cursor=cursor)
        )
        print_list(found, DELIVERY_COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def remove(
    source: Source,
    target: Target,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take away first what was pushed; else it stays there.")
    ] = False,
    detach: Detach = False,
    yes: Yes = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove a target from a source."""
    with open_local(data) as local:
        view = local.windrow.targets.view(local.principal, source, target)
        told = f", and take away the {view.standing.pushed:,} records that stand there" if withdraw else ""
        confirm(f"Remove the target {view.target.name}{told}?", yes=yes)
        run = local.windrow.targets.delete(local.principal, source, target, withdraw=withdraw)
        ended = None if run is None else _follow(local, run, detach=detach, as_json=as_json)
        if run is None and as_json:
            print_json({"removed": target})
        elif run is None:
            print_line(f"Removed {view.target.name}.")
    raise typer.Exit(0 if ended is None else code_of_state(ended.state))


def show_target(view: "TargetView", *, as_json: bool) -> None:
    """One target with everything about it."""
    if as_json:
        print_json(view)
        return
    target, standing = view.target, view.standing
    print_details(
        {
            "target": str(target.id),
            "name": target.name,
            "kind": target.kind,
            "url": target.url,
            "settings": orjson.dumps(dict(target.settings), option=orjson.OPT_INDENT_2).decode(),
            "pace": f"{target.pace.requests_per_second:g} a second, {target.pace.concurrency} at once",
            "credential": "kept, encrypted" if target.has_credential else "",
            "on": target.enabled,
            "state": target.state,
            "pushed": standing.pushed,
            "waiting": standing.waiting,
            "failed": standing.failed,
        }
    )


def _given(local: Local, kind: str, options: TargetOptions) -> dict[str, Any]:
    known = local.windrow.kinds.target(kind)
    given = {
        "name": options.name,
        "settings": read_settings(options.settings, known) or None,
        "requests_per_second": options.requests_per_second,
        "concurrency": options.concurrency,
        "enabled": options.enabled,
        "credential": credential_shape(read_credential(options)),
    }
    return {name: value for name, value in given.items() if value is not None}


def _follow(local: Local, run: Run, *, detach: bool, as_json: bool) -> Run | None:
    """Follows a push to its end, and tells what it did; None where it goes on by itself."""
    if detach:
        start_detached(local, run, as_json=as_json)
        return None
    (ended,) = follow_runs(local, [run])
    if as_json:
        print_json(ended)
        return ended
    for each in ended.result.get("targets", ()):
        told = ", ".join(
            f"{each[word]:,} {word}" for word in ("pushed", "unchanged", "removed", "failed", "waiting") if each[word]
        )
        print_line(f"{each['name']}: {told or 'nothing to push'}{'. ' if each['error'] else ''}{each['error']}")
    if ended.error and not ended.result:
        print_line(ended.error, "red")
    return ended
