"""`windrow db …`: the database as a whole: bring it up to date, check it, copy it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from windrow.cli.answers import print_details, print_json, print_line, size
from windrow.cli.commands import Command
from windrow.cli.exits import Exit
from windrow.cli.options import Data, Json

if TYPE_CHECKING:
    from windrow.storage.database import Database

app = typer.Typer(help="The database: bring it up to date, check it, copy it.", no_args_is_help=True)


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
