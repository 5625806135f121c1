"""`windrow records …`: search the catalogue, look, count, export, edit."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from windrow.cli import copies, editing
from windrow.cli.answers import Column, pages, print_details, print_json, print_line, print_list, tell
from windrow.cli.commands import Command, spread
from windrow.cli.editing import RecordId
from windrow.cli.local import Local, open_local
from windrow.cli.moments import read_moment
from windrow.cli.options import All, Data, Json, Limit
from windrow.errors import BadInput
from windrow.model.records import Box
from windrow.ports.catalogue import Entry, Search, Sort

app = typer.Typer(help="The catalogue: search, look, count, export, edit.", no_args_is_help=True)

EVERY = 10**12


class ExportName(StrEnum):
    """The formats that records are exported in."""

    GEOJSONL = "geojsonl"
    CSV = "csv"
    GEOPARQUET = "geoparquet"


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What is looked for; all conditions must hold."""

    words: Annotated[
        list[str] | None, typer.Argument(help='Words that must all occur; "a phrase" in quotes of its own.')
    ] = None
    bbox: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Meets this box: west, south, east, north in degrees.")
    ] = None
    start: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Its time extent reaches beyond this moment or date (UTC).")
    ] = None
    end: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Its time extent begins before this moment or date (UTC).")
    ] = None
    keywords: Annotated[
        list[str] | None, typer.Option("--keyword", help="Has this keyword; may be repeated: has them all.")
    ] = None
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Is of this type, such as dataset; may be repeated: one of them.")
    ] = None
    standards: Annotated[
        list[str] | None, typer.Option("--standard", help="Was read from it, such as iso19139; may be repeated.")
    ] = None
    collections: Annotated[
        list[str] | None, typer.Option("--collection", help="Belongs to this collection; may be repeated.")
    ] = None
    sources: Annotated[
        list[int] | None, typer.Option("--source", help="Came from the source with this number; may be repeated.")
    ] = None
    identifiers: Annotated[
        list[str] | None, typer.Option("--identifier", help="Has this identifier of its own; may be repeated.")
    ] = None


COLUMNS: list[Column[Entry]] = [
    Column("ID", lambda entry: str(entry.id)),
    Column("Title", lambda entry: entry.record.title[:100]),
    Column("Type", lambda entry: entry.record.type),
    Column("Source", lambda entry: entry.source_name),
    Column("Modified", lambda entry: entry.record.modified and entry.record.modified.date().isoformat()),
]


@app.command(cls=Command)
@spread
def search(
    options: SearchOptions,
    sort: Annotated[Sort | None, typer.Option(help="Order; relevance needs words, and is usual with them.")] = None,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Search the catalogue by words, place, time and what records are."""
    wanted = read_search(options, sort or (Sort.RELEVANCE if options.words else Sort.ID))
    with open_local(data) as local:
        most = None if every else limit
        print_list(_found(local, wanted, most), COLUMNS, as_json=as_json, limit=most)
        if not as_json:
            count, exact = local.windrow.catalogue.count(local.principal, wanted)
            tell(f"{count:,}{'' if exact else ' or more'} match.", "dim")


@app.command(cls=Command)
@spread
def count(options: SearchOptions, data: Data = None, as_json: Json = False) -> None:
    """Count what matches."""
    with open_local(data) as local:
        found, exact = local.windrow.catalogue.count(local.principal, read_search(options, Sort.ID), most=EVERY)
        if as_json:
            print_json({"count": found, "exact": exact})
        else:
            print_line(str(found))


@app.command(cls=Command)
def show(record_id: RecordId, data: Data = None, as_json: Json = False) -> None:
    """Show a record."""
    with open_local(data) as local:
        entry = local.windrow.catalogue.get(local.principal, record_id)
    if as_json:
        print_json(entry)
        return
    record = entry.record
    print_details(
        {
            "record": str(entry.id),
            "title": record.title,
            "abstract": record.abstract,
            "type": record.type,
            "keywords": record.keywords,
            "identifier": record.identifier,
            "collection": record.collection,
            "contacts": "\n".join(
                ", ".join(filter(None, (each.name, each.organisation, each.email, each.role)))
                for each in record.contacts
            ),
            "licence": record.licence,
            "box": record.bbox and "{:g} {:g} {:g} {:g} (west south east north)".format(*record.bbox),
            "from": record.time_start,
            "until": record.time_end,
            "created": record.created,
            "modified": record.modified,
            "language": record.language,
            "links": "\n".join(each.href for each in record.links),
            "standard": record.standard,
            "source": f"{entry.source_name} ({entry.source_id})",
            "visibility": "public" if entry.public else "private",
            "stored": entry.stored_at,
        }
    )


@app.command(cls=Command)
def document(record_id: RecordId, data: Data = None) -> None:
    """Write a record's raw document to standard output, as it came."""
    with open_local(data) as local:
        found = local.windrow.catalogue.document(local.principal, record_id)
    sys.stdout.buffer.write(found.content)
    sys.stdout.buffer.flush()


@app.command(cls=Command)
@spread
def export(
    options: SearchOptions,
    form: Annotated[ExportName, typer.Option("--format", help="What to write.")] = ExportName.GEOJSONL,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")
    ] = Path("-"),
    data: Data = None,
) -> None:
    """Write all that matches to a file, however many there are."""
    wanted = read_search(options, Sort.ID)
    with open_local(data) as local:
        from windrow.formats.exports import EXPORTS, write

        entries = local.windrow.catalogue.stream(local.principal, wanted)
        with _opened(output) as file:
            written = write(EXPORTS[form.value], entries, file)
    tell(f"{output}: {written:,} records." if str(output) != "-" else f"{written:,} records.", "dim")


editing.add_to(app)


def read_search(options: SearchOptions, sort: Sort) -> Search:
    """What the options ask for. Raises `BadInput`."""
    return Search(
        words=" ".join(options.words or ()),
        bbox=_read_box(options.bbox),
        start=_moment(options.start, option="--start"),
        end=_moment(options.end, option="--end", whole_day=True),
        keywords=options.keywords or (),
        types=options.types or (),
        standards=options.standards or (),
        collections=options.collections or (),
        sources=options.sources or (),
        identifiers=options.identifiers or (),
        sort=sort,
    )


def _moment(text: str | None, *, option: str, whole_day: bool = False) -> datetime | None:
    if text is None:
        return None
    moment = read_moment(text, option=option)
    # Periods do not include their end: up to a date means up to the end of that day.
    return moment + timedelta(days=1) if whole_day and len(text) <= len("2027-01-01") else moment


def _read_box(text: str | None) -> Box | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(number) for number in text.split(","))
    except ValueError:
        told = "must be four numbers separated by commas: west, south, east, north in degrees"
        raise BadInput.of("--bbox", told) from None
    return west, south, east, north


def _found(local: Local, wanted: Search, limit: int | None) -> Iterator[Entry]:
    catalogue, principal = local.windrow.catalogue, local.principal
    at_once = 1000 if limit is None else limit + 1
    return pages(lambda most, cursor: catalogue.search(principal, wanted, limit=most, cursor=cursor), at_once=at_once)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, which appears under its name only when it is whole; or standard output."""
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if not path.parent.is_dir():
        raise BadInput.of("--output", f"there is no folder {path.parent}")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


copies.add_to_records(app)
