"""Both template languages agree with small references, for whatever values and paths there are."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windrow.work.sequence.compat import language as compat
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.strict import language as strict
from windrow.work.sequence.strict.language import BadTemplate, LoopItem, Scope

LIMITS = Limits()
KEYS = st.sampled_from(["a", "b", "0", "1", "k_1"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "t", "a", "0", "{{#.a}}", "x y"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
HOLDERS = st.dictionaries(KEYS, VALUES, max_size=4)
PATHS = st.builds(
    lambda root, keys: ".".join([root, *keys]),
    st.sampled_from(["#", "$", "@", "!", "x", ""]),
    st.lists(KEYS | st.just("none"), max_size=3),
)


def compat_value(view: tuple[Any, ...], path: str) -> Any:
    """The reference: as the specification says it, for paths without parentheses. `IndexError` beyond a list."""
    if path == "":
        return None
    root, *keys = path.split(".")
    value = {"#": view[0], "$": view[1], "@": view[2], "!": view[3]}.get(root)
    if root in ("$", "@") and not isinstance(value, dict | list):
        return value
    if root == "!":
        return value
    if root not in ("#", "$", "@"):
        return None
    for key in keys:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit():
            value = value[int(key)]
        else:
            return None
    return value


@settings(deadline=None, max_examples=200)
@given(saved=HOLDERS, current=VALUES, item=VALUES, path=PATHS)
def test_compat_finds_what_the_reference_finds(saved: Any, current: Any, item: Any, path: str) -> None:
    view = (saved, current, item, "3")
    try:
        expected = compat_value(view, path)
    except IndexError:
        with pytest.raises(IndexError, match="list index out of range"):
            compat.fill_text(view, "{{" + path + "}}", limits=LIMITS)
        return

    assert compat.fill_text(view, "{{" + path + "}}", limits=LIMITS) == expected


@settings(deadline=None, max_examples=100)
@given(saved=HOLDERS, pieces=st.lists(st.sampled_from(["{{#.a}}", "{{#.b}}", "-", "{{ #.a }}", "{a}"]), min_size=2))
def test_compat_texts_are_filled_piece_by_piece(saved: Any, pieces: list[str]) -> None:
    """Where values are texts without templates, a text is the sum of its pieces."""
    plain = {key: value for key, value in saved.items() if isinstance(value, str) and "{" not in value}
    view: tuple[Any, ...] = (plain, {}, {}, "0")
    expected = "".join(re.sub(r"\{\{#\.([ab])\}\}", lambda found: plain.get(found[1], ""), each) for each in pieces)

    assert compat.fill_text(view, "<" + "".join(pieces), limits=LIMITS) == "<" + expected


def strict_value(saved: Any, keys: list[Any]) -> Any:
    """The reference for strict paths below `#`: `KeyError` where there is nothing."""
    value = saved
    for key in keys:
        if isinstance(value, dict) and str(key) in value:
            value = value[str(key)]
        elif isinstance(value, list) and str(key).isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise KeyError(key)
    return value


def _written(keys: list[Any], dotted: bool) -> str:
    return "#" + "".join(f".{key}" if dotted else f"[{json.dumps(key)}]" for key in keys)


@settings(deadline=None, max_examples=200)
@given(saved=HOLDERS, keys=st.lists(KEYS | st.integers(0, 2), max_size=3), dotted=st.booleans())
def test_strict_finds_what_the_reference_finds(saved: Any, keys: list[Any], dotted: bool) -> None:
    path, scope = _written(keys, dotted), Scope(saved)
    try:
        expected = strict_value(saved, keys)
    except KeyError:
        with pytest.raises(BadTemplate):
            strict.fill_text(f"{{{{ {path} }}}}", scope, limits=LIMITS)
        assert strict.fill_text(f"{{{{ {path}? }}}}", scope, limits=LIMITS) is None
        assert strict.fill_text(f"<{{{{{path}?}}}}>", scope, limits=LIMITS) == "<>"
        return

    assert strict.fill_text(f"{{{{ {path} }}}}", scope, limits=LIMITS) == expected
    shown = expected if isinstance(expected, str) else json.dumps(expected)
    assert strict.fill_text(f"<{{{{{path}}}}}>", scope, limits=LIMITS) == f"<{shown}>"


@settings(deadline=None, max_examples=100)
@given(value=VALUES, saved=HOLDERS)
def test_strict_filling_reaches_lists_and_never_looks_twice(value: Any, saved: Any) -> None:
    """What has no template stays; what was filled in is not filled in again."""
    holder = {"x": value}

    filled = strict.fill(["{{#.x}}", {"k": ["{{#.x}}"]}, 5], Scope(holder), limits=LIMITS)

    assert filled == [value, {"k": [value]}, 5]


@settings(deadline=None, max_examples=300)
@given(text=st.text(alphabet='{}#$@!.()[]?"a0 -', max_size=25))
def test_strict_reads_a_text_or_says_why_not(text: str) -> None:
    try:
        parts = strict.parse(text)
    except BadTemplate:
        return
    assert ("{{" in text) == any(isinstance(each, strict.Path) for each in parts)


def test_strict_roots() -> None:
    loops = (LoopItem("user", {"n": "outer"}, 4), LoopItem("", {"n": "inner"}, 2))
    scope = Scope({"m": {"inner": "V"}}, {"a": 1}, {"status": 200, "headers": {"x-a": "h"}}, loops)
    texts = {
        "{{ @.n }}": "inner",
        "{{@@.n}}": "outer",
        "{{@user.n}}": "outer",
        "{{!}}": 2,
        "{{!!}}": 4,
        "{{!user}}": 4,
        "{{$.a}}": 1,
        "{{answer.status}}": 200,
        '{{answer.headers["x-a"]}}': "h",
        "{{#.m.(@.n)}}": "V",
        '{{ "{{ literal }}" }}': "{{ literal }}",
    }

    assert {text: strict.fill_text(text, scope, limits=LIMITS) for text in texts} == texts
