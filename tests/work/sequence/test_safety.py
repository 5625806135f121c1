"""The tricks by which a document, or the data it fetches, could do more than it should."""

import json
import time
from typing import Any

import pytest

from tests.fetching.conftest import never
from tests.work.sequence.conftest import QUICK, Stage
from tests.work.sequence.served import RECORDED as BASE
from tests.work.sequence.served import Served
from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.model.runs import RunState
from windrow.work.sequence.compat.filters import hold_all
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.patterns import begins
from windrow.work.sequence.problems import OutOfBounds
from windrow.work.sequence.running import run_document
from windrow.work.sequence.sending import CourierSender
from windrow.work.sequence.strict import conditions
from windrow.work.sequence.strict.language import Scope
from windrow.work.sequence.telling import Outcome, shown_url

DIALECTS = list(Dialect)


def get(url: str, **step: Any) -> dict[str, Any]:
    return {"method": "GET", "api": url, **step}


def run(served: Served, stage: Stage, dialect: Dialect, *steps: Any, limits: Limits | None = None) -> Outcome:
    document = served.here({"requests": list(steps)})
    return run_document(document, dialect, stage.conductor(limits=limits))


FORBIDDEN = [
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:10.0.0.1]/",
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://2130706434/",
    "http://0x7f000002/",
    "http://127.0.0.2/",
    "http://224.0.0.1/",
    "http://[fe80::1]/",
    "http://user:secret-word@127.0.0.1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("url", FORBIDDEN)
