"""Expressions: what they come to, what is wrong with them, and that none takes for ever."""

from datetime import UTC, datetime
from typing import Any

import pytest

from windrow.core.pipelines.expressions import check_expression, check_templates, evaluate, fill_in, holds
from windrow.errors import BadInput

SCOPE: dict[str, Any] = {
    "steps": {"fetch": {"state": "partial", "counts": {"added": 3}, "result": {"names": ["a", "b"]}, "error": ""}},
    "parameters": {"year": 2026},
    "due": datetime(2026, 3, 1, tzinfo=UTC),
    "run": {"id": "1"},
}
TEN = "[1,2,3,4,5,6,7,8,9,10]"
DOUBLED = "[1]" + ".map(x, [x, x])" * 40


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("steps.fetch.counts.added > 2 && parameters.year == 2026", True),
        ("has(steps.fetch.counts.removed)", False),
        ("steps.fetch.result.names.map(each, each + '!')", ["a!", "b!"]),
        ("steps.fetch.result", {"names": ["a", "b"]}),
        ("due + duration('24h')", "2026-03-02T00:00:00+00:00"),
        ("duration('90s')", "90s"),
        ("1.5 * 2.0", 3.0),
        ("null", None),
    ],
)
def test_an_expression_comes_to_json(expression: str, value: object) -> None:
    assert evaluate(expression, SCOPE) == value


@pytest.mark.parametrize(
    "expression",
    [
        "1 +",
        "nobody.knows",
        "steps.fetch.missing",
        "[1][7]",
        "type(1)",
        "1 / 0",
        "",
        "x" * 3_000,
        "(" * 900 + ")" * 900,
    ],
)
def test_what_cannot_be_told_is_an_error(expression: str) -> None:
    with pytest.raises(BadInput):
        evaluate(expression, SCOPE)


@pytest.mark.parametrize(
    "expression",
    [
        '["aaaaaaaaaa"]' + ".map(x, x + x)" * 40,
        f"{DOUBLED} == {DOUBLED}",
        f"{TEN}.all(a, {TEN}.all(b, {TEN}.all(c, {TEN}.all(d, {TEN}.all(e, {TEN}.all(f, a > 0))))))",
    ],
)
def test_what_would_take_for_ever_or_all_memory_is_stopped(expression: str) -> None:
    with pytest.raises(BadInput, match=r"takes too long|too large"):
        evaluate(expression, SCOPE)


def test_a_condition_is_true_or_false_and_nothing_else() -> None:
    assert holds("steps.fetch.state == 'partial'", SCOPE)
    with pytest.raises(BadInput, match="true or false"):
        holds("1", SCOPE)


def test_a_text_that_is_one_template_becomes_its_value_and_others_become_text() -> None:
    given = {
        "all": "${{ steps.fetch.result.names }}",
        "some": ["from ${{ parameters.year }} on, ${{ steps.fetch.counts }}"],
        "none": "$ {{ }} stays",
        "number": 3,
    }

    assert fill_in(given, SCOPE) == {
        "all": ["a", "b"],
        "some": ['from 2026 on, {"added":3}'],
        "none": "$ {{ }} stays",
        "number": 3,
    }


def test_a_template_that_is_wrong_tells_its_place() -> None:
    with pytest.raises(BadInput) as caught:
        fill_in({"a": [{"b": "${{ nobody }}"}]}, SCOPE)

    assert [each.field for each in caught.value.problems] == [".a.0.b"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("steps.later.state == 'failed'", "later"),
        ("step.fetch.state == 'failed'", "asks for step;"),
        ("steps.fetch.state ==", "no CEL"),
    ],
)
def test_what_can_be_seen_to_be_wrong_is_seen_before_it_runs(expression: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        check_expression(expression, frozenset({"fetch"}))


def test_what_is_right_is_left_alone() -> None:
    check_expression("steps.fetch.result.names.exists(each, each == string(parameters.year))", frozenset({"fetch"}))
    assert check_templates({"a": "${{ due }}"}, frozenset())
    assert not check_templates({"a": "due"}, frozenset())
