"""Templates of the compat dialect: `{{#.a.b}}`, resolved in one pass, with the outcome that Jaseci's had.

What is looked up comes from a `View`: the saved values (`#`), the previous answer (`$`), the item of the innermost loop
(`@`) and its index (`!`), in this order. Errors are Python's own, because documents see their words.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from windrow.work.sequence.limits import Limits
from windrow.work.sequence.problems import OutOfBounds

View: TypeAlias = tuple[Any, ...]
"""Saved values, previous answer, item, index. Loops and conditions know the first two only."""

NOT_TEMPLATED = "__def_loop__"

_ROOTS = {"#": 0, "$": 1, "@": 2, "!": 3}
_LETTERS = r"[\w.\[\]$#@!"
_INNERMOST = re.compile(rf"\(({_LETTERS}]*)\)", re.ASCII)
_WHOLE = re.compile(rf"\{{\{{({_LETTERS}()]*)\}}\}}\n?", re.ASCII)
_WITHIN = re.compile(rf"\{{\{{({_LETTERS}()]*)\}}\}}", re.ASCII)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")


def name_of(saved: Any) -> str:
    """The name that a value is saved under. Raises `TypeError` for what is no text."""
    return _NOT_IN_NAMES.sub("_", saved)


def look_up(view: View, path: Any, default: Any = None, *, limits: Limits) -> Any:
    """The value at a bare path. Raises `IndexError` beyond a list's end, `TypeError` for a path that is no text."""
    path = _splice(view, path, limits)
    if not path:
        return default
    first, *rest = path.split(".")
    if first not in _ROOTS:
        return default
    value = view[_ROOTS[first]]
    if first == "!" or (first in "$@" and type(value) not in (dict, list)):
        return value  # a value without parts: the rest of the path is ignored
    return _descend(value, rest, default)


def _descend(value: Any, keys: Sequence[str], default: Any) -> Any:
    for key in keys:
        if type(value) is dict and key in value:
            value = value[key]
        elif type(value) is list and key.isnumeric():
            value = value[int(key)]
        else:
            return default
    return value


def _splice(view: View, path: Any, limits: Limits) -> Any:
    """The path with each `(path)` in it replaced by the text found there. Values may bring new ones, so it is bounded:
    Jaseci's never came to an end for a value that brings itself."""
    spliced = 0
    while found := _INNERMOST.findall(path):
        for inner in found:
            spliced += 1
            if spliced > limits.splices:
                raise OutOfBounds(f"The template path {path[:100]!r} does not come to an end.")
            path = _put(path, f"({inner})", look_up(view, inner, "", limits=limits), limits)
    return path


def _put(text: str, old: str, new: Any, limits: Limits) -> str:
    if isinstance(new, str) and len(text) + text.count(old) * len(new) > limits.text:
        raise OutOfBounds(f"A template grew beyond {limits.text} characters.")
    return text.replace(old, new)


def fill_text(view: View, text: str, *, limits: Limits) -> Any:
    """A text with its templates replaced: the value itself where the text is one template and nothing else."""
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        return look_up(view, whole[1], limits=limits)
    for path in _WITHIN.findall(text):
        # One after another in the text as it is by then: a value that holds a later template is filled in, too.
        text = _put(text, f"{{{{{path}}}}}", look_up(view, path, "", limits=limits), limits)
    return text


def fill(view: View, holder: Any, *, limits: Limits) -> None:
    """Fills in all texts of an object, in place and in the order of its keys; lists are left as they are.

    What was filled in before an error stays so. Raises `AttributeError` for what is no object.
    """
    for key in holder.keys():  # noqa: SIM118 - what is no object is to fail here, with Python's words
        if key == NOT_TEMPLATED:
            continue
        value = holder[key]
        if type(value) is str:
            holder[key] = fill_text(view, value, limits=limits)
        elif type(value) is dict:
            fill(view, value, limits=limits)
