"""Conditions of the strict dialect, in CEL: bounded, without side effects, and false where they make no sense.

They know `saved`, `current`, `answer`, `item`, `index` and `loops` (by name: `loops.user.item`).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from windrow.work.sequence.problems import OutOfBounds
from windrow.work.sequence.strict.language import Scope

LONGEST = 1_000
"""Characters of a condition."""

MOST_VALUES = 1_000_000
"""Values that one condition may go through."""

_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
_WORD = re.compile(r"[A-Za-z_]\w*")
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'")

Doubt = Callable[[str], None]
"""Is told why a condition made no sense for what it was asked of."""


class BadCondition(ValueError):
    """A condition that cannot be read."""


def check(text: str) -> None:
    """Raises `BadCondition` for what is no condition."""
    _compile(text)


def holds(text: str, scope: Scope, doubt: Doubt) -> bool:
    """Whether it holds; false, and told to `doubt`, where it cannot be said: types that do not fit, missing keys.

    Raises `OutOfBounds` where it would go through too much.
    """
    from celpy.adapter import json_to_cel
    from celpy.celtypes import BoolType
    from celpy.evaluation import CELEvalError

    program, words = _compile(text)
    given = {name: value for name, value in _values(scope).items() if name in words}
    _measure(text, given)
    try:
        answer = program.evaluate({name: json_to_cel(value) for name, value in given.items()})
    except CELEvalError as error:
        doubt(f"the condition {text!r} makes no sense here, and so does not hold: {error.args[0]}")
        return False
    except (TypeError, ValueError, RecursionError) as error:
        doubt(f"the condition {text!r} makes no sense here, and so does not hold: {error}")
        return False
    if not isinstance(answer, BoolType | bool):
        doubt(f"the condition {text!r} is neither true nor false here, and so does not hold")
        return False
    return bool(answer)


def _values(scope: Scope) -> dict[str, Any]:
    innermost = scope.loops[-1] if scope.loops else None
    return {
        "saved": dict(scope.saved),
        "current": scope.current,
        "answer": dict(scope.answer),
        "item": innermost.item if innermost else None,
        "index": innermost.index if innermost else None,
        "loops": {each.name: {"item": each.item, "index": each.index} for each in scope.loops if each.name},
    }


@lru_cache(maxsize=500)
def _compile(text: str) -> tuple[Any, frozenset[str]]:
    import celpy
    from celpy.celparser import CELParseError

    if not isinstance(text, str) or len(text) > LONGEST:
        raise BadCondition(f"must be text of at most {LONGEST} characters")
    if len(_MACRO.findall(_TEXTS.sub('""', text))) > 3:
        raise BadCondition("has more than three of all, exists, map and filter: split it")
    environment = celpy.Environment()
    try:
        program = environment.program(environment.compile(text))
    except CELParseError as error:
        raise BadCondition(f"is no condition in CEL: {' '.join(str(error.args[0]).split())[:300]}") from None
    except RecursionError:
        raise BadCondition("has too many parentheses within one another") from None
    return program, frozenset(_WORD.findall(_TEXTS.sub('""', text)))


def _measure(text: str, given: Mapping[str, Any]) -> None:
    """What a condition looks at, to the power of how often it may go through it."""
    total = sum(_count(each) for each in given.values())
    if total ** max(1, len(_MACRO.findall(_TEXTS.sub('""', text)))) > MOST_VALUES:
        raise OutOfBounds(
            f"The condition {text!r} would go through more than {MOST_VALUES} values: save less, or split it."
        )


def _count(value: Any) -> int:
    waiting, count = [value], 0
    while waiting and count <= MOST_VALUES:
        each = waiting.pop()
        count += 1
        if isinstance(each, str):
            count += len(each) // 1_000
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return count
