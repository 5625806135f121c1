"""`windrow harvest URL`: find out what answers there, register it, harvest it, and say what came of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from windrow.cli.answers import STYLES, Column, print_json, print_line, print_list, tell
from windrow.cli.commands import spread
from windrow.cli.drafting import SourceOptions, draft_new, read_credential
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs
from windrow.cli.local import Local, open_local
from windrow.cli.options import Data, Json
from windrow.errors import Conflict
from windrow.model.runs import ACTIVE, Run
from windrow.ports.source_kinds import Detection

if TYPE_CHECKING:
    from windrow.core.source_drafts import SourceDraft, SourceView

MOST_NAMESAKES = 100


@spread
def harvest(
    url: Annotated[str, typer.Argument(help="Where the catalogue answers; its kind is found out.")],
    options: SourceOptions,
    full: Annotated[bool, typer.Option("--full", help="Look at everything, not only at what changed.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Harvest a catalogue, whatever it speaks (`windrow sources kinds` lists that). Known sources are harvested again.

    The options say what a new source is to be; a source that is known already stays as it is.
    """
    with open_local(data, make=True) as local:
        view = find_source(local, url) or _register(local, url, options)
        ended = harvest_source(local, view, full=full, as_json=as_json)
    raise typer.Exit(code_of_state(ended.state))


def _register(local: Local, url: str, options: SourceOptions) -> "SourceView":
    found = detect(local, url, options)
    return find_source(local, found.url) or register(local, found, options)


def detect(local: Local, url: str, options: SourceOptions) -> Detection:
    """What speaks at a URL; nobody is asked where the kind is given."""
    if options.kind is not None:
        return Detection(options.kind, url)
    return local.windrow.sources.detect(local.principal, url, read_credential(options))[0]


def register(local: Local, found: Detection, options: SourceOptions) -> "SourceView":
    """Registers a source, and says as what."""
    view = _create(local, draft_new(local, found, options), named=options.name is not None)
    title = local.windrow.kinds.source(found.kind).title
    tell(f"{view.source.name} speaks {title}; registered as source {view.source.id}.")
    return view


def _create(local: Local, draft: "SourceDraft", *, named: bool) -> "SourceView":
    from dataclasses import replace

    for number in range(1, MOST_NAMESAKES):
        # Remotes often call themselves the same (the same server by two protocols): a name found out gives way.
        name = draft.name if number == 1 else f"{draft.name[:245]} ({number})"
        try:
            return local.windrow.sources.create(local.principal, replace(draft, name=name))
        except Conflict:
            if named:
                raise
    raise Conflict(f"There are many sources named {draft.name}: choose another name with --name.")


def find_source(local: Local, url: str) -> "SourceView | None":
    """The source that is registered with a URL."""
    from windrow.cli.answers import pages

    sources, principal = local.windrow.sources, local.principal
    views = pages(lambda limit, cursor: sources.page(principal, limit=limit, cursor=cursor), at_once=200)
    return next((view for view in views if view.source.url == url), None)


def harvest_source(
    local: Local, view: "SourceView", *, full: bool, as_json: bool, only: Sequence[int] | None = None
) -> Run:
    """Harvests a source with progress, and says what came of it. One that is under way is followed to its end."""
    run = _active_run(local, view)
    if run is None:
        run = local.windrow.sources.harvest(local.principal, view.source.id, full=full, only=only)
    else:
        tell(f"{view.source.name} is being harvested already, by run {run.id}.")
    (ended,) = follow_runs(local, [run])
    view = local.windrow.sources.view(local.principal, view.source.id)
    if as_json:
        print_json(summary_of(view, ended))
    else:
        tell_summary(view, ended)
    return ended


def _active_run(local: Local, view: "SourceView") -> Run | None:
    runs = local.windrow.runs.page(local.principal, states=ACTIVE, task_id=view.source.task_id, limit=1).items
    return runs[0] if runs else None


def summary_of(view: "SourceView", run: Run) -> dict[str, Any]:
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


def tell_summary(view: "SourceView", run: Run) -> None:
    """What came of a harvest, for people."""
    print_line(f"{view.source.name}: {run.state.value}", STYLES.get(run.state.value, "bold"))
    counts: list[tuple[object, int]] = [*run.progress.counts.items()]
    counts.append((Text("in the source now", "bold"), view.source.resources))
    columns: list[Column[tuple[object, int]]] = [Column("", lambda row: row[0]), Column("records", lambda row: row[1])]
    print_list(counts, columns, as_json=False)
    for line in dict.fromkeys(filter(None, (run.progress.message, run.error))):
        print_line(line)
