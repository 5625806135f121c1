"""Templates of the strict dialect: `{{ #.user["full name"] }}`, parsed once, filled in one pass.

    #            saved values                 $          the previous answer
    @  @@  @name the item of the innermost, next outer, named loop
    !  !!  !name its index, a number          answer     status, headers and url of the previous answer
    secret.NAME  a named secret               "text"     itself, for a text with braces in it
    .a  ["a b"]  a key                        .0  [0]    an element
    .(path)      the key or element that the value there names
    …?           null, or no text, where there is nothing

A text that is one template and nothing else becomes the value; within a text, other values stand as JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from windrow.work.sequence.limits import Limits
from windrow.work.sequence.problems import OutOfBounds

DEEPEST = 5
"""Paths within paths."""

_MISSING = object()

_OPEN = re.compile(r"\{\{")
_TOKEN = re.compile(
    r"""\s*(?:(?P<end>\?)?\s*(?P<close>\}\})
    | (?P<root>\#|\$|@@*(?![\w@])|!!*(?![\w!])|@[A-Za-z_]\w*|![A-Za-z_]\w*|answer\b|secret\b)
    | (?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")
    | \.(?P<key>[\w-]+)
    | \[\s*(?P<index>\d{1,9})\s*\]
    | \[\s*(?P<quoted>"(?:[^"\\\x00-\x1f]|\\.)*")\s*\]
    | \.(?P<open>\()
    | (?P<shut>\)))""",
    re.VERBOSE,
)


class BadTemplate(ValueError):
    """A template that cannot be read, or has no value here; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value is. `keys` are names, indexes, and paths whose value is a name or an index."""

    root: str
    keys: "tuple[str | int | Path, ...]"
    optional: bool = False
    literal: str | None = None
    said: str = ""


Parts: TypeAlias = tuple[str | Path, ...]


@dataclass(frozen=True, slots=True)
class LoopItem:
    """Where a loop stands. `name` is "" for a loop without one."""

    name: str
    item: Any
    index: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What templates see. `loops`: the innermost last. `secret` gives a named secret, or raises `BadTemplate`."""

    saved: Mapping[str, Any]
    current: Any = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    loops: tuple[LoopItem, ...] = ()
    secret: Callable[[str], str] | None = None


def parse(text: str) -> Parts:
    """The parts of a text. Raises `BadTemplate`."""
    return _parse(text)


@lru_cache(maxsize=5_000)
def _parse(text: str) -> Parts:
    parts: list[str | Path] = []
    at = 0
    while (found := _OPEN.search(text, at)) is not None:
        if found.start() > at:
            parts.append(text[at : found.start()])
        path, at = _Reader(text).read(found.end(), depth=0)
        parts.append(path)
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def parse_path(text: str) -> Path:
    """A path that stands bare, without braces (or with them). Raises `BadTemplate`."""
    bare = text.strip()
    parts = parse(bare if bare.startswith("{{") else f"{{{{{bare}}}}}")
    if len(parts) != 1 or not isinstance(parts[0], Path):
        raise BadTemplate(f"{text!r} is not one path, such as $.data")
    return parts[0]


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, at: int, depth: int) -> tuple[Path, int]:
        """A path that begins here, to its end: `}}` outside of parentheses, `)` within."""
        begun = at
        if depth > DEEPEST:
            raise self._wrong(at, f"paths stand more than {DEEPEST} deep within one another")
        found = self._token(at)
        if found["text"] is not None:
            end = self._token(found.end())
            if end["close"] is None:
                raise self._wrong(found.end(), "expected }} behind a text")
            return Path("", (), literal=json.loads(found["text"]), said=found["text"]), end.end()
        if found["root"] is None:
            raise self._wrong(at, "a path begins with # $ @ ! answer or secret")
        return self._keys(begun, found, depth)

    def _keys(self, begun: int, root: re.Match[str], depth: int) -> tuple[Path, int]:
        keys: list[str | int | Path] = []
        at = root.end()
        while True:
            found = self._token(at)
            if found["close" if depth == 0 else "shut"] is not None:
                said = self._text[begun : found.start()].strip()
                return Path(root["root"], tuple(keys), optional=found["end"] is not None, said=said), found.end()
            if found["open"] is not None:
                inner, at = self.read(found.end(), depth + 1)
                keys.append(inner)
            else:
                keys.append(self._key(found))
                at = found.end()

    def _key(self, found: re.Match[str]) -> str | int:
        if found["key"] is not None:
            return found["key"]
        if found["index"] is not None:
            return int(found["index"])
        if found["quoted"] is not None:
            return str(json.loads(found["quoted"]))
        raise self._wrong(found.start(), 'expected .key ["key"] [0] .(path) ? or }}')

    def _token(self, at: int) -> re.Match[str]:
        found = _TOKEN.match(self._text, at)
        if found is None:
            raise self._wrong(at, 'expected .key ["key"] [0] .(path) ? or }}')
        return found

    def _wrong(self, at: int, told: str) -> BadTemplate:
        return BadTemplate(f"character {at + 1} of {self._text[:200]!r}: {told}")


