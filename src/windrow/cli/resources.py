"""`windrow sources resources …`: a source's remote records, which are wanted, and deletions that wait for a person."""

from collections.abc import Iterator
from typing import Annotated

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list
from windrow.cli.commands import Command
from windrow.cli.local import Local, open_local
from windrow.cli.options import All, Data, Json, Limit, Source, Yes, confirm
from windrow.errors import BadInput, NotFound
from windrow.model.resources import Outcome, Presence, Resource
from windrow.model.sources import DeletionReview, ReviewState
from windrow.ports.sources import ResourceFilter

Chosen = Annotated[list[int] | None, typer.Argument(metavar="[RESOURCE]...", help="Numbers of resources.")]
Every = Annotated[bool, typer.Option("--all", help="All resources of the source.")]
Review = Annotated[int, typer.Argument(metavar="REVIEW", help="Number of the review.")]

COLUMNS: list[Column[Resource]] = [
    Column("ID", lambda each: str(each.id)),
    Column("Identifier", lambda each: each.identifier),
    Column("Title", lambda each: each.title[:100]),
    Column("Type", lambda each: each.type),
    Column("Presence", lambda each: each.presence),
    Column("Outcome", lambda each: each.outcome),
    Column("Wanted", lambda each: each.wanted),
    Column("Problem", lambda each: each.problem),
]

REVIEW_COLUMNS: list[Column[DeletionReview]] = [
    Column("ID", lambda each: str(each.id)),
    Column("State", lambda each: each.state),
    Column("Missing", lambda each: each.missing),
    Column("Of", lambda each: each.present),
    Column("Made", lambda each: each.created_at),
    Column("Run", lambda each: each.run_id),
]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to `windrow sources`."""
    app.command("resources", cls=Command)(list_resources)
    for command in (want, unwant, retry, restore, reviews, review):
        app.command(cls=Command)(command)


def list_resources(
    source: Source,
    words: Annotated[list[str] | None, typer.Argument(help="Words in the title or identifier.")] = None,
    presence: Annotated[Presence | None, typer.Option(help="Only those that stand so.")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only those that the last harvest left so.")] = None,
    wanted: Annotated[bool | None, typer.Option("--wanted/--unwanted", help="Only those.")] = None,
    called: Annotated[str | None, typer.Option("--type", metavar="WORD", help="Only what the remote calls so.")] = None,
    limit: Limit = 50,
    every: Every = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List a source's remote records: which are present, missing or gone, in quarantine, or unwanted."""
    which = ResourceFilter(presence, outcome, wanted, " ".join(words or ()), called)
    with open_local(data) as local:
        found = _resources(local, source, which)
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


def want(source: Source, chosen: Chosen = None, every: Every = False, data: Data = None, as_json: Json = False) -> None:
    """Put resources back into the catalogue that were taken out of it."""
    with open_local(data) as local:
        ids = _selected(chosen, every)
        changed = local.windrow.sources.want(local.principal, source, ids, wanted=True)
    _tell_changed(changed, "put into the catalogue", as_json=as_json)


def unwant(
    source: Source, chosen: Chosen = None, every: Every = False, data: Data = None, as_json: Json = False
) -> None:
    """Take resources out of the catalogue; they are harvested on, but hidden."""
    with open_local(data) as local:
        ids = _selected(chosen, every)
        changed = local.windrow.sources.want(local.principal, source, ids, wanted=False)
    _tell_changed(changed, "taken out of the catalogue", as_json=as_json)


def retry(
    source: Source, chosen: Chosen = None, every: Every = False, data: Data = None, as_json: Json = False
) -> None:
    """Have quarantined resources read again at the next harvest, although they did not change."""
    with open_local(data) as local:
        changed = local.windrow.sources.retry_quarantined(local.principal, source, _selected(chosen, every))
    _tell_changed(changed, "to be read again at the next harvest", as_json=as_json)


def restore(
    source: Source, chosen: Chosen = None, every: Every = False, data: Data = None, as_json: Json = False
) -> None:
    """Undo deletions whose grace time is not over."""
    with open_local(data) as local:
        changed = local.windrow.sources.restore(local.principal, source, _selected(chosen, every))
    _tell_changed(changed, "restored", as_json=as_json)


def reviews(source: Source, limit: Limit = 50, every: All = False, data: Data = None, as_json: Json = False) -> None:
    """List the deletions that a source's guard held for a person, newest first."""
    with open_local(data) as local:
        print_list(_reviews(local, source), REVIEW_COLUMNS, as_json=as_json, limit=None if every else limit)


def review(
    source: Source,
    number: Review,
    approve: Annotated[bool | None, typer.Option("--approve/--refuse", help="Delete them, or keep them.")] = None,
    lines: Annotated[int, typer.Option(min=0, help="How many of the resources to list before.")] = 20,
    yes: Yes = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what a held deletion would delete; with --approve or --refuse decide it."""
    with open_local(data) as local:
        found = next((each for each in _reviews(local, source) if each.id == number), None)
        if found is None:
            raise NotFound("review", number)
        if not as_json:
            _show_review(local, found, lines)
        if approve is not None:
            question = f"{'Delete' if approve else 'Keep'} these {found.missing:,} resources?"
            confirm(question, yes=yes)
            found = local.windrow.sources.decide(local.principal, source, number, approve=approve)
            if not as_json:
                print_line(f"Review {number} is {found.state.value}.")
        if as_json:
            print_json(found)


def _show_review(local: Local, found: DeletionReview, lines: int) -> None:
    print_line(
        f"Review {found.id}: {found.missing:,} of {found.present:,} resources were missing ({found.state.value})."
    )
    if found.state is ReviewState.WAITING and lines:
        missing = _resources(local, found.source_id, ResourceFilter(Presence.MISSING))
        print_list(missing, COLUMNS[:4], as_json=False, limit=lines)


def _resources(local: Local, source: int, which: ResourceFilter) -> Iterator[Resource]:
    sources, principal = local.windrow.sources, local.principal
    return pages(lambda limit, cursor: sources.resources(principal, source, which, limit=limit, cursor=cursor))


def _reviews(local: Local, source: int) -> Iterator[DeletionReview]:
    sources, principal = local.windrow.sources, local.principal
    return pages(lambda limit, cursor: sources.reviews(principal, source, limit=limit, cursor=cursor))


def _selected(chosen: list[int] | None, every: bool) -> list[int] | None:
    if bool(chosen) == every:
        raise BadInput.of("RESOURCE", "name resources by their numbers, or all of them with --all")
    return None if every else chosen


def _tell_changed(changed: int, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"changed": changed})
    else:
        print_line(f"{changed:,} {what}.")
