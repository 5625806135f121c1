"""The compat dialect beyond the recorded cases: the rules of the original as they were observed and read."""

from typing import Any

import pytest

from tests.work.sequence.conftest import Stage
from tests.work.sequence.served import RECORDED as BASE
from tests.work.sequence.served import Served
from windrow.model.runs import RunState
from windrow.work.sequence.compat.machine import CompatMachine
from windrow.work.sequence.telling import Outcome

ROUTES = {
    "* /echo": {"echo": True},
    "GET /t": {"json": {"n": 1}},
    "GET /text": {"text": "hello"},
    "GET /list": {"json": {"data": [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "c", "n": 3}]}},
    "GET /groups": {"json": [{"g": "red", "of": [{"r": "r1"}, {"r": "r2"}]}, {"g": "blue", "of": [{"r": "b1"}]}]},
    "GET /none": {"status": 204},
    "GET /bad": {"text": "{", "headers": {"Content-Type": "application/json"}},
    "GET /latin": {"text": "é", "headers": {"Content-Type": "text/plain; charset=utf-8"}},
    "GET /e": {"status": 500, "json": {}},
    "GET /i/a": {"json": "A"},
    "GET /i/b": {"status": 503, "json": {}},
    "GET /i/c": {"json": "C"},
    "GET /map": {"json": {"k1": 1, "k2": 2}},
}


def play(served: Served, stage: Stage, *requests: Any, **more: Any) -> Outcome:
    served.begin(ROUTES)
    return CompatMachine(stage.conductor()).run(served.here({"requests": list(requests), **more}))


def get(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "GET", "api": BASE + path, **more}


def echo(**more: Any) -> dict[str, Any]:
    return {"method": "POST", "api": f"{BASE}/echo", **more}


def loop(by: str, *requests: Any, **more: Any) -> dict[str, Any]:
    return {"__def_loop__": {"by": by, "requests": list(requests), **more}}


