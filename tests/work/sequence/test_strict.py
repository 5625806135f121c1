"""The strict dialect: what it can say, and what becomes of errors."""

import json
from typing import Any

import pytest

from tests.work.sequence.conftest import Stage
from tests.work.sequence.served import RECORDED as BASE
from tests.work.sequence.served import Served
from windrow.errors import BadInput
from windrow.model.named_secrets import OpenSecret
from windrow.model.runs import RunState
from windrow.model.steps import StepEnd
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.running import ALONE, run_document
from windrow.work.sequence.surroundings import Surroundings
from windrow.work.sequence.telling import Outcome

ECHO = {"* /echo": {"echo": True}}


def echo(**step: Any) -> dict[str, Any]:
    return {"method": "POST", "api": f"{BASE}/echo", **step}


def get(path: str, **step: Any) -> dict[str, Any]:
    return {"method": "GET", "api": BASE + path, **step}


def play(
    served: Served,
    stage: Stage,
    routes: Any,
    *steps: Any,
    around: Surroundings = ALONE,
    **more: Any,
) -> Outcome:
    served.begin(ECHO | routes)
    document = served.here({"requests": list(steps), **more})
    return run_document(document, Dialect.STRICT, stage.conductor(), around)


def test_lists_and_numbers_and_brackets_are_templated(served: Served, stage: Stage) -> None:
    body = {"l": ["{{ #.n }}", {"x": "n={{#.n}} {{#.b}} {{#.o}}"}], "k": '{{ #["a b"][1].c }}', "d": "{{#.m.(#.key)}}"}
    values = {"n": 7, "b": True, "o": {"a": None}, "a b": [0, {"c": "C"}], "m": {"k1": "V"}, "key": "k1"}

    ended = play(served, stage, {}, echo(body=body), persistence=values)

    assert ended.state is RunState.SUCCEEDED
    assert served.log[0]["json"] == {"l": [7, {"x": 'n=7 true {"a": null}'}], "k": "C", "d": "V"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_method_is_sent(served: Served, stage: Stage, method: str) -> None:
    play(served, stage, {}, {"method": method, "api": f"{BASE}/echo?a=1", "query": {"b": ["x y", 2], "c": None}})

    assert [(each["method"], each["path"]) for each in served.log] == [(method, "/echo?a=1&b=x%20y&b=2")]


def test_what_is_missing_is_an_error_unless_it_may_be(served: Served, stage: Stage) -> None:
    missing = play(served, stage, {}, echo(body="{{#.nope}}", save_to="r"))
    allowed = play(served, stage, {}, echo(body=["{{#.nope?}}", "<{{#.nope?}}>"]))

    assert missing.state is RunState.FAILED
    assert missing.error == {
        "step": "requests[0]",
        "message": "there is nothing at #.nope; write #.nope? where that may be",
    }
    assert allowed.state is RunState.SUCCEEDED
    assert served.log[0]["json"] == [None, "<>"]


def test_a_failure_tells_step_and_answer(served: Served, stage: Stage) -> None:
    routes = {"GET /e": {"status": 422, "json": {"detail": "no"}}}

    ended = play(served, stage, routes, get("/echo", save_to="a"), get("/e"), get("/echo", save_to="b"))

    assert ended.state is RunState.PARTIAL
    assert list(ended.result) == ["a"]
    assert ended.error == {
        "step": "requests[1]",
        "message": "422 Unprocessable Entity",
        "status": 422,
        "answer": {"detail": "no"},
    }


def test_on_error_goes_on_or_elsewhere(served: Served, stage: Stage) -> None:
    routes = {"GET /e": {"status": 500, "json": {}}}

    ended = play(
        served,
        stage,
        routes,
        get("/e", on_error="continue"),
        echo(body="{{ $.error.status }}", save_to="seen"),
        get("/e", on_error={"goto": "last"}),
        echo(save_to="never"),
        echo(name="last", save_to="last"),
    )

    assert ended.state is RunState.PARTIAL
    assert ended.result["seen"]["echo"]["json"] == 500
    assert list(ended.result) == ["seen", "last"]
    assert ended.error is not None
    assert (ended.error["step"], ended.error["failures"]) == ("requests[0]", 2)


def test_a_circle_of_goto_ends(served: Served, stage: Stage) -> None:
    from windrow.work.sequence.limits import Limits

    served.begin({"GET /e": {"status": 500, "json": {}}})
    document = served.here({"requests": [get("/e", name="again", on_error={"goto": "again"})]})

    ended = run_document(document, Dialect.STRICT, stage.conductor(limits=Limits(requests=20)))

    assert ended.state is RunState.FAILED
    assert len(served.log) == 20


def test_conditions_choose_steps(served: Served, stage: Stage) -> None:
    ended = play(
        served,
        stage,
        {"GET /t": {"json": {"n": 3, "tags": ["a", "b"]}}},
        get("/t", save_to="t"),
        echo(when="current.n > 2 && saved.t.tags.exists(x, x == 'b') && answer.status == 200", save_to="yes"),
        echo(when="saved.t.n == 'three'", save_to="no"),
        echo(when="saved.nothing.at.all", save_to="doubtful"),
    )

    assert ended.state is RunState.SUCCEEDED
    assert list(ended.result) == ["t", "yes"]
    assert any("makes no sense here" in message for _, message, _ in stage.lines)


def test_loops_know_outer_items_and_break_and_continue(served: Served, stage: Stage) -> None:
    inner = [
        {"continue": "item == 'skip'"},
        {"break": "item == 'end'"},
        {"set": {"seen_{{@@.g}}_{{!}}": "{{@group.g}}/{{@}}/{{!!}}"}},
    ]
    loop = {"by": "@.of", "requests": inner}

    ended = play(
        served,
        stage,
        {},
        {"loop": {"by": "#.groups", "as": "group", "requests": [{"loop": loop}]}},
        persistence={"groups": [{"g": "a", "of": ["x", "skip", "y"]}, {"g": "b", "of": ["z", "end", "w"]}]},
    )

    saved = {name: value for name, value in ended.result.items() if name != "groups"}
    assert saved == {"seen_a_0": "a/x/0", "seen_a_2": "a/y/0", "seen_b_0": "b/z/1"}


@pytest.mark.parametrize("parallel", [1, 4])
def test_loops_keep_the_order_of_their_items(served: Served, stage: Stage, parallel: int) -> None:
    loop = {
        "by": "#.ids",
        "filter": "item != 3",
        "parallel": parallel,
        "on_error": "continue",
        "collect": "all",
        "requests": [get("/i/{{@}}", save_to="i_{{@}}")],
    }
    routes = {f"GET /i/{n}": {"json": n * n} for n in range(10) if n != 5}

    ended = play(served, stage, routes, {"loop": loop}, persistence={"ids": list(range(10))})

    assert ended.state is RunState.PARTIAL
    assert ended.result["all"] == [0, 1, 4, 16, None, 36, 49, 64, 81]
    assert list(ended.result) == ["ids", *(f"i_{n}" for n in (0, 1, 2, 4, 6, 7, 8, 9)), "all"]
    assert len(served.log) == 9


def test_retries_wait_as_they_are_told(served: Served, stage: Stage) -> None:
    waits: list[float] = []
    busy = {"status": 503, "headers": {"Retry-After": "7"}, "json": {}}
    served.begin({"GET /t": [busy, {"status": 500, "json": {}}, {"json": "at last"}]})
    conductor = stage.conductor()
    conductor.pause = waits.append
    step = get("/t", save_to="t", retry={"attempts": 4, "wait": 2, "factor": 3})

    ended = run_document(served.here({"requests": [step]}), Dialect.STRICT, conductor)

    assert (ended.state, ended.result, waits) == (RunState.SUCCEEDED, {"t": "at last"}, [7.0, 6.0])
    assert [each.attempt for each in ended.steps] == [1, 2, 3]


def test_a_wait_that_is_too_long_ends_the_attempts(served: Served, stage: Stage) -> None:
    busy = {"status": 429, "headers": {"Retry-After": "7200"}, "json": {}}

    ended = play(served, stage, {"GET /t": busy}, get("/t", retry={"attempts": 4}))

    assert ended.state is RunState.FAILED
    assert len(served.log) == 1


PAGED = {
    "GET /link?p=1": {"json": {"d": [1]}, "headers": {"Link": '</link?p=2>; rel="next"'}},
    "GET /link?p=2": {"json": {"d": [2]}, "headers": {"Link": '</link?p=1>; rel="prev"'}},
    "GET /next": {"json": {"d": [1], "next": "next?p=2"}},
    "GET /next?p=2": {"json": {"d": [2]}},
    "GET /cursor?cursor=c2": {"json": {"d": [2], "meta": {"c": None}}},
    "GET /cursor": {"json": {"d": [1], "meta": {"c": "c2"}}},
    "GET /page?page=1": {"json": {"d": [1]}},
    "GET /page?page=2": {"json": {"d": [2]}},
    "GET /page?page=3": {"json": {"d": []}},
}


@pytest.mark.parametrize(
    ("path", "pages"),
    [
        ("/link?p=1", {"link": True}),
        ("/next", {"next": "{{ $.next? }}"}),
        ("/cursor", {"cursor": {"parameter": "cursor", "from": "{{ $.meta.c }}"}}),
        ("/page", {"page": {"parameter": "page"}}),
    ],
)
def test_pages_become_one_list(served: Served, stage: Stage, path: str, pages: Any) -> None:
    ended = play(served, stage, PAGED, get(path, pages={**pages, "items": "$.d"}, save_to="all"))

    assert ended.result == {"all": [1, 2]}, ended.error


def test_pages_stay_on_their_server(served: Served, stage: Stage) -> None:
    routes = {"GET /next": {"json": {"next": "http://127.0.0.1:1/steal"}}}

    ended = play(served, stage, routes, get("/next", pages={"next": "{{$.next}}"}))

    assert ended.state is RunState.PARTIAL
    assert ended.error is not None
    assert "on another server" in ended.error["message"]


def test_answers_are_what_their_type_says(served: Served, stage: Stage) -> None:
    routes = {
        "GET /a": {"text": '{"a": 1}', "headers": {"Content-Type": "application/problem+json"}},
        "GET /b": {"status": 204},
        "GET /c": {"text": "plain"},
    }

    ended = play(served, stage, routes, *(get(f"/{each}", save_to=each) for each in "abc"))

    assert ended.result == {"a": {"a": 1}, "b": None, "c": "plain"}


def test_bodies_are_forms_and_texts_where_the_header_says_so(served: Served, stage: Stage) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    play(
        served,
        stage,
        {},
        echo(headers=form, body={"a": "x y", "n": 1}),
        echo(header={"Content-Type": "text/plain"}, body="hi"),
    )

    assert [each["json"] for each in served.log] == ["a=x%20y&n=1", "hi"]


def _secrets(*hosts: str) -> Surroundings:
    secret = OpenSecret("s3cr3t-value", frozenset(hosts))
    return Surroundings(secrets=lambda name: secret if name == "KEY" else None)


def test_a_named_secret_is_sent_and_shown_nowhere(served: Served, stage: Stage) -> None:
    step = echo(
        header={"X-Key": "{{ secret.KEY }}"}, query={"k": "{{secret.KEY}}"}, save_req_to="q", save_to="r", name="one"
    )

    ended = play(served, stage, {}, step, around=_secrets("127.0.0.1"), secrets={"KEY": ["127.0.0.1"]})

    assert served.log[0]["headers"]["X-Key"] == "s3cr3t-value"
    assert ended.result["q"]["header"] == {"X-Key": "***"}
    assert "s3cr3t" not in json.dumps(ended.as_json())
    assert "s3cr3t" not in str(stage.lines)


@pytest.mark.parametrize(
    ("given", "declared"), [(["other.example"], ["127.0.0.1"]), (["127.0.0.1"], ["other.example"]), ([], ["127.0.0.1"])]
)
def test_a_named_secret_goes_to_its_hosts_only(
    served: Served, stage: Stage, given: list[str], declared: list[str]
) -> None:
    step = echo(header={"X-Key": "{{secret.KEY}}"})

    ended = play(served, stage, {}, step, around=_secrets(*given), secrets={"KEY": declared})

    assert ended.state is RunState.FAILED
    assert served.log == []


def test_an_answer_that_is_marked_secret_is_usable_and_not_shown(served: Served, stage: Stage) -> None:
    routes = {"POST /login": {"json": {"token": "T0K3N-T0K3N"}}}
    steps = [
        {"method": "POST", "api": f"{BASE}/login", "secret": True, "save_to": "login"},
        echo(header={"Authorization": "Bearer {{#.login.token}}"}, save_req_to="q", save_to="r"),
    ]

    ended = play(served, stage, routes, *steps)

    assert served.log[1]["headers"]["Authorization"] == "Bearer T0K3N-T0K3N"
    assert ended.result["login"] == "***"
    assert "T0K3N" not in json.dumps(ended.as_json())


def test_only_the_named_hosts_are_asked(served: Served, stage: Stage) -> None:
    ended = play(served, stage, {}, get("/echo"), hosts=["api.example.org"])

    assert (ended.state, served.log) == (RunState.FAILED, [])


class _Starter:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def start_task(self, what: Any, *, key: str) -> Any:
        self.asked.append((key, what))
        return StepEnd("r1", RunState(what["parameters"]["end"]), {"n": 1})

    def run_walker(self, what: Any, *, key: str) -> Any:
        self.asked.append((key, what))
        return StepEnd("r2", RunState.SUCCEEDED, {"report": [what["context"]["a"]]})

    def awaits(self) -> Any:
        raise NotImplementedError


def test_tasks_and_walkers_are_steps(served: Served, stage: Stage) -> None:
    starter = _Starter()
    steps = [
        {"walker": {"name": "greet", "context": {"a": "{{#.who}}"}}, "save_to": "walked"},
        {"task": {"kind": "tidal", "parameters": {"end": "succeeded"}}, "save_to": "ran"},
        {"task": {"kind": "tidal", "parameters": {"end": "failed"}}},
    ]

    ended = play(served, stage, {}, *steps, around=Surroundings(starter=starter), persistence={"who": "ann"})

    assert ended.state is RunState.PARTIAL
    assert ended.result["walked"] == {"report": ["ann"]}
    assert ended.result["ran"]["result"] == {"n": 1}
    assert [key for key, _ in starter.asked] == ["requests[0]", "requests[1]", "requests[2]"]


def test_where_nothing_can_be_started_it_is_said(served: Served, stage: Stage) -> None:
    ended = play(served, stage, {}, {"task": {"id": "t1"}})

    assert ended.error is not None
    assert "cannot be started here" in ended.error["message"]


WRONG: list[tuple[Any, str]] = [
    ({"method": "FETCH", "api": "x"}, "requests[0].method"),
    ({"api": "x"}, "requests[0].method"),
    ({"method": "GET", "api": "x", "header": {}, "headers": {}}, "requests[0]"),
    ({"method": "GET", "api": "x", "params": {}}, "requests[0]"),
    ({"method": "GET", "api": "{{ foo }}"}, "requests[0].api"),
    ({"method": "GET", "api": "{{ #.a"}, "requests[0].api"),
    ({"method": "GET", "api": "{{ @.a }}"}, "requests[0].api"),
    ({"method": "GET", "api": "{{ secret.A }}"}, "requests[0].api"),
    ({"method": "GET", "api": "x", "body": "{{ secret.A }}"}, "secrets.A"),
    ({"method": "GET", "api": "x", "when": "a +"}, "requests[0].when"),
    ({"method": "GET", "api": "x", "on_error": {"goto": "b"}}, "requests[0].on_error.goto"),
    ({"loop": {"by": "$.a b", "requests": []}}, "requests[0].loop.by"),
    ({"name": "a"}, "requests[0]"),
    ({"method": "GET", "api": "x", "task": {"id": "a"}}, "requests[0]"),
]


@pytest.mark.parametrize(("step", "field"), WRONG)
def test_what_is_wrong_is_found_before_anything_is_sent(served: Served, stage: Stage, step: Any, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        play(served, stage, {}, echo(), step)

    assert [each.field for each in caught.value.problems] == [field.replace("[0]", "[1]")]
    assert served.log == []
