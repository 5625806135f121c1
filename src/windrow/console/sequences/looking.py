"""A document looked at as it stands in the editor: what is wrong and where, what it does, how that is drawn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from windrow.console.sequences.flow import Flow, draw, loop_key
from windrow.console.sequences.places import line_of, lines_of, position_in
from windrow.errors import BadInput
from windrow.work.sequence.documents import Dialect, dialect_of, read_document
from windrow.work.sequence.explaining import explain, validate

LONGEST_EXCERPT = 160

_SURPLUS = re.compile(r"'([^']+)'(?:, .*)? (?:was|were) unexpected")
"""How a key is told of that belongs nowhere: the problem names the object that it stands in."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong, and the line where it stands; `column` is 0 where only the line is known."""

    field: str
    problem: str
    line: int
    column: int = 0
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A step in words: how deep it stands in loops, and its line in the text; 0 for what is no step."""

    text: str
    depth: int
    line: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What can be told of a document. Without a `document` nothing but `wrong` is told.

    doubts  what is allowed, and likely not what was meant
    words   a line for each step, and for each loop
    lines   the line of each step, by its place
    """

    wrong: Sequence[Wrong] = ()
    doubts: Sequence[str] = ()
    words: Sequence[Told] = ()
    dialect: Dialect = Dialect.STRICT
    document: Mapping[str, Any] | None = field(default=None)
    flow: Flow | None = None
    steps: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)


def look(text: str, told: str = "") -> Looked:
    """What a text holds; `told` is the dialect, where it was chosen."""
    try:
        document = read_document(text)
        dialect = dialect_of(document, told or None)
    except BadInput as error:
        return Looked(wrong_in(text, error))
    wrong: Sequence[Wrong] = ()
    doubts: Sequence[str] = ()
    try:
        doubts = validate(document, dialect)
    except BadInput as error:
        wrong = wrong_in(text, error)
    lines = lines_of(text)
    words = [_told(each, dialect, lines) for each in explain(document, dialect)[1:]]
    steps = sum(each.line > 0 for each in words)
    return Looked(wrong, doubts, words, dialect, document, draw(document, dialect), steps, lines)


def _told(words: str, dialect: Dialect, lines: Mapping[str, int]) -> Told:
    text = words.lstrip()
    place = text.partition(":")[0].replace(".loop.", f".{loop_key(dialect)}.")
    return Told(text, (len(words) - len(text)) // 2, lines.get(place, 0) if text.startswith("requests[") else 0)


def wrong_in(text: str, error: BadInput) -> list[Wrong]:
    """What an error names, each with its place in the text, from the top down."""
    lines, rows = lines_of(text), text.split("\n")
    found = []
    for each in error.problems:
        name = each.field.removeprefix("parameters.").removeprefix("document.")
        surplus = _SURPLUS.search(each.problem)
        inside = f"{name}.{surplus[1]}".removeprefix("document.") if surplus else name
        line, column = position_in(each.problem) or (line_of(lines, inside), 0)
        row = rows[line - 1].strip() if line <= len(rows) else ""
        found.append(Wrong(name, each.problem, line, column, row[:LONGEST_EXCERPT]))
    return sorted(found, key=lambda each: each.line)
