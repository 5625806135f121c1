"""CEL by cel-python, evaluated within bounds. Imported when the first expression is met: it is slow to load."""

import math
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError, Evaluator
from lark import Token, Tree
from lark.exceptions import LarkError

from windrow.errors import BadInput

MOST_VISITS = 100_000
"""How many nodes one evaluation may look at; a macro looks at its expression once for each element."""

LONGEST = 2.0
"""Seconds that one evaluation may take."""

LARGEST = 200_000
"""Characters of a text, and values within one another, that an evaluation may make or return."""

_MAKERS = frozenset({"list_lit", "map_lit", "member_dot_arg"})
"""Nodes that make a value out of others, and so could double it again and again in a few characters."""

MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
TYPES = frozenset(
    {"bool", "bytes", "double", "duration", "int", "list", "map", "null_type", "string", "timestamp", "type", "uint"}
)

_ENVIRONMENT = celpy.Environment()
_PARSING = Lock()


class _TooMuch(Exception):
    """An evaluation went beyond its bounds."""


class _Bounds:
    """What is left of them for one evaluation."""

    def __init__(self) -> None:
        self.visits, self.until = MOST_VISITS, time.monotonic() + LONGEST

    def count(self, node: Tree[Any], value: Any) -> None:
        """Counts one node that was looked at, and its value."""
        self.visits -= 1
        if self.visits < 0 or (self.visits % 64 == 0 and time.monotonic() > self.until):
            raise _TooMuch("takes too long")
        if isinstance(value, str | bytes) and len(value) > LARGEST:
            raise _TooMuch("makes a value that is too large")
        if node.data in _MAKERS or (node.data == "addition" and len(node.children) > 1):
            _weigh(value, iter(range(LARGEST)))


class _BoundedEvaluator(Evaluator):
    """Counts what it does, also within macros."""

    def __init__(self, ast: Tree[Any], activation: Any, bounds: _Bounds) -> None:
        super().__init__(ast, activation)
        self._bounds = bounds

    def sub_evaluator(self, ast: Tree[Any]) -> Evaluator:
        """An evaluator for a macro's expression, within the same bounds."""
        return _BoundedEvaluator(ast, self.activation, self._bounds)

    def _visit_tree(self, tree: Tree[Any]) -> Any:
        # What lark's interpreter does with each node, those asked for by `visit` and the children alike.
        value = super()._visit_tree(tree)
        self._bounds.count(tree, value)
        return value


@lru_cache(maxsize=1_000)
def parse(expression: str) -> Tree[Any]:
    """The tree of an expression. Raises `BadInput` without a field: the caller knows it."""
    try:
        with _PARSING:
            return _ENVIRONMENT.compile(expression)
    except CELParseError as error:
        place = f" at character {error.column}" if error.column and error.column > 0 else ""
        raise BadInput.of("", f"is no CEL expression{place}: {expression}") from error
    except (LarkError, RecursionError, ValueError) as error:
        raise BadInput.of("", f"is no CEL expression: {expression}") from error


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """What an expression comes to with these names, as JSON. Raises `BadInput` without a field."""
    runner: Any = _ENVIRONMENT.program(parse(expression))
    names = {name: value if value is None else json_to_cel(value) for name, value in scope.items()}
    try:
        found = _BoundedEvaluator(runner.ast, runner.new_activation(), _Bounds()).evaluate(names)
        return _to_json(found, iter(range(LARGEST)))
    except _TooMuch as error:
        raise BadInput.of("", f"{error}: {expression}") from error
    except CELEvalError as error:
        raise BadInput.of("", f"{_tell(error)}: {expression}") from error
    except (RecursionError, ArithmeticError, ValueError, TypeError, KeyError) as error:
        raise BadInput.of("", f"cannot be evaluated ({type(error).__name__}): {expression}") from error


def _tell(error: CELEvalError) -> str:
    told = str(error.args[0]) if error.args else "cannot be evaluated"
    return told.partition(" (in activation")[0][:300]


def _weigh(value: Any, left: Iterator[int]) -> None:
    """Raises where a value holds too many others: to compare two of them would take for ever."""
    if next(left, None) is None:
        raise _TooMuch("makes a value that is too large")
    if isinstance(value, list | dict):
        for each in value if isinstance(value, list) else value.values():
            _weigh(each, left)


def _to_json(value: Any, left: Iterator[int]) -> Any:
    if next(left, None) is None:
        raise _TooMuch("makes a value that is too large")
    if isinstance(value, list):
        return [_to_json(each, left) for each in value]
    if isinstance(value, dict):
        return {str(name): _to_json(each, left) for name, each in value.items()}
    return _to_plain(value)


def _to_plain(value: Any) -> Any:
    match value:
        case None:
            return None
        case bool() | celtypes.BoolType():
            return bool(value)
        case datetime():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g}s"
        case int():
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case str():
            return str(value)
        case _:
            raise _TooMuch(f"makes a {type(value).__name__}, which is no JSON")


def find_names(expression: str) -> frozenset[str]:
    """The names that an expression asks for, without those that its macros give. Raises `BadInput`."""
    tree = parse(expression)
    given = {
        str(each.children[0])
        for call in tree.find_data("member_dot_arg")
        if str(call.children[1]) in MACROS and len(call.children) > 2
        for each in _first_argument(call).find_data("ident")
    }
    return frozenset({str(each.children[0]) for each in tree.find_data("ident")} - given - TYPES)


def find_members(expression: str, name: str) -> frozenset[str]:
    """What an expression asks a name for by a dot: `a` of `name.a.b`. Raises `BadInput`."""
    return frozenset(
        str(each.children[1]) for each in parse(expression).find_data("member_dot") if _is_name(each.children[0], name)
    )


def _first_argument(call: Tree[Any]) -> Tree[Any]:
    first: Tree[Any] = call.children[2].children[0]
    return first


def _is_name(node: Any, name: str) -> bool:
    while isinstance(node, Tree) and len(node.children) == 1:
        if node.data == "ident":
            return isinstance(node.children[0], Token) and str(node.children[0]) == name
        node = node.children[0]
    return False
