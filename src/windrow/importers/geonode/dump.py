"""A dump of GeoNode's database: SQL as `pg_dump` writes it, or JSON as `manage.py dumpdata harvesting` does.

Of the SQL only the `COPY` blocks of the two tables are looked at; the rest of the dump may be anything, of any size.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from windrow.errors import BadInput
from windrow.importers.geonode.harvesters import Harvester, picked, to_choice

HARVESTERS, RESOURCES = "harvesting_harvester", "harvesting_harvestableresource"
MODELS = {"harvesting.harvester": HARVESTERS, "harvesting.harvestableresource": RESOURCES}

TRUTHS = frozenset(
    {
        "scheduling_enabled",
        "harvest_new_resources_by_default",
        "delete_orphan_resources_automatically",
        "should_be_harvested",
    }
)

ARCHIVE = b"PGDMP"
GZIP = b"\x1f\x8b"
LONGEST_LINE = 10_000_000

_COPY = re.compile(r'COPY (?:"?[\w$]+"?\.)?"?([\w$]+)"? \((.*)\) FROM stdin;\s*')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

Row = Mapping[str, Any]


def read_dump(path: Path) -> Iterator[Harvester]:
    """Every harvester of a dump with its resources. Raises `BadInput` for what is no such dump."""
    harvesters: dict[str, Row] = {}
    resources: dict[str, list[Row]] = {}
    for table, row in _rows(path):
        if table == HARVESTERS:
            harvesters[str(row.get("id"))] = row
        else:
            resources.setdefault(str(row.get("harvester_id", row.get("harvester"))), []).append(row)
    if not harvesters:
        told = "holds no harvesters: dump the tables harvesting_* with pg_dump (plain, not --inserts), or by dumpdata"
        raise BadInput.of("dump", told)
    for number, row in sorted(harvesters.items(), key=lambda item: item[0].rjust(20)):
        chosen = [to_choice(_typed(each)) for each in resources.get(number, ())]
        yield Harvester(picked(_typed(row)), chosen)


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open("rb") as file:
        head = file.read(5)
    if head == ARCHIVE:
        raise BadInput.of("dump", f"is an archive: make SQL of it with pg_restore --file=dump.sql {path.name}")
    with _opened(path, packed=head.startswith(GZIP)) as text:
        first = text.read(1)
        while first.isspace():
            first = text.read(1)
        text.seek(0)
        yield from _from_json(text) if first == "[" else _from_sql(text)


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as text:
            yield text
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise BadInput.of("dump", f"cannot be read: {error}") from error


def _from_json(text: IO[str]) -> Iterator[tuple[str, Row]]:
    try:
        content = json.load(text)
    except ValueError as error:
        raise BadInput.of("dump", f"is no JSON: {error}") from error
    for each in content:
        table = MODELS.get(str(each.get("model"))) if isinstance(each, Mapping) else None
        if table is not None and isinstance(each.get("fields"), Mapping):
            yield table, {"id": each.get("pk"), **each["fields"]}


def _from_sql(text: IO[str]) -> Iterator[tuple[str, Row]]:
    lines = iter(lambda: text.readline(LONGEST_LINE), "")
    for line in lines:
        found = _COPY.fullmatch(line)
        if found is not None and found[1] in (HARVESTERS, RESOURCES):
            columns = [each.strip().strip('"') for each in found[2].split(",")]
            for row in _block(lines, columns):
                yield found[1], row


def _block(lines: Iterator[str], columns: list[str]) -> Iterator[Row]:
    for place, line in enumerate(lines):
        if line.rstrip("\r\n") == "\\.":
            return
        values = line.rstrip("\r\n").split("\t")
        if len(values) != len(columns):
            raise BadInput.of("dump", f"has {len(values)} values for {len(columns)} columns in row {place + 1}")
        yield dict(zip(columns, map(_value, values), strict=True))
    raise BadInput.of("dump", "ends in the middle of a table: it was cut off")


def _value(text: str) -> str | None:
    return None if text == "\\N" else _ESCAPE.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _LETTERS.get(code, code)


def _typed(row: Row) -> dict[str, Any]:
    """What COPY writes as text, as the API would tell it."""
    typed = dict(row)
    for name, value in row.items():
        if value in ("t", "f") and name in TRUTHS:
            typed[name] = value == "t"
        elif name == "harvester_type_specific_configuration" and isinstance(value, str):
            typed[name] = _configuration(value)
    return typed


def _configuration(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text
