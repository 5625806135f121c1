"""Where things stand in the text of a document: JSON, in which comments and trailing commas are allowed."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<mark>[{}\[\],:])|(?P<space>\s+)'
    r'|(?P<other>[^\s"{}\[\],:/]+|.)',
    re.DOTALL,
)
_POSITION = re.compile(r"line (\d+), column (\d+)")
_LAST = re.compile(r"(\.[^.\[\]]+|\[\d+\])$")


@dataclass(slots=True)
class _Open:
    """An object or list that was begun; `key` is that of the value to come, where it was read already."""

    path: str
    is_list: bool
    index: int = 0
    key: str | None = None
    after_colon: bool = False


def lines_of(text: str) -> Mapping[str, int]:
    """The line of each value, from 1, by its path as problems name it: `requests[1].loop.requests[0].api`.

    What is no JSON does no harm: what can be told is told.
    """
    breaks = [found.start() for found in re.finditer("\n", text)]
    return {path: bisect_right(breaks, at) + 1 for path, at in _values(text)}


def line_of(lines: Mapping[str, int], field: str) -> int:
    """The line of what a problem names, or else of the nearest thing around it; 1 for the whole document."""
    while field and field not in lines:
        shorter = _LAST.sub("", field)
        field = shorter if shorter != field else ""
    return lines.get(field, 1)


def position_in(told: str) -> tuple[int, int] | None:
    """The line and column that a message names; None where it names none."""
    found = _POSITION.search(told)
    return (int(found[1]), int(found[2])) if found else None


def _values(text: str) -> Iterator[tuple[str, int]]:
    """The path of each value, and where it begins; of several of one name the first."""
    stack: list[_Open] = []
    seen: set[str] = set()
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if found.lastgroup in ("space", "comment"):
            continue
        here = stack[-1] if stack else None
        if found.lastgroup == "mark" and piece in "}],:":
            _step(stack, piece)
            continue
        if here is not None and not here.is_list and not here.after_colon:
            here.key = _key(piece)
            continue
        path = _path(here)
        if path not in seen:
            seen.add(path)
            yield path, found.start()
        if piece in "{[":
            stack.append(_Open(path, piece == "["))


def _step(stack: list[_Open], mark: str) -> None:
    if not stack:
        return
    if mark in "}]":
        stack.pop()
    elif mark == ":":
        stack[-1].after_colon = True
    else:
        stack[-1].index += 1
        stack[-1].after_colon = False


def _path(here: _Open | None) -> str:
    if here is None:
        return ""
    return f"{here.path}[{here.index}]" if here.is_list else f"{here.path}.{here.key}".lstrip(".")


def _key(piece: str) -> str:
    with suppress(ValueError):
        read = json.loads(piece)
        if isinstance(read, str):
            return read
    return piece
