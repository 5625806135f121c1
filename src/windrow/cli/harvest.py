"""`windrow harvest URL`: find out what answers there, register it, harvest it, and say what came of it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from windrow.cli.exits import Exit
from windrow.cli.following import COLOURS, follow_runs
from windrow.cli.local import Local, open_local
from windrow.core.sources import SourceDraft, SourceView
from windrow.errors import BadInput
from windrow.model.runs import Run, RunState
from windrow.model.schedules import Schedule
from windrow.model.sources import Visibility
from windrow.model.triggers import Interval
from windrow.ports.source_kinds import Detection

EXITS: Mapping[RunState, Exit] = {RunState.SUCCEEDED: Exit.DONE, RunState.PARTIAL: Exit.PARTIAL}

Data = Annotated[Path | None, typer.Option("--data", help="Folder for database and files.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]


def harvest(
    url: Annotated[str, typer.Argument(help="Where the catalogue answers; its kind is found out.")],
    kind: Annotated[str | None, typer.Option(help="The kind of source, where that is known.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the source; without it, the remote's own title.")] = None,
    setting: Annotated[list[str] | None, typer.Option("--set", help="A setting of the kind: key=value (JSON).")] = None,
    every: Annotated[str | None, typer.Option(help="Harvest again by itself: 30m, 6h, 1d.")] = None,
    public: Annotated[bool, typer.Option(help="Let everybody read its records.")] = False,
    full: Annotated[bool, typer.Option(help="Look at everything, not only at what changed.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Harvest a catalogue: CSW, OAI-PMH, STAC, OGC API Records or a web folder. Known sources are harvested again."""
    console = Console(stderr=as_json)
    with open_local(data) as local:
        view = _find(local, url) or _register(local, console, url, kind, name, read_settings(setting), every, public)
        run = local.assembly.windrow.sources.harvest(local.principal, view.source.id, full=full)
        (ended,) = follow_runs(local, [run], console)
        view = local.assembly.windrow.sources.view(local.principal, view.source.id)
        if as_json:
            print(json.dumps(summary_of(view, ended)))  # noqa: T201 - the output
        else:
            tell(console, view, ended)
    raise typer.Exit(EXITS.get(ended.state, Exit.FAILED))


def _find(local: Local, url: str) -> SourceView | None:
    cursor: str | None = None
    while True:
        page = local.assembly.windrow.sources.page(local.principal, limit=200, cursor=cursor)
        for view in page.items:
            if view.source.url == url:
                return view
        if page.next is None:
            return None
        cursor = page.next


def _register(
    local: Local,
    console: Console,
    url: str,
    kind: str | None,
    name: str | None,
    settings: dict[str, Any],
    every: str | None,
    public: bool,
) -> SourceView:
    sources = local.assembly.windrow.sources
    found = Detection(kind, url) if kind else sources.detect(local.principal, url)[0]
    known = _find(local, found.url)
    if known is not None:
        return known
    draft = SourceDraft(
        name=name or found.title or found.url,
        kind=found.kind,
        url=found.url,
        settings={**found.settings, **settings},
        visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
        schedule=None if every is None else Schedule(Interval(read_interval(every), local.assembly.clock())),
    )
    view = sources.create(local.principal, draft)
    title = local.assembly.kinds.source(found.kind).title
    console.print(f"[bold]{view.source.name}[/bold] speaks {title}; registered as source {view.source.id}.")
    return view


def read_settings(pairs: list[str] | None) -> dict[str, Any]:
    """`key=value` pairs; values are JSON where they can be read so, else text. Raises `BadInput`."""
    settings: dict[str, Any] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadInput.of("--set", f"{pair!r} must be key=value")
        try:
            settings[key] = json.loads(value)
        except ValueError:
            settings[key] = value
    return settings


def read_interval(text: str) -> timedelta:
    """`90s`, `30m`, `6h`, `1d`. Raises `BadInput`."""
    units = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdigit() or int(number) == 0:
        raise BadInput.of("--every", f"{text!r} must be a whole number with a unit: 90s, 30m, 6h or 1d")
    return timedelta(seconds=int(number) * units[unit])


def summary_of(view: SourceView, run: Run) -> dict[str, Any]:
    """What came of a harvest, for scripts."""
    return {
        "source_id": view.source.id,
        "source": view.source.name,
        "kind": view.source.kind,
        "run_id": run.id,
        "state": run.state.value,
        "counts": dict(run.progress.counts),
        "resources": view.source.resources,
        "seconds": seconds_of(run),
        "error": run.error,
        "message": run.progress.message,
    }


def seconds_of(run: Run) -> float | None:
    """How long a run took."""
    if run.started_at is None or run.ended_at is None:
        return None
    return round((run.ended_at - run.started_at).total_seconds(), 3)


def tell(console: Console, view: SourceView, run: Run) -> None:
    """What came of a harvest, for people."""
    colour = COLOURS.get(run.state, "white")
    table = Table(title=f"{view.source.name}: [{colour}]{run.state.value}[/{colour}]", title_justify="left")
    for word in ("", "records"):
        table.add_column(word, justify="right" if word else "left")
    for word, count in run.progress.counts.items():
        table.add_row(word, f"{count:,}")
    table.add_row("in the source now", f"{view.source.resources:,}", style="bold")
    console.print(table)
    for line in filter(None, (run.progress.message, run.error)):
        console.print(line, highlight=False)
