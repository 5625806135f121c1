"""Journals in files: what the command line keeps of a run, so that it can be gone on with."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from windrow.errors import BadInput
from windrow.work.sequence.journal import DOCUMENT, STOPPED, Journal, fingerprint, go_on_with
from windrow.work.sequence.telling import Outcome


@dataclass(frozen=True, slots=True)
class FiledJournal:
    """A journal, and the file that it is written to."""

    journal: Journal
    file: BinaryIO | None = None

    def note_end(self, outcome: Outcome) -> None:
        """Notes where the run stopped, if it did."""
        if self.file is not None and outcome.error is not None:
            _append(self.file, {STOPPED: outcome.error["step"]})


@contextmanager
def open_journal(path: Path | None, document: Any) -> Iterator[FiledJournal]:
    """The journal in a file, which only its owner may read: it holds answers with all that is in them.

    Raises `BadInput` for a file that is no journal, or that of another document.
    """
    if path is None:
        yield FiledJournal(Journal())
        return
    known = go_on_with(_read(path), document)
    with open(os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "ab") as file:
        if not known:
            _append(file, {DOCUMENT: fingerprint(document)})
        yield FiledJournal(Journal(known, lambda entries: _append(file, entries)), file)


def _append(file: BinaryIO, entries: Mapping[str, Any]) -> None:
    for path, entry in entries.items():
        file.write(json.dumps({"path": path, "entry": entry}).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _read(path: Path) -> dict[str, Any]:
    known: dict[str, Any] = {}
    lines = path.read_bytes().splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            read = json.loads(line)
            step, entry = read["path"], read["entry"]
        except (ValueError, KeyError, TypeError):
            if number == len(lines):
                break  # cut off when the machine stopped
            raise BadInput.of("journal", f"{path}, line {number}, is none of a journal") from None
        known[step] = entry
        if step != STOPPED:
            known.pop(STOPPED, None)  # a run went on behind it
    return known