ERRORS: list[tuple[Any, str]] = [
    (
        {"method": "PUT", "api": f"{BASE}/t"},
        "cannot access local variable 'response' where it is not associated with a value",
    ),
    (get("/none"), "argument of type 'NoneType' is not iterable"),
    (get("/bad"), "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ({"method": "GET"}, "'api'"),
    ({"method": None, "api": "x"}, "'NoneType' object has no attribute 'upper'"),
    ({"method": "GET", "api": "ftp://a.example/x"}, "No connection adapters were found for 'ftp://a.example/x'"),
    ({"method": "GET", "api": "http:///x"}, "Invalid URL 'http:///x': No host supplied"),
    ({"method": "GET", "api": 5}, "Invalid URL '5': No scheme supplied. Perhaps you meant https://5?"),
    ({"method": "JAC", "api": "x", "master": "u"}, "'NoneType' object has no attribute 'general_interface_to_api'"),
    (get("/t", header="x"), "'str' object has no attribute 'items'"),
    (
        get("/t", header={"X": None, "Y": [1]}),
        "Header part ([1]) from ('Y', [1]) must be of type str or bytes, not <class 'list'>",
    ),
    (
        get("/list", **loop("$.data", get("/t", save_to="{{#.nope}}"))),
        "expected string or bytes-like object, got 'NoneType'",
    ),
    (get("/list", **loop("@.data", get("/t"))), "tuple index out of range"),
    (get("/list", **loop("$.data", get("/t"), filter=None)), "'NoneType' object is not iterable"),
    (
        get("/list", **loop("$.data", get("/t"), filter=[{"by": "$.no", "condition": {"gt": 1}}])),
        "'>' not supported between instances of 'NoneType' and 'int'",
    ),
    (
        get("/list", **loop("$.data", get("/t"), filter=[{"by": "$.n", "condition": {"regex": "1"}}])),
        "expected string or bytes-like object, got 'int'",
    ),
    (
        get("/list", **loop("$.data", get("/t"), filter=[{"by": "$.id", "condition": {"regex": "["}}])),
        "unterminated character set at position 0",
    ),
    (get("/list", __def_loop__={"requests": []}), "'by'"),
    (get("/list", __def_loop__=None), "'NoneType' object is not subscriptable"),
    (get("/map", **loop("#", echo(save_to="new"))), "dictionary changed size during iteration"),
    (echo(body={"n": "<{{#.l}}>"}), "replace() argument 2 must be str, not list"),
]


@pytest.mark.parametrize(("request_", "told"), ERRORS, ids=range(len(ERRORS)))
def test_errors_have_the_words_that_documents_know(served: Served, stage: Stage, request_: Any, told: str) -> None:
    ended = play(served, stage, {**request_, "save_to": "r"}, persistence={"l": [1]})

    assert ended.result["r"] == {"worker_error": told}
    assert ended.state is not RunState.SUCCEEDED


def test_the_previous_answer_may_be_a_value_without_parts(served: Served, stage: Stage) -> None:
    ended = play(served, stage, get("/text"), echo(body={"a": "{{$.x.y}}", "b": "<{{$}}>"}, save_to="r"))

    assert ended.result["r"]["echo"]["json"] == {"a": "hello", "b": "<hello>"}


@pytest.mark.parametrize(
    ("status", "method", "body"), [(302, "GET", None), (303, "GET", None), (307, "POST", {"a": 1})]
)
def test_redirects_lead_where_browsers_go(served: Served, stage: Stage, status: int, method: str, body: Any) -> None:
    served.begin(ROUTES | {"POST /r": {"status": status, "headers": {"Location": "/echo"}}})
    document = served.here({"requests": [{"method": "POST", "api": f"{BASE}/r", "body": {"a": 1}, "save_to": "r"}]})

    ended = CompatMachine(stage.conductor()).run(document)

    assert (ended.result["r"]["echo"]["method"], ended.result["r"]["echo"]["json"]) == (method, body)


def test_an_unknown_charset_does_no_harm(served: Served, stage: Stage) -> None:
    odd = {"text": '{"a": 1}', "headers": {"Content-Type": "application/json; charset=nonsense"}}
    served.begin({"GET /odd": odd})

    ended = CompatMachine(stage.conductor()).run(served.here({"requests": [get("/odd", save_to="r")]}))

    assert ended.result == {"r": {"a": 1}}


def test_null_is_no_body(served: Served, stage: Stage) -> None:
    ended = play(served, stage, echo(body=None, save_to="r"))

    assert ended.result["r"]["echo"] == {"method": "POST", "path": "/echo", "headers": {}, "json": None}


def test_the_type_of_a_body_may_be_said(served: Served, stage: Stage) -> None:
    ended = play(served, stage, echo(header={"content-type": "application/vnd.api+json"}, body={"a": 1}, save_to="r"))

    echoed = ended.result["r"]["echo"]
    assert [value for name, value in echoed["headers"].items()] == ["application/vnd.api+json"]
    assert echoed["json"] == {"a": 1}


def test_texts_keep_their_charset(served: Served, stage: Stage) -> None:
    assert play(served, stage, get("/latin", save_to="r")).result == {"r": "é"}


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ({}, {}, ["i_0", "i_1", "list"]),
        ({"ignore_error": True}, {}, ["i_0", "i_1", "i_2", "list", "after"]),
        ({}, {"ignore_error": 1}, ["i_0", "i_1", "list", "after"]),
    ],
)
def test_an_error_in_a_loop_ends_it_unless_it_is_ignored(
    served: Served, stage: Stage, inner: Any, outer: Any, expected: list[str]
) -> None:
    body = loop("$.data", get("/i/{{@.id}}", save_to="i_{{!}}", **inner))

    ended = play(served, stage, get("/list", save_to="list", **body, **outer), get("/t", save_to="after"))

    assert list(ended.result) == expected
    failed = {"status": 503, "message": "Service Unavailable"}
    assert ended.result["i_1"] == failed
    assert (ended.result["list"] == failed) is not bool(inner)
    if ended.error:
        assert ended.error["step"] == "requests[0].loop[1].requests[0]"


def test_nested_loops_know_their_own_item_only(served: Served, stage: Stage) -> None:
    inner = echo(body={"r": "{{@.r}}"}, save_to="m_{{!}}")
    outer = echo(body={"of": "{{@.of}}"}, **loop("$.echo.json.of", inner))

    ended = play(served, stage, get("/groups", **loop("$", outer)))

    assert {name: value["echo"]["json"]["r"] for name, value in ended.result.items()} == {"m_0": "b1", "m_1": "r2"}


