"""Expressions: conditions, and texts with `${{ … }}` in them, over what earlier steps came to."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from windrow.errors import BadInput, FieldProblem

LONGEST = 2_000
"""Characters of one expression."""

_TEMPLATE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

NAMES = ("steps", "parameters", "due", "run")
"""What an expression may ask for."""


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """What an expression comes to, as JSON. Raises `BadInput`, whose field is the expression's place, "" here."""
    _check_length(expression)
    from windrow.core.pipelines import bounded

    return bounded.evaluate(expression, scope)


def holds(expression: str, scope: Mapping[str, Any]) -> bool:
    """Whether a condition holds. Raises `BadInput`, also where it comes to anything but true or false."""
    found = evaluate(expression, scope)
    if not isinstance(found, bool):
        raise BadInput.of("", f"must come to true or false: {expression}")
    return found


def fill_in(value: Any, scope: Mapping[str, Any]) -> Any:
    """The value with each `${{ … }}` filled in, at any depth.

    A text that is nothing but one of them becomes what that comes to, whatever it is; within a text it becomes text.
    Raises `BadInput` whose field is the place within the value.
    """
    return _walk(value, "", lambda text: _fill_text(text, scope))


def check_expression(expression: str, known: frozenset[str]) -> None:
    """Raises `BadInput` unless it can be evaluated where these steps have ended."""
    _check_length(expression)
    from windrow.core.pipelines import bounded

    unknown = sorted(bounded.find_names(expression) - set(NAMES))
    if unknown:
        raise BadInput.of("", f"asks for {unknown[0]}; there are: {', '.join(NAMES)}")
    strangers = sorted(bounded.find_members(expression, "steps") - known)
    if strangers:
        raise BadInput.of("", f"asks for step {strangers[0]}, which does not stand before this one: name it in `after`")


def check_templates(value: Any, known: frozenset[str]) -> bool:
    """Whether there are templates in a value, each of which is fine. Raises `BadInput` with the place within it."""
    found: list[str] = []

    def check(text: str) -> str:
        for each in _TEMPLATE.finditer(text):
            found.append(each.group(0))
            check_expression(each.group(1).strip(), known)
        return text

    _walk(value, "", check)
    return bool(found)


def has_template(value: Any) -> bool:
    """Whether there is a template anywhere in a value."""
    return any(_TEMPLATE.search(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            pass


def _walk(value: Any, place: str, change: Callable[[str], Any]) -> Any:
    match value:
        case str():
            try:
                return change(value)
            except BadInput as error:
                raise BadInput([FieldProblem(place, each.problem) for each in error.problems]) from error
        case Mapping():
            return {name: _walk(each, f"{place}.{name}", change) for name, each in value.items()}
        case list() | tuple():
            return [_walk(each, f"{place}.{number}", change) for number, each in enumerate(value)]
        case _:
            return value


def _fill_text(text: str, scope: Mapping[str, Any]) -> Any:
    whole = _TEMPLATE.fullmatch(text)
    if whole is not None and text.count("${{") == 1:
        return evaluate(whole.group(1).strip(), scope)
    return _TEMPLATE.sub(lambda found: _to_text(evaluate(found.group(1).strip(), scope)), text)


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _check_length(expression: str) -> None:
    if not expression.strip() or len(expression) > LONGEST:
        raise BadInput.of("", f"must have 1 to {LONGEST} characters")
