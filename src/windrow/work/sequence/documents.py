"""Documents: texts that hold a sequence, read into plain JSON, and the dialect that they are written in."""

import json
import re
from enum import StrEnum
from typing import Any

from windrow.errors import BadInput

LARGEST = 5 << 20
"""Characters of a document."""

DEEPEST = 100
"""Objects and lists within one another."""

_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"\\\n]|\\.)*")
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<comma>,)
    | (?P<close>[\]}])
    | (?P<space>\s+)
    | (?P<other>[^"/,\]}\s]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Dialect(StrEnum):
    """The two languages of sequences: that of Jaseci's documents, and ours."""

    COMPAT = "compat"
    STRICT = "strict"


def read_document(text: str) -> dict[str, Any]:
    """A document as it was written down: JSON, in which comments and trailing commas are allowed.

    Raises `BadInput` that tells line and column.
    """
    if len(text) > LARGEST:
        raise BadInput.of("document", f"must have at most {LARGEST} characters")
    try:
        read = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError:
        read = _read_relaxed(text)
    return checked(read)


def checked(read: Any) -> dict[str, Any]:
    """The same, known to be an object that is not too deep. Raises `BadInput`."""
    if not isinstance(read, dict):
        raise BadInput.of("document", "must be an object: {...}")
    level: list[Any] = [read]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return read
    raise _too_deep()


def dialect_of(document: Any, told: str | None = None) -> Dialect:
    """The dialect that is told, or that the document names by `dialect`; strict for all others. Raises `BadInput`."""
    named = told if told is not None else document.get("dialect", Dialect.STRICT.value)
    try:
        return Dialect(named)
    except ValueError:
        raise BadInput.of("dialect", "must be compat or strict") from None


def _read_relaxed(text: str) -> Any:
    try:
        return json.loads(_strip(text))
    except json.JSONDecodeError as error:
        told = f"is not JSON (comments and trailing commas are allowed): line {error.lineno}, column {error.colno}: "
        raise BadInput.of("document", told + error.msg) from None
    except RecursionError:
        raise _too_deep() from None


def _strip(text: str) -> str:
    """The text with spaces in the place of comments and trailing commas: what stays keeps its line and column."""
    pieces: list[str] = []
    comma: int | None = None
    for found in _TOKEN.finditer(text):
        piece = found[0]
        match found.lastgroup:
            case "comment":
                pieces.append(re.sub(r"[^\n]", " ", piece))
                continue
            case "close" if comma is not None:
                pieces[comma] = " "
                comma = None
            case "comma":
                comma = len(pieces)
            case "space":
                pass
            case _:
                comma = None
        pieces.append(piece)
    return "".join(pieces)


def _too_deep() -> BadInput:
    return BadInput.of("document", f"must not have more than {DEEPEST} objects and lists within one another")
