"""`windrow sources refresh | check | availability`: looking after a source beside harvesting it."""

from typing import TYPE_CHECKING

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.harvest import summary_of, tell_summary
from windrow.cli.local import open_local
from windrow.cli.options import All, Data, Detach, Json, Limit, Source
from windrow.model.availability import Span
from windrow.model.schedules import Schedule

if TYPE_CHECKING:
    from windrow.model.sources import Source as SourceModel

COLUMNS: list[Column[Span]] = [
    Column("Answered", lambda each: each.available),
    Column("From", lambda each: each.since),
    Column("To", lambda each: each.until),
    Column("Checks", lambda each: each.checks),
    Column("Seconds", lambda each: round(each.seconds, 2)),
    Column("Problem", lambda each: each.problem),
]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to `windrow sources`."""
    for command in (refresh, check, availability):
        app.command(cls=Command)(command)


def refresh(source: Source, detach: Detach = False, data: Data = None, as_json: Json = False) -> None:
    """Look at what a source lists, without fetching it: then choose what to harvest by want and unwant."""
    with open_local(data) as local:
        run = local.windrow.sources.refresh(local.principal, source)
        if detach:
            start_detached(local, run, as_json=as_json)
            return
        (ended,) = follow_runs(local, [run])
        view = local.windrow.sources.view(local.principal, source)
        if as_json:
            print_json(summary_of(view, ended))
        else:
            tell_summary(view, ended)
    raise typer.Exit(code_of_state(ended.state))


def check(source: Source, data: Data = None, as_json: Json = False) -> None:
    """Check whether a source would answer a harvest now; the exit code is 1 where it would not."""
    with open_local(data) as local:
        (ended,) = follow_runs(local, [local.windrow.sources.check(local.principal, source)])
        if as_json:
            print_json(dict(ended.result))
        else:
            print_line(ended.progress.message or ended.error)
    raise typer.Exit(code_of_state(ended.state) or int(not ended.result.get("available")))


def availability(
    source: Source, limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False
) -> None:
    """List when a source answered its checks and when not, newest first."""
    with open_local(data) as local:
        sources, principal = local.windrow.sources, local.principal
        spans = pages(lambda most, cursor: sources.availability(principal, source, limit=most, cursor=cursor))
        print_list(spans, COLUMNS, as_json=as_json, limit=None if every else limit)


def told_schedule(schedule: Schedule | None) -> str:
    """When something is done by itself."""
    if schedule is None:
        return ""
    return schedule.describe()


def told_availability(source: "SourceModel") -> str:
    """What the last check of a source said."""
    if source.available is None or source.checked_at is None:
        return ""
    return f"{'yes' if source.available else 'no'}, at {source.checked_at:%Y-%m-%d %H:%M:%S} UTC"