def value_at(path: Path, scope: Scope) -> Any:
    """The value there. Raises `BadTemplate` where there is none and that is not allowed."""
    value = _find(path, scope)
    if value is not _MISSING:
        return value
    if path.optional:
        return None
    raise BadTemplate(f"there is nothing at {path.said}; write {path.said}? where that may be")


def _find(path: Path, scope: Scope) -> Any:
    if path.literal is not None:
        return path.literal
    if path.root == "secret":
        return _secret(path, scope)
    value = _root(path, scope)
    for key in path.keys:
        if value is _MISSING:
            return _MISSING
        value = _inside(value, _resolved(key, scope))
    return value


def _secret(path: Path, scope: Scope) -> str:
    if len(path.keys) != 1 or not isinstance(path.keys[0], str):
        raise BadTemplate(f"{path.said}: a secret is named by secret.NAME")
    if scope.secret is None:
        raise BadTemplate(f"{path.said}: secrets may stand in header, query and body only")
    return scope.secret(path.keys[0])


def _root(path: Path, scope: Scope) -> Any:
    match path.root:
        case "#":
            return scope.saved
        case "$":
            return scope.current
        case "answer":
            return scope.answer
        case root:
            loop = _loop(root[1:], len(root), scope)
            if loop is None:
                raise BadTemplate(f"{path.said}: there is no such loop around this")
            return loop.item if root[0] == "@" else loop.index


def _loop(name: str, depth: int, scope: Scope) -> LoopItem | None:
    if name.strip("@!"):
        return next((each for each in reversed(scope.loops) if each.name == name), None)
    return scope.loops[-depth] if depth <= len(scope.loops) else None


def _resolved(key: "str | int | Path", scope: Scope) -> str | int:
    if not isinstance(key, Path):
        return key
    value = value_at(key, scope)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise BadTemplate(f"the value at {key.said} is neither text nor a whole number: it cannot be a key")


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key), _MISSING)
    if isinstance(value, list) and str(key).isdecimal() and str(key).isascii() and int(key) < len(value):
        return value[int(key)]
    return _MISSING


def fill(value: Any, scope: Scope, *, limits: Limits) -> Any:
    """A copy with all templates filled in, also in lists; keys stay. Raises `BadTemplate`, `OutOfBounds`."""
    match value:
        case str():
            return fill_text(value, scope, limits=limits)
        case dict():
            return {key: fill(each, scope, limits=limits) for key, each in value.items()}
        case list():
            return [fill(each, scope, limits=limits) for each in value]
        case _:
            return value


def fill_text(text: str, scope: Scope, *, limits: Limits) -> Any:
    """One text. What was filled in is never looked at again."""
    parts = parse(text)
    if len(parts) == 1 and isinstance(parts[0], Path):
        return value_at(parts[0], scope)
    written = [each if isinstance(each, str) else _written(each, scope) for each in parts]
    if sum(map(len, written)) > limits.text:
        raise OutOfBounds(f"A template grew beyond {limits.text} characters.")
    return "".join(written)


def _written(path: Path, scope: Scope) -> str:
    value = _find(path, scope) if path.optional else value_at(path, scope)
    if value is _MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