@pytest.mark.parametrize(("by", "expected"), [("$", ["k1", "k2"]), ("$.k1.x", []), ("#.word", ["h", "i"])])
def test_loops_go_through_keys_and_letters(served: Served, stage: Stage, by: str, expected: list[str]) -> None:
    step = get("/map", **loop(by, echo(body={"v": "{{@}}"}, save_to="s_{{!}}")))

    ended = play(served, stage, step, persistence={"word": "hi"})

    del ended.result["word"]
    assert [value["echo"]["json"]["v"] for value in ended.result.values()] == expected


def test_grammar_at_its_edges(served: Served, stage: Stage) -> None:
    texts = {
        "{{ #.a }}": "{{ #.a }}",
        "{{#.my-key}}": "{{#.my-key}}",
        "{{foo}}": None,
        "{{}}": None,
        "{{{#.a}}}": "{A}",
        "{{#.a}}\n": "A",
        "{{#.a}}{{#.a}}": "AA",
        "<{{#.none}}>": "<>",
        "{{#.by.(#.key)}}": "V",
        "{{#.by.((#.deep).x)}}": None,
        "{{#.é}}": "{{#.é}}",
    }
    body = {str(number): text for number, text in enumerate(texts)}

    ended = play(
        served, stage, echo(body=body, save_to="r"), persistence={"a": "A", "key": "k", "by": {"k": "V"}, "deep": "q"}
    )

    assert list(ended.result["r"]["echo"]["json"].values()) == list(texts.values())


def test_a_template_error_leaves_later_keys_as_they_are(served: Served, stage: Stage) -> None:
    request = {"method": "POST", "api": f"{BASE}/{{{{#.n}}}}x", "save_to": "r_{{#.s}}"}

    ended = play(served, stage, request, persistence={"n": 1, "s": "z"})

    assert ended.result["r_____s__"] == {"worker_error": "replace() argument 2 must be str, not int"}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        ([{"by": "$.n", "condition": {"eq": 99}}], ["a", "b"]),
        ([{"or": [{"by": "$.n", "condition": {"lte": 1}}, {"by": "$.m", "condition": {"eq": 1}}]}], []),
    ],
)
def test_break_ends_the_list(served: Served, stage: Stage, entries: Any, expected: list[str]) -> None:
    ended = play(served, stage, get("/t", **{"break": entries}), echo(save_to="a"), echo(save_to="b"))

    assert list(ended.result) == expected
    assert ended.state is RunState.SUCCEEDED


CRASHES: list[Any] = [
    [get("/t", save_to="a"), get("/t", save_to="{{#.n}}")],
    [get("/t", save_to="a"), get("/t", **{"break": [{"by": "$.x", "condition": {"gt": 1}}]})],
    [get("/t", save_to="a"), None],
    [get("/t", save_to="a"), 5],
]


@pytest.mark.parametrize("requests", CRASHES, ids=range(len(CRASHES)))
def test_where_the_original_crashed_the_run_fails_with_what_was_saved(
    served: Served, stage: Stage, requests: Any
) -> None:
    kept = play(served, stage, *requests, persistence={"n": 5})
    lost = play(served, stage, *requests)

    assert (kept.state, lost.state) == (RunState.FAILED, RunState.FAILED)
    assert kept.result == {"n": 5, "a": {"n": 1}}
    assert lost.result == {}
    assert lost.error is not None
    assert lost.error["saved"] == {"a": {"n": 1}}
    assert any("Jaseci's task failed here" in message for _, message, _ in stage.lines)


def test_a_container_without_current_fails_its_first_request(served: Served, stage: Stage) -> None:
    first, second = get("/t", save_to="r", ignore_error=True), echo(body={"p": "{{$}}"}, save_to="s")

    ended = play(served, stage, first, second, container={})

    assert ended.result["r"] == {"worker_error": "'current'"}
    assert ended.result["s"]["echo"]["json"] == {"p": {"worker_error": "'current'"}}


def test_a_loop_without_the_last_underscores_is_none(served: Served, stage: Stage) -> None:
    ended = play(served, stage, get("/list", __def_loop={"by": "$.data", "requests": [get("/t")]}))

    assert len(served.log) == 1
    assert ended.state is RunState.SUCCEEDED
