"""`windrow sources copy` and `windrow records copies`: have the data itself fetched, see and take what there is."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windrow.cli.answers import Column, pages, print_json, print_line, print_list, size, tell
from windrow.cli.commands import Command
from windrow.cli.exits import code_of_state
from windrow.cli.following import follow_runs, start_detached
from windrow.cli.local import open_local
from windrow.cli.options import Data, Detach, Json, Source
from windrow.model.copies import Copy

if TYPE_CHECKING:
    from windrow.cli.local import Local

PIECE = 1 << 20

RecordId = Annotated[int, typer.Argument(metavar="RECORD", help="Number of the record.")]

COLUMNS: list[Column[Copy]] = [
    Column("ID", lambda each: str(each.id)),
    Column("File", lambda each: each.name or each.wanted.name or each.wanted.href),
    Column("State", lambda each: each.state),
    Column("Size", lambda each: "" if each.size is None else size(each.size)),
    Column("SHA-256", lambda each: each.sha256),
    Column("Copied", lambda each: each.copied_at),
    Column("Problem", lambda each: each.problem),
]


def add_to_sources(app: typer.Typer) -> None:
    """Adds `copy` to `windrow sources`."""
    app.command(cls=Command)(copy)


def add_to_records(app: typer.Typer) -> None:
    """Adds `copies` to `windrow records`."""
    app.command(cls=Command)(copies)


def copy(
    source: Source,
    full: Annotated[
        bool, typer.Option("--full", help="Ask also for files that are copied and whose records did not change.")
    ] = False,
    only: Annotated[
        list[int] | None, typer.Option(metavar="RECORD", help="Only the files of this record; may be repeated.")
    ] = None,
    detach: Detach = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Fetch the files that the records of a source link to, as far as its policy `copying` says."""
    with open_local(data) as local:
        run = local.windrow.copies.start(local.principal, source, full=full, only=only)
        if detach:
            start_detached(local, run, as_json=as_json)
            return
        (ended,) = follow_runs(local, [run])
        if as_json:
            print_json({"run_id": ended.id, "state": ended.state.value, "counts": dict(ended.result)})
        else:
            print_line(ended.progress.message or ended.error)
    raise typer.Exit(code_of_state(ended.state))


def copies(
    record_id: RecordId,
    download: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the files there; what is there is left as it is.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the files of a record that are copied, or are to be."""
    with open_local(data) as local:
        of_record = local.windrow.copies.page
        found = list(pages(lambda most, cursor: of_record(local.principal, record_id, limit=most, cursor=cursor)))
        if download is not None:
            _download(local, record_id, [each for each in found if each.is_here], download)
        print_list(found, COLUMNS, as_json=as_json)


def _download(local: "Local", record_id: int, found: Sequence[Copy], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in found:
        path = _free_path(folder, each)
        with local.windrow.copies.open(local.principal, record_id, each.id) as (_, content):
            unfinished = path.with_name(f".{path.name}.part")
            with unfinished.open("wb") as file:
                shutil.copyfileobj(content, file, PIECE)
            os.replace(unfinished, path)
        tell(str(path), "dim")


def _free_path(folder: Path, copy: Copy) -> Path:
    """Files of one record may have the same name, and what somebody has there is theirs."""
    path = folder / copy.name
    return folder / f"{path.stem}-{copy.id}{path.suffix}" if path.exists() else path
