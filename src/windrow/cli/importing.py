"""`windrow import …`: take over what another system knows."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.answers import Column, print_json, print_list, tell
from windrow.cli.commands import Command
from windrow.cli.drafting import SourceOptions, read_credential
from windrow.cli.exits import Exit
from windrow.cli.local import Local, open_local
from windrow.cli.options import Data, Json
from windrow.errors import BadInput
from windrow.model.sources import Credential, CredentialKind

if TYPE_CHECKING:
    from windrow.importers.celery_beat import Imported as PeriodicTaskImported
    from windrow.importers.celery_beat import PeriodicTask
    from windrow.importers.geonode import Harvester, Imported
    from windrow.model.accounts import User

app = typer.Typer(help="Take over what another system knows.", no_args_is_help=True)

SQLITE = b"SQLite format 3\0"
"""What a file of SQLite begins with."""

COLUMNS: list[Column["Imported"]] = [
    Column("Harvester", lambda each: each.name),
    Column("Became", lambda each: each.state),
    Column("Source", lambda each: each.source_id and str(each.source_id)),
    Column("Resources", lambda each: each.listed),
    Column("Wanted", lambda each: each.wanted),
    Column("Notes", lambda each: each.notes),
]

TASK_COLUMNS: list[Column["PeriodicTaskImported"]] = [
    Column("Periodic task", lambda each: each.name),
    Column("Became", lambda each: each.state),
    Column("Task", lambda each: each.task_id),
    Column("Runs", lambda each: each.schedule),
    Column("Next", lambda each: each.next_due),
    Column("Notes", lambda each: each.notes),
]


@app.callback()
def begin() -> None:
    """Take over what another system knows."""


@app.command(cls=Command)
def geonode(
    what: Annotated[str, typer.Argument(metavar="URL|FILE", help="A GeoNode, or a dump of its harvesting tables.")],
    token: Annotated[
        str | None,
        typer.Option(envvar="WINDROW_IMPORT_TOKEN", help="A superuser's bearer token; better in that variable."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sign in there by this name; the password is asked for.")
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the password.")
    ] = None,
    paused: Annotated[
        bool, typer.Option("--paused", help="Switch the schedules off until you switch them on.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take over the harvesters of a GeoNode, with what was chosen of their resources. Doing it again is harmless."""
    from windrow.importers.geonode import take_over

    if token is not None and user is not None:
        raise BadInput.of("--user", "cannot go with --token: choose one of them")
    credential = _credential(token, user, secret_env)
    with open_local(data, make=True) as local, _harvesters(local, what, credential) as found:
        taken = list(take_over(local.windrow, local.principal, found, now=local.now, paused=paused))
        if as_json:
            print_json([asdict(each) for each in taken])
        else:
            print_list(taken, COLUMNS, as_json=False)
        refused = [each for each in taken if each.source_id is None]
        if refused:
            tell(f"{len(refused)} of {len(taken)} could not be taken over.", "yellow")
    raise typer.Exit(Exit.FAILED if refused else Exit.DONE)


@app.command("celery-beat", cls=Command)
def celery_beat(
    what: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE", help="Its database (postgresql://…, sqlite:///…, an SQLite file), or a dump of it."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of each.")] = False,
    paused: Annotated[
        bool, typer.Option("--paused", help="Switch the schedules off until you switch them on.")
    ] = False,
    task: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK=WALKER", help="The walker or kind of work that stands for a Celery task."),
    ] = None,
    master: Annotated[
        list[str] | None, typer.Option(metavar="MASTER=USER", help="The user here for a master of Jaseci.")
    ] = None,
    priorities: Annotated[
        str | None, typer.Option(metavar="redis|rabbitmq", help="The broker that its priorities were for.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take over the periodic tasks of django-celery-beat. Doing it again takes over what changed there since."""
    from windrow.importers.celery_beat import Options, take_over

    if priorities not in (None, "redis", "rabbitmq"):
        raise BadInput.of("--priorities", "must be redis or rabbitmq")
    found = list(_periodic_tasks(what))  # before an installation is made
    with open_local(data, make=not dry_run) as local:
        options = Options(
            names=dict(_pair(each, "--task") for each in task or []),
            masters=dict(_master(local, each) for each in master or []),
            queues=tuple(local.assembly.settings.queues),
            priorities=priorities or "",
            paused=paused,
            dry_run=dry_run,
        )
        taken = list(take_over(local.windrow, local.principal, found, now=local.now, options=options))
        if as_json:
            print_json([asdict(each) for each in taken])
        else:
            print_list(taken, TASK_COLUMNS, as_json=False)
        refused = [each for each in taken if each.state == "refused"]
        if dry_run:
            tell("Nothing was written: leave --dry-run out to take them over.", "yellow")
        if refused:
            tell(f"{len(refused)} of {len(taken)} cannot be taken over.", "yellow")
    raise typer.Exit(Exit.FAILED if refused else Exit.DONE)


def _periodic_tasks(what: str) -> "Iterator[PeriodicTask]":
    from windrow.importers.celery_beat import read_database, read_dump

    path = Path(what)
    if not path.is_file():
        if "://" not in what:
            raise BadInput.of("URL|FILE", f"{what!r} is neither a file nor a URL")
        return read_database(what)
    with path.open("rb") as file:
        is_sqlite = file.read(len(SQLITE)) == SQLITE
    return read_database(f"sqlite:///{path.absolute()}") if is_sqlite else read_dump(path)


def _pair(text: str, option: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not (left.strip() and sign and right.strip()):
        raise BadInput.of(option, f"{text!r} must be two names with = between them")
    return left.strip(), right.strip()


def _master(local: Local, text: str) -> "tuple[str, User]":
    master, name = _pair(text, "--master")
    user = local.windrow.accounts.named(local.principal, name)
    if user is None:
        raise BadInput.of("--master", f"there is no user {name!r}")
    try:
        return str(uuid.UUID(master)), user
    except ValueError as error:
        raise BadInput.of("--master", f"{master!r} is no id of a master: a UUID or its urn") from error


def _credential(token: str | None, user: str | None, secret_env: str | None) -> Credential | None:
    if token is not None:
        return Credential(CredentialKind.BEARER, token)
    return read_credential(SourceOptions(user=user, secret_env=secret_env)) if user is not None else None


@contextmanager
def _harvesters(local: Local, what: str, credential: Credential | None) -> Iterator["Iterator[Harvester]"]:
    from windrow.core.validating import check_url
    from windrow.importers.geonode import read_dump, read_site
    from windrow.ports.fetching import Manners

    path = Path(what)
    if path.is_file():
        yield read_dump(path)
        return
    if "://" not in what:
        raise BadInput.of("URL|FILE", f"{what!r} is neither a file nor a URL")
    url = check_url(what)
    fetcher = local.assembly.fetcher_maker(Manners(), origin=url, credential=credential, check=lambda: None)
    yield read_site(url, fetcher)
