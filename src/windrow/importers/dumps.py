"""Dumps of other systems' databases: SQL as `pg_dump` writes it, or JSON as Django's `manage.py dumpdata` does.

Of the SQL only the `COPY` blocks of the wanted tables are looked at; the rest of the dump may be anything, of any size.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from windrow.errors import BadInput

ARCHIVE = b"PGDMP"
GZIP = b"\x1f\x8b"
LONGEST_LINE = 10_000_000

_COPY = re.compile(r'COPY (?:"?[\w$]+"?\.)?"?([\w$]+)"? \((.*)\) FROM stdin;\s*')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

Row = Mapping[str, Any]


def read_rows(path: Path, models: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    """The rows of the wanted tables, each with its table; `models` are their names in Django's words, and in SQL.

    Values are as the dump has them: of SQL all are texts or None. Raises `BadInput` for what is no dump.
    """
    with path.open("rb") as file:
        head = file.read(5)
    if head == ARCHIVE:
        raise BadInput.of("dump", f"is an archive: make SQL of it with pg_restore --file=dump.sql {path.name}")
    with _opened(path, packed=head.startswith(GZIP)) as text:
        first = text.read(1)
        while first.isspace():
            first = text.read(1)
        text.seek(0)
        yield from _from_json(text, models) if first == "[" else _from_sql(text, set(models.values()))


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as text:
            yield text
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise BadInput.of("dump", f"cannot be read: {error}") from error


def _from_json(text: IO[str], models: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    try:
        content = json.load(text)
    except ValueError as error:
        raise BadInput.of("dump", f"is no JSON: {error}") from error
    for each in content:
        table = models.get(str(each.get("model"))) if isinstance(each, Mapping) else None
        if table is not None and isinstance(each.get("fields"), Mapping):
            yield table, {"id": each.get("pk"), **each["fields"]}


def _from_sql(text: IO[str], tables: Set[str]) -> Iterator[tuple[str, Row]]:
    lines = iter(lambda: text.readline(LONGEST_LINE), "")
    for line in lines:
        found = _COPY.fullmatch(line)
        if found is not None and found[1] in tables:
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
