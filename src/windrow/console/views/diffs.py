"""What a comparison of a source found: the first lines of its file, with titles."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import orjson

from windrow.core.windrow import Windrow
from windrow.errors import NotFound
from windrow.model.accounts import Principal
from windrow.model.runs import Run

KIND = "source_diff"
FILE = "diff.jsonl"
SHOWN = 100
TONES = {"added": "ok", "changed": "live", "removed": "warn", "quarantined": "bad"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One resource that would change. `record_id` is that of a record that is there."""

    change: str
    tone: str
    title: str
    told: str
    record_id: int | None


def differences_of(windrow: Windrow, principal: Principal, run: Run) -> list[Difference]:
    """The first differences that a comparison found; none for runs of other kinds, or before its end."""
    if run.kind != KIND or not run.state.is_terminal:
        return []
    with suppress(NotFound), windrow.runs.open_output(principal, run.id, FILE) as (_, file):
        return [_read(windrow, principal, line) for line in islice(file, SHOWN)]
    return []


def _read(windrow: Windrow, principal: Principal, line: bytes) -> Difference:
    told = orjson.loads(line)
    number = told.get("id")
    title = told.get("title") or told.get("identifier") or _title_of(windrow, principal, number)
    below = told.get("problem") or told.get("identifier") or ""
    return Difference(told["change"], TONES.get(told["change"], "idle"), title, below, number)


def _title_of(windrow: Windrow, principal: Principal, number: int) -> str:
    with suppress(NotFound):
        record = windrow.catalogue.get(principal, number).record
        return record.title or record.identifier
    return f"resource {number}"
