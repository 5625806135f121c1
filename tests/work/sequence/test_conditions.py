"""Conditions hold, do not hold, or make no sense: then they do not hold, and it is said."""

import pytest

from windrow.work.sequence.strict import conditions
from windrow.work.sequence.strict.language import LoopItem, Scope

SCOPE = Scope(
    {"t": {"n": 3, "s": "abc", "tags": ["x", "y"], "f": 1.5, "none": None}, "names": {"a": 1}},
    current={"next": None, "done": True},
    answer={"status": 404, "headers": {"x-left": "5"}, "url": "https://a.example/"},
    loops=(LoopItem("user", {"id": 7}, 0), LoopItem("", "item", 2)),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saved.t.n > 2 && saved.t.n <= 3", True),
        ("saved.t.s.startsWith('ab') && saved.t.s.matches('^a.c$')", True),
        ("saved.t.tags.exists(each, each == 'y')", True),
        ("'x' in saved.t.tags && size(saved.t.tags) == 2", True),
        ("has(saved.t.n) && !has(saved.t.m)", True),
        ("current.next == null && current.done", True),
        ("answer.status in [404, 410] && int(answer.headers['x-left']) < 6", True),
        ("item == 'item' && index == 2 && loops.user.item.id == 7 && loops.user.index == 0", True),
        ("saved.t.f > 1.0", True),
        ("false || true", True),
        ("saved.t.n == 4", False),
    ],
)
def test_conditions_say_yes_or_no(text: str, expected: bool) -> None:
    doubts: list[str] = []

    assert conditions.holds(text, SCOPE, doubts.append) is expected
    assert doubts == []


@pytest.mark.parametrize(
    "text",
    ["saved.t.s > 2", "saved.none.at.all", "saved.t.n", "saved.t.s", "unknown", "saved.t.tags[9] == 1", "1 / 0 == 1"],
)
def test_conditions_without_sense_do_not_hold(text: str) -> None:
    doubts: list[str] = []

    assert conditions.holds(text, SCOPE, doubts.append) is False
    assert len(doubts) == 1


@pytest.mark.parametrize("text", ["", "a +", "a; b", "lambda x: x", "import os", "x" * 1_001])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(conditions.BadCondition):
        conditions.check(text)
