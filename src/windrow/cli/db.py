"""`windrow db …`: the database as a whole: bring it up to date, check it, copy it, change its key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from windrow.cli.answers import Column, print_details, print_json, print_line, print_list, size
from windrow.cli.commands import Command
from windrow.cli.exits import Exit
from windrow.cli.options import Data, Json
from windrow.errors import StoreUnavailable

if TYPE_CHECKING:
    from windrow.storage.database import Database
    from windrow.storage.resealing import Resealed

app = typer.Typer(help="The database: bring it up to date, check it, copy it, change its key.", no_args_is_help=True)


@app.command(cls=Command)
def upgrade(data: Data = None, as_json: Json = False) -> None:
    """Bring the tables to what this version needs; makes them in an empty database. windrow up does so by itself."""
    from windrow.storage import schema

    with _opened(data, make=True) as database:
        was_current = schema.is_current(database)
        schema.upgrade(database)
    if as_json:
        print_json({"changed": not was_current})
    else:
        print_line("The tables are current." if was_current else "The tables are now current.")


@app.command(cls=Command)
def check(data: Data = None, as_json: Json = False) -> None:
    """Check that the tables are this version's and, on SQLite, that the file is sound. Writes nothing."""
    from windrow.storage import upkeep

    with _opened(data) as database:
        found = upkeep.check(database)
    if as_json:
        print_json({"current": found.current, "schema": found.schema, "problems": list(found.problems)})
    else:
        for problem in found.problems:
            print_line(problem, "red")
        print_line("The tables are current." if found.current else _OUTDATED, "" if found.current else "yellow")
        if not found.problems:
            print_line("The database is sound.")
    if found.problems:
        raise typer.Exit(Exit.FAILED)
    if not found.current:
        raise typer.Exit(Exit.UNAVAILABLE)


_OUTDATED = "The tables are not those of this version: windrow db upgrade changes that."


@app.command(cls=Command)
def info(data: Data = None, as_json: Json = False) -> None:
    """Show where the database is, how large it is, and how much is in it."""
    from windrow.settings import hide_password
    from windrow.storage import upkeep

    with _opened(data) as database:
        found = upkeep.describe(database)
        counts = upkeep.count_rows(database) if found.current else {}
        where = hide_password(database.url.render_as_string(hide_password=False))
    if as_json:
        told = {"engine": found.engine, "version": found.version, "url": where, "size": found.size}
        print_json({**told, "schema": found.schema, "current": found.current, "counts": counts})
        return
    told = {"database": where, "engine": f"{found.engine} {found.version}", "size": size(found.size)}
    print_details({**told, "tables": f"{found.schema} ({'current' if found.current else 'not current'})", **counts})


@app.command(cls=Command)
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to put the copy; a folder gets a dated one.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Copy an SQLite database while it is in use. Keep secret.key and the folder blobs with it."""
    from windrow.storage import upkeep

    console = Console(stderr=True)
    with _opened(data) as database, Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Copying")
        target = file / f"windrow-{_today()}.db" if file.is_dir() else file
        copied = upkeep.backup(
            database, target, progress=lambda done, total: progress.update(bar, completed=done, total=total)
        )
    if as_json:
        print_json({"file": str(target), "size": copied})
    else:
        print_line(f"{target}: {size(copied)}.")


@app.command(cls=Command)
def vacuum(data: Data = None, as_json: Json = False) -> None:
    """Give free space back to the disk. Takes as much again while it works; on SQLite, writers wait."""
    from windrow.storage import upkeep

    with _opened(data) as database:
        before = upkeep.describe(database).size
        upkeep.vacuum(database)
        after = upkeep.describe(database).size
    if as_json:
        print_json({"before": before, "after": after})
    else:
        print_line(f"{size(before)} before, {size(after)} now.")


@app.command(cls=Command)
def reseal(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what another key than the first one encrypted.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Encrypt all stored secrets anew with the first key, so that older keys may go. Windrow may go on meanwhile."""
    from windrow.settings import load_settings
    from windrow.storage import resealing, schema
    from windrow.storage.secrets import open_vault

    with _opened(data) as database:
        settings = load_settings({"data": data})
        key = settings.secret_key
        vault = open_vault(settings.data, key.get_secret_value() if key is not None else None, make=False)
        if not schema.is_current(database):
            raise StoreUnavailable(_OUTDATED)
        found = list(resealing.reseal(database, vault, write=not dry_run))
    if as_json:
        print_json({"dry_run": dry_run, "items": [asdict(each) for each in found]})
    else:
        _tell_resealed(found, dry_run=dry_run)
    if any(each.unreadable for each in found):
        raise typer.Exit(Exit.FAILED)


def _tell_resealed(found: "Sequence[Resealed]", *, dry_run: bool) -> None:
    done = "To encrypt anew" if dry_run else "Encrypted anew"
    columns: list[Column[Resealed]] = [
        Column("Secrets", lambda each: each.name),
        Column("All", lambda each: each.total),
        Column(done, lambda each: each.resealed),
        Column("Not readable", lambda each: each.unreadable),
    ]
    print_list(found, columns, as_json=False)
    if any(each.unreadable for each in found):
        print_line("No key at hand opens some: put their key behind the others, or enter these secrets again.", "red")
    elif dry_run and any(each.resealed for each in found):
        print_line("The older keys are still needed.")
    else:
        print_line("All are under the first key: older ones are needed no more.")


@contextmanager
def _opened(data: Path | None, *, make: bool = False) -> "Iterator[Database]":
    from windrow.cli.local import need_installation
    from windrow.settings import load_settings
    from windrow.storage.database import Database

    settings = load_settings({"data": data})
    if make:
        settings.data.mkdir(parents=True, exist_ok=True)
    else:
        need_installation(settings)
    database = Database(settings.database)
    try:
        yield database
    finally:
        database.close()


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
