"""Tables as CSV (RFC 4180, UTF-8), for programs and spreadsheets."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

from windrow.model.reports import Table, Value

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula; the wide forms are taken for it where Japanese is written."""


def write_csv(table: Table) -> bytes:
    """The table with its columns' names in the first row. Moments are UTC in ISO 8601, spans are seconds."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8", errors="replace")


def _cell(value: Value) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case float():
            return round(value, 6)
        case int():
            return value
        case str():
            return defuse(value)


def defuse(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula: an apostrophe in front says that it is text."""
    text = text.replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text[:1] in ("\t", "\r", "\n") else text
