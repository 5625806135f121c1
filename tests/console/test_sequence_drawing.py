"""What the editor of sequences makes of a text: the lines of what is wrong, the drawing, the help, dry runs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.console.sequences.flow import MOST_DRAWN, draw
from windrow.console.sequences.help import keys_of
from windrow.console.sequences.looking import look
from windrow.console.sequences.places import line_of, lines_of
from windrow.console.sequences.trying import skeleton, try_out
from windrow.model.runs import RunState
from windrow.work.sequence.documents import Dialect

GET = {"method": "GET", "api": "https://a.example/t"}
KEYS = st.text("ab c/", min_size=1, max_size=3)
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.text('ab"\\{}[],:/\n', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 2]))
def test_every_value_of_a_document_is_found_on_its_line(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    lines = lines_of(text)

    assert set(lines) == set(paths_of(value, ""))
    assert max(lines.values()) <= text.count("\n") + 1


@given(st.text('{}[],:"a1/* \n\\', max_size=40))
def test_what_is_no_json_does_no_harm(text: str) -> None:
    assert line_of(lines_of(text), "requests[0].api") >= 1
    assert look(text).wrong or text.strip()


STEP_KEYS = (
    *("name", "when", "method", "api", "query", "body", "retry", "pages", "task", "walker", "set", "save_to"),
    *("save_req_to", "on_error", "loop", "__def_loop__", "break", "ignore_error", "by", "as", "filter", "parallel"),
    *("requests", "goto", "id", "kind", "secret", "secrets", "persistence", "container"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["GET", "$.a", "{{ #.a }}", "https://[", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(STEP_KEYS), inner, max_size=5),
    max_leaves=14,
)


@given(
    st.lists(ODD, max_size=3), st.dictionaries(st.sampled_from(STEP_KEYS), ODD, max_size=2), st.sampled_from(Dialect)
)
def test_whatever_stands_in_a_document_it_is_looked_at_and_tried(steps: Any, more: Any, dialect: Dialect) -> None:
    looked = look(json.dumps({**more, "requests": steps}), dialect.value)

    assert looked.document is not None
    if not looked.wrong:
        answers = skeleton(looked.document)
        tried = try_out(looked.document, dialect, answers)
        assert tried.problem or tried.outcome is not None


def paths_of(value: Any, path: str) -> list[str]:
    inner = [(f"{path}.{key}".lstrip("."), each) for key, each in value.items()] if isinstance(value, dict) else []
    inner += [(f"{path}[{place}]", each) for place, each in enumerate(value)] if isinstance(value, list) else []
    return [path, *(each for name, found in inner for each in paths_of(found, name))]


def test_what_is_wrong_is_told_with_its_line_behind_comments_and_trailing_commas() -> None:
    text = """{ // what it is for
  "requests": [
    {"method": "GET", "api": "https://a.example/{{ #.id }", },
    {
      "method": "GET", "api": "https://a.example/", /* twice
      */ "when": "item.n >"
    },
  ]
}"""

    looked = look(text)

    assert [(each.line, each.field) for each in looked.wrong] == [(3, "requests[0].api"), (6, "requests[1].when")]
    assert looked.wrong[1].excerpt == '*/ "when": "item.n >"'


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ('{\n  "requests": [\n    {"method": }\n  ]\n}', 3, "document"),
        ('{\n  "requests": [{"nome": 1,\n "set": {}}]\n}', 2, "requests[0]"),
        ('{\n"requests": [],\n"dialect": "old"}', 3, "dialect"),
        ("[]", 1, "document"),
    ],
)
def test_other_faults_have_their_lines_too(text: str, line: int, field: str) -> None:
    (wrong,) = look(text).wrong

    assert (wrong.line, wrong.field) == (line, field)


def test_a_flow_has_a_box_for_each_step_a_frame_for_each_loop_and_an_arrow_for_each_jump() -> None:
    inner = {"by": "$", "as": "each", "parallel": 4, "requests": [GET, {"set": {"n": 1}}]}
    steps = [{**GET, "name": "first", "on_error": {"goto": "last"}}, {"loop": inner}, {**GET, "name": "last"}]

    flow = draw({"requests": steps}, Dialect.STRICT)

    assert flow is not None
    assert [each.place for each in flow.boxes] == [
        *("requests[0]", "requests[1]", "requests[1].loop.requests[0]", "requests[1].loop.requests[1]", "requests[2]"),
    ]
    (frame,) = flow.frames
    assert frame.title == "for each item of $, as each, 4 at once"
    inside = [each for each in flow.boxes if ".loop." in each.place]
    assert all(frame.x < box.x and frame.y < box.y for box in inside)
    assert all(box.y + box.height < frame.y + frame.height for box in inside)
    assert [each.kind for each in flow.arrows] == ["next", "next", "next", "jump"]
    assert flow.boxes[0].lines == ["GET a.example/t", "on an error: go to last"]


def test_a_flow_is_drawn_of_the_compat_dialect_and_of_what_is_wrong_and_has_an_end() -> None:
    loop = {"by": "$", "requests": [{**GET, "ignore_error": True}, 7]}
    compat = draw({"requests": [{**GET, "__def_loop__": loop}]}, Dialect.COMPAT)
    long = draw({"requests": [GET] * (MOST_DRAWN + 5)}, Dialect.STRICT)

    assert compat is not None
    assert long is not None
    assert [each.title for each in compat.boxes] == ["GET a.example/t", "GET a.example/t", "no request"]
    assert (len(long.boxes), long.left_out) == (MOST_DRAWN, 5)
    assert draw({"requests": []}, Dialect.STRICT) is None
    assert draw({}, Dialect.STRICT) is None


def test_every_key_of_the_published_schema_has_its_help() -> None:
    groups = {each.title: {key.name: key for key in each.keys} for each in keys_of(Dialect.STRICT)}

    assert groups["The document"]["requests"].holds == "a list of steps"
    assert groups["The document"]["requests"].needed
    assert groups["A step"]["method"].holds == "GET or POST or PUT or PATCH or DELETE or HEAD or OPTIONS"
    assert groups["A loop (loop)"]["parallel"].holds == "1 to 32"
    assert {"retry", "pages", "loop", "task", "walker", "secret", "goto"} - set(groups["A step"]) == {"goto"}


def test_a_dry_run_sends_nothing_and_begins_with_answers_to_fill_in() -> None:
    document = {"requests": [{**GET, "save_to": "t", "loop": {"by": "$.data", "requests": [GET]}}]}

    answers = json.loads(skeleton(document))
    tried = try_out(document, Dialect.STRICT, '{"GET https://a.example/t": {"json": {"data": [1, 2]}}}')

    assert answers == {"GET https://a.example/t": {"status": 200, "json": {}}}
    assert tried.outcome is not None
    assert tried.outcome.state is RunState.SUCCEEDED
    assert [each.path for each in tried.steps] == [
        *("requests[0]", "requests[0].loop[0].requests[0]", "requests[0].loop[1].requests[0]"),
    ]
    assert json.loads(tried.saved) == {"t": {"data": [1, 2]}}
    assert try_out(document, Dialect.STRICT, "{").problem


def test_a_dry_run_needs_no_secrets_and_begins_no_other_work() -> None:
    sign_in = {**GET, "header": {"Authorization": "{{ secret.KEY }}"}, "save_to": "t"}
    steps = [sign_in, {"walker": {"name": "hello"}, "save_to": "greeting"}]
    document = {"secrets": {"KEY": ["a.example"]}, "requests": steps}

    assert json.loads(skeleton(document)) == {
        "GET https://a.example/t": {"status": 200, "json": {}},
        "requests[1]": {"value": {}},
    }
    tried = try_out(document, Dialect.STRICT, skeleton(document))
    assert tried.outcome is not None
    assert (tried.outcome.state, json.loads(tried.saved)) == (RunState.SUCCEEDED, {"t": {}, "greeting": {}})


def test_a_dry_run_that_has_no_end_is_stopped() -> None:
    circle = {"name": "again", "api": "https://a.example/e", "method": "GET", "on_error": {"goto": "again"}}

    tried = try_out({"requests": [circle]}, Dialect.STRICT, '{"GET https://a.example/e": {"status": 500}}')

    assert tried.outcome is not None
    assert "more than 300 requests" in tried.outcome.error["message"] if tried.outcome.error else False