def test_addresses_outside_the_policy_are_not_asked(served: Served, stage: Stage, url: str, dialect: Dialect) -> None:
    served.begin({})

    ended = run(served, stage, dialect, get(url))

    assert ended.state is RunState.FAILED
    assert ended.steps[-1].status is None
    assert "secret-word" not in json.dumps(ended.as_json()) + str(stage.lines)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_name_is_judged_by_the_address_it_leads_to(served: Served, stage: Stage, dialect: Dialect) -> None:
    def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.2"]

    maker = make_fetcher_maker(
        MemoryHosts(), OutgoingPolicy(allow=("127.0.0.1",)), user_agent="Windrow/test", resolver=resolver
    )
    send = CourierSender(maker, QUICK, never)

    ended = run_document({"requests": [get("http://rebound.example/")]}, dialect, stage.conductor(send=send))
    maker.close()

    assert ended.state is RunState.FAILED
    assert ended.error is not None
    assert "where the outgoing policy forbids requests" in ended.error["message"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_redirect_is_judged(served: Served, stage: Stage, dialect: Dialect) -> None:
    served.begin({"GET /r": {"status": 302, "headers": {"Location": "http://169.254.169.254/"}}})

    ended = run(served, stage, dialect, get(f"{BASE}/r"))

    assert ended.error is not None
    assert "169.254.169.254" in ended.error["message"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_credentials_do_not_follow_to_another_server(served: Served, stage: Stage, dialect: Dialect) -> None:
    with Served() as other:
        other.begin({"GET /t": {"json": 1}})
        served.begin({"GET /r": {"status": 302, "headers": {"Location": f"{other.url}/t"}}})

        run(served, stage, dialect, get(f"{BASE}/r", header={"Authorization": "token a", "Cookie": "b", "X-Key": "c"}))

        assert [each["headers"] for each in other.log] == [{}]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_body_does_not_follow_to_another_server(served: Served, stage: Stage, dialect: Dialect) -> None:
    with Served() as other:
        served.begin({"POST /r": {"status": 307, "headers": {"Location": f"{other.url}/t"}}})

        ended = run(served, stage, dialect, {"method": "POST", "api": f"{BASE}/r", "body": {"password": "p"}})

        assert ended.state is RunState.FAILED
        assert other.log == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["Host", "Content-Length", "Transfer-Encoding", "Connection"])
def test_headers_of_the_connection_are_not_a_documents(
    served: Served, stage: Stage, name: str, dialect: Dialect
) -> None:
    served.begin({"* /echo": {"echo": True}})

    ended = run(served, stage, dialect, get(f"{BASE}/echo", header={name: "internal.example", "X-A": "1"}))

    assert ended.state is RunState.SUCCEEDED
    assert served.log[0]["headers"] == {"X-A": "1"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_header_cannot_begin_another(served: Served, stage: Stage, dialect: Dialect) -> None:
    served.begin({"* /echo": {"echo": True}})

    ended = run(served, stage, dialect, get(f"{BASE}/echo", header={"X-A": "1\r\nX-B: 2"}))

    assert (ended.state, served.log) == (RunState.FAILED, [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_that_is_too_large_is_not_taken_in(served: Served, stage: Stage, dialect: Dialect) -> None:
    from dataclasses import replace

    served.begin({"GET /big": {"text": "x" * 10_000}})
    send = CourierSender(stage.maker, replace(QUICK, size_limit=1_000), never)

    ended = run_document(served.here({"requests": [get(f"{BASE}/big")]}), dialect, stage.conductor(send=send))

    assert ended.error is not None
    assert "larger than the limit" in ended.error["message"]


def test_a_value_that_brings_itself_comes_to_an_end(served: Served, stage: Stage) -> None:
    document = {"persistence": {"x": "(#.x)"}, "requests": [get("{{#.(#.x)}}", save_to="r")]}

    ended = run_document(document, Dialect.COMPAT, stage.conductor())

    assert (ended.state, ended.result) == (RunState.FAILED, {"x": "(#.x)"})
    assert ended.error is not None
    assert "does not come to an end" in ended.error["message"]


def test_values_are_not_evaluated_a_second_time(served: Served, stage: Stage) -> None:
    served.begin({"* /echo": {"echo": True}})
    document = {
        "persistence": {"user": "{{#.secret}} {{secret.KEY}}", "secret": "S"},
        "requests": [{"method": "POST", "api": f"{BASE}/echo", "body": ["{{#.user}} {{#.secret}}", "{{#.user}}"]}],
    }

    run_document(served.here(document), Dialect.STRICT, stage.conductor())

    assert served.log[0]["json"] == ["{{#.secret}} {{secret.KEY}} S", "{{#.secret}} {{secret.KEY}}"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_do_not_grow_without_bound(served: Served, stage: Stage, dialect: Dialect) -> None:
    served.begin({"* /echo": {"echo": True}})
    twice = {"method": "POST", "api": f"{BASE}/echo", "body": {"x": "{{#.a.body.x}}{{#.a.body.x}}"}, "save_req_to": "a"}
    document = {"persistence": {"a": {"body": {"x": "0123456789"}}}, "requests": [dict(twice) for _ in range(40)]}

    ended = run_document(served.here(document), dialect, stage.conductor(limits=Limits(text=10_000)))

    assert ended.error is not None
    assert "grew beyond" in ended.error["message"]
    assert len(served.log) < 15


@pytest.mark.parametrize("dialect", DIALECTS)
def test_requests_items_and_depth_are_bounded(served: Served, stage: Stage, dialect: Dialect) -> None:
    served.begin({"GET /l": {"json": list(range(30))}, "GET /i": {"json": 1}})
    key = "__def_loop__" if dialect is Dialect.COMPAT else "loop"
    step = get(f"{BASE}/l", **{key: {"by": "$", "requests": [get(f"{BASE}/i")]}})
    deep: Any = get(f"{BASE}/l")
    for _ in range(4):
        deep = get(f"{BASE}/l", **{key: {"by": "$", "requests": [deep]}})

    many = run(served, stage, dialect, step, limits=Limits(requests=10))
    items = run(served, stage, dialect, step, limits=Limits(items=10))
    too_deep = run(served, stage, dialect, deep, limits=Limits(depth=3))
    late = run(served, stage, dialect, step, limits=Limits(seconds=0))

    told = [each.error["message"] for each in (many, items, too_deep, late) if each.error]
    assert [word in each for word, each in zip(["requests", "items", "deep", "longer"], told, strict=True)] == [
        True
    ] * 4


EXPLOSIVE = "(a+)+$"


def test_a_regular_expression_takes_linear_time() -> None:
    began = time.monotonic()

    assert not begins(EXPLOSIVE, "a" * 50_000 + "!", Limits())

    assert time.monotonic() - began < 2


def test_a_regular_expression_beyond_the_linear_engine_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windrow.work.sequence.patterns.SECONDS", 0.5)

    with pytest.raises(OutOfBounds, match="took longer"):
        begins(r"(a+)+\1$", "a" * 60 + "!", Limits())


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("a(?=b)", "ab", True), (r"(a)\1", "aa", True), (r"\w+$", "é", True), ("a.", "a\n", False), ("a$", "a\n", True)],
)
def test_what_only_pythons_engine_knows_means_the_same(pattern: str, text: str, expected: bool) -> None:
    assert begins(pattern, text, Limits()) is expected


def test_a_pattern_has_bounds_itself() -> None:
    with pytest.raises(OutOfBounds):
        hold_all(({}, "a"), [{"by": "$", "condition": {"regex": "a" * 2_000}}], limits=Limits())


def test_a_condition_is_bounded() -> None:
    lists = Scope({"l": list(range(2_000))})

    with pytest.raises(conditions.BadCondition):
        conditions.check("a" * 1_001)
    assert conditions.holds("(" * 400 + "true" + ")" * 400, lists, lambda _: None) in (True, False)
    with pytest.raises(OutOfBounds):
        conditions.holds("saved.l.all(a, saved.l.all(b, saved.l.all(c, a < b + c)))", lists, lambda _: None)


@pytest.mark.parametrize("text", ["saved.__class__", "current.keys", "dyn(saved).mro()", "__import__('os')"])
def test_a_condition_reaches_nothing_but_its_values(text: str) -> None:
    doubts: list[str] = []

    assert not conditions.holds(text, Scope({}, {}), doubts.append)

    assert doubts


def test_an_address_is_told_without_what_could_be_secret() -> None:
    shown = shown_url("https://ann:pw@a.example:8443/p/s3cret?token=T&n=1#frag", ["s3cret"])

    assert shown == "https://a.example:8443/p/***?token=***&n=***"
