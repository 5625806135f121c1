"""`windrow report`: makes a report now, and writes its files; nothing is kept."""

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from windrow.cli.answers import pages, print_json, print_line, size
from windrow.cli.local import Local, open_local
from windrow.cli.options import Data, Json
from windrow.errors import BadInput, NotFound
from windrow.model.reports import ReportFile, Subject

STANDARD_OUTPUT = "-"


class Format(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    CSV = "csv"


def report(
    subject: Annotated[Subject, typer.Argument(metavar="REPORT", help=", ".join(each.value for each in Subject))],
    period: Annotated[
        str | None, typer.Option(help="The last whole day, week, month, quarter or year; without it, the month.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="MOMENT", help="Instead: it begins with this day or moment.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="MOMENT", help="It ends before this day or moment.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Whose wall clock counts, such as Europe/Berlin.")] = "UTC",
    aggregate: Annotated[
        str | None, typer.Option(metavar="STEP", help="Sum up by day, week or month; without it, what suits.")
    ] = None,
    sources: Annotated[
        list[int] | None, typer.Option("--source", help="Only of the source with this number; may be repeated.")
    ] = None,
    formats: Annotated[
        list[Format] | None,
        typer.Option("--format", "-f", help="What to write; may be repeated. Without it, what the output's name says."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to: a file, a folder, or - for standard output."),
    ] = None,
    table: Annotated[str | None, typer.Option(help="Of csv: only this table, for there is a file for each.")] = None,
    team: Annotated[str | None, typer.Option(help="The team to tell of; without it, the first admin's.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a report now, of what was until now; the files are written here, and nowhere kept."""
    wanted = _formats(formats, output)
    given = {"report": subject, "period": period, "from": since, "to": until, "zone": zone, "aggregate": aggregate}
    asked = {**given, "sources": sources, "formats": [each.value for each in wanted]}
    with open_local(data) as local:
        files = _made(local, {name: value for name, value in asked.items() if value is not None}, team)
    files = files if table is None else [_table(files, table)]
    written = _write(files, output)
    if as_json:
        print_json({"files": [str(each) for each in written]})
    elif str(output) != STANDARD_OUTPUT:
        for path, file in zip(written, files, strict=True):
            print_line(f"{path}: {size(len(file.content))}")


def _made(local: Local, parameters: Mapping[str, Any], team: str | None) -> Sequence[ReportFile]:
    tenant_id = None if team is None else _team(local, team)
    return local.windrow.reports.make(local.principal, parameters, tenant_id=tenant_id)


def _team(local: Local, name: str) -> str:
    accounts = local.windrow.accounts
    for each in pages(lambda most, cursor: accounts.list_tenants(local.principal, limit=most, cursor=cursor)):
        if each.name == name:
            return each.id
    raise NotFound("team", repr(name))


def _formats(formats: Sequence[Format] | None, output: Path | None) -> Sequence[Format]:
    if formats:
        return list(dict.fromkeys(formats))
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return [Format(ending)] if ending in list(Format) else [Format.HTML]


def _table(files: Sequence[ReportFile], name: str) -> ReportFile:
    tables = {file.name.removesuffix(".csv").rpartition("_")[2]: file for file in files if file.name.endswith(".csv")}
    if name not in tables:
        there = ", ".join(tables) or "none, for the format is not csv"
        raise BadInput.of("--table", f"{name!r} is no table of this report; there are: {there}")
    return tables[name]


def _write(files: Sequence[ReportFile], output: Path | None) -> list[Path]:
    """Writes the files; one to the name that was given, several into the folder of that name."""
    folder = output if output is not None and (output.is_dir() or output.suffix == "") else None
    if output is None or (folder is not None and str(output) != STANDARD_OUTPUT):
        folder = folder or Path()
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / each.name for each in files]
    elif len(files) > 1:
        told = f"takes one file, and there are {len(files)}: {', '.join(each.name for each in files)}"
        raise BadInput.of("--output", f"{told}. Name a folder, or choose by --format or --table")
    else:
        paths = [output]
    for path, file in zip(paths, files, strict=True):
        if str(path) == STANDARD_OUTPUT:
            sys.stdout.buffer.write(file.content)
        else:
            path.write_bytes(file.content)
    return paths
