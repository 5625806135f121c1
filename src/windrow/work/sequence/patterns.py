"""Regular expressions of documents: Python's meaning, in bounded time."""

import json
import re
import subprocess
import sys
from functools import lru_cache
from typing import Any

import re2

from windrow.work.sequence.limits import Limits
from windrow.work.sequence.problems import OutOfBounds

SECONDS = 2.0
"""How long a pattern may take that only Python's own engine understands."""

_SIMPLE = re.compile(r"[\x20-\x7e]*")
"""In such texts the linear engine means by `$`, `\\d`, `\\w` and `\\s` what Python's means."""

_CHILD = """
import json, re, sys
asked = json.load(sys.stdin)
found = getattr(re.compile(asked["pattern"]), asked["how"])(asked["text"])
sys.stdout.write("1" if found else "0")
"""


def begins(pattern: Any, text: Any, limits: Limits) -> bool:
    """Whether the text begins with what the pattern says. Raises as `re` does for what is no pattern or no text."""
    return _decide("match", pattern, text, limits)


def holds(pattern: str, text: str, limits: Limits) -> bool:
    """Whether the pattern is found anywhere in the text."""
    return _decide("search", pattern, text, limits)


def is_whole(pattern: str, text: str, limits: Limits) -> bool:
    """Whether the pattern says all of the text."""
    return _decide("fullmatch", pattern, text, limits)


def _decide(how: str, pattern: Any, text: Any, limits: Limits) -> bool:
    if isinstance(pattern, str) and len(pattern) > limits.pattern:
        raise OutOfBounds(f"A regular expression has more than {limits.pattern} characters.")
    checked = re.compile(pattern)
    if not isinstance(text, str):
        checked.match(text)  # raises what Python says of it
    if len(text) > limits.text:
        raise OutOfBounds(f"A regular expression is to be looked for in more than {limits.text} characters.")
    linear = _linear(pattern)
    if linear is not None and _SIMPLE.fullmatch(text):
        return getattr(linear, how)(text) is not None
    return _ask_child(how, pattern, text)


@lru_cache(maxsize=200)
def _linear(pattern: str) -> Any:
    """The pattern for an engine whose time grows with the text only; None where that does not know all of it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def _ask_child(how: str, pattern: str, text: str) -> bool:
    # Look-around, back references and letters beyond ASCII: Python's engine, which can take for ever, where it can be
    # ended.
    asked = json.dumps({"how": how, "pattern": pattern, "text": text})
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, and what it is told comes by its input
            [sys.executable, "-I", "-S", "-c", _CHILD], input=asked, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise OutOfBounds(f"The regular expression {pattern[:100]!r} took longer than {SECONDS:g} s.") from error
    return ended.stdout == "1"
