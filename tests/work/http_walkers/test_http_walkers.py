"""Walkers of live Jac servers, against a small server that answers as recorded ones did."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.core.walking.conftest import Garden
from tests.harvests.farm import wait_for
from tests.work.http_walkers.conftest import listed
from tests.work.sequence.served import Served
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.runs import RunState
from windrow.work.http_walkers.reading import read_file

TOKEN = "5e" * 32

FILE = """
    [greet]
    url = "{url}/"
    walker = "Greet"
    token = "{token}"
    description = "Greets."
    version = "7"
    schema = {{ type = "object", properties = {{ name = {{ type = "string", default = "world" }} }} }}
    [old]
    url = "{url}"
    walker = "hello"
    api = "jaseci"
    username = "ada@example.org"
    password = "correct horse"
    [again]
    url = "{url}"
    repeat = true
"""

LOGIN = {"json": {"expiry": None, "token": TOKEN}}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as server:
        yield server


@pytest.fixture(scope="module")
def jac(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garden]:
    with listed(tmp_path_factory.mktemp("http"), FILE.format(url=served.url, token=TOKEN)) as garden:
        yield garden


def reports(garden: Garden, name: str, **context: Any) -> Any:
    run = garden.walk(name, **context)
    assert run.error == ""
    return run.result["response"]["report"]


def test_a_walker_of_jacs_own_server_gets_its_fields_and_gives_its_reports(jac: Garden, served: Served) -> None:
    answer = {"result": {"_jac_type": "Greet", "name": "bob", "anchor": 1}, "reports": ["hello bob"]}
    served.begin({"POST /walker/Greet": {"json": answer}})

    run = jac.walk("greet", name="bob")

    assert run.result == {
        "anchor": 1,
        "response": {"success": True, "report": ["hello bob"], "final_node": None, "yielded": False},
        "version": "7",
        "state": {"name": "bob", "anchor": 1},
    }
    (asked,) = served.log
    assert (asked["json"], asked["headers"]["Authorization"]) == ({"name": "bob"}, f"Bearer {TOKEN}")


def test_newer_servers_wrap_their_answers(jac: Garden, served: Served) -> None:
    served.begin({"POST /walker/Greet": {"json": {"ok": True, "data": {"result": {}, "reports": [1, 2]}}}})
    assert reports(jac, "greet") == [1, 2]

    wrong = {"ok": False, "error": {"code": "EXECUTION_ERROR", "message": "division by zero"}}
    served.begin({"POST /walker/Greet": {"status": 500, "json": wrong}})
    assert jac.walk("greet").error == "division by zero"


def test_a_walker_of_jaseci_1_is_signed_in_for_and_run_at_once(jac: Garden, served: Served) -> None:
    answer = {"success": True, "report": ["hello world"], "final_node": "urn:uuid:1", "yielded": False}
    served.begin({"POST /user/token/": LOGIN, "POST /js/walker_run": {"json": answer}})

    assert reports(jac, "old") == ["hello world"]
    login, call = served.log
    assert login["json"] == {"email": "ada@example.org", "password": "correct horse"}
    assert call["json"] == {"name": "hello", "ctx": {}, "is_async": False}
    assert call["headers"]["Authorization"] == f"token {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"json": {"success": False, "report": [1], "stack_trace": ["x", "ZeroDivisionError"]}}, "ZeroDivisionError"),
        ({"json": {"report": [], "success": False, "errors": ["Walker hello not found!"]}}, "Walker hello not found!"),
        ({"status": 401, "json": {"detail": "Invalid token."}}, "The server answered 401 Unauthorized. Invalid token."),
        ({"status": 500, "text": "<h1>No</h1>"}, "The server answered 500 Internal Server Error. <h1>No</h1>"),
    ],
)
def test_what_went_wrong_there_is_told_here(jac: Garden, served: Served, answer: Any, error: str) -> None:
    served.begin({"POST /user/token/": LOGIN, "POST /js/walker_run": answer})

    run = jac.walk("old")

    assert (run.state, run.error) == (RunState.FAILED, error)
    assert run.result["response"]["success"] is False


def test_a_status_and_a_report_of_its_own_are_handed_on(jac: Garden, served: Served) -> None:
    answer = {"status": 201, "json": {"success": True, "report": []}}
    served.begin({"POST /user/token/": LOGIN, "POST /js/walker_run": answer})
    assert jac.walk("old").result["response"]["status_code"] == 201

    served.begin({"POST /user/token/": LOGIN, "POST /js/walker_run": {"json": {"b": 2}}})
    assert jac.walk("old").result["response"]["report_custom"] == {"b": 2}


def test_a_wrong_password_is_told_without_it(jac: Garden, served: Served) -> None:
    served.begin({"POST /user/token/": {"status": 400, "json": {"non_field_errors": ["Unable"]}}})

    error = jac.walk("old").error

    assert "did not let ada@example.org in" in error
    assert "horse" not in error


def test_neither_token_nor_password_is_kept_anywhere(jac: Garden, served: Served) -> None:
    """Not even where the server tells it."""
    echoed = {"error": f"no: Bearer {TOKEN}", "traceback": TOKEN, "reports": [{"headers": {"Authorization": TOKEN}}]}
    served.begin({"POST /walker/Greet": {"status": 403, "json": echoed}})
    run = jac.walk("greet")
    assert run.error == "no: Bearer ***"
    log = jac.assembly.store.runs.read_log(run.id, limit=50).items

    kept = json.dumps([run.error, dict(run.result), dict(run.parameters), [each.message for each in log]])
    assert TOKEN not in kept
    assert TOKEN not in repr(jac.walkers.get(jac.ada, "greet"))


def test_addresses_that_are_not_public_must_be_named(served: Served, tmp_path: Path) -> None:
    with listed(tmp_path, FILE.format(url=served.url, token=TOKEN), allow=()) as garden:
        served.begin({})
        error = garden.walk("greet").error

    assert "may not be asked: 127.0.0.1 is not a public address" in error
    assert not error.startswith("RemoteForbidden")
    assert served.log == []


def lose_a_worker(garden: Garden, run_id: str) -> None:
    """One that had made the call, and was gone before the answer came."""
    store, now = garden.assembly.store, garden.assembly.clock()
    claimed = store.runs.claim("lost", queues=("default",), now=now, lease=timedelta(seconds=8), run_id=run_id)
    assert claimed is not None
    store.memories.keep(run_id, claimed.attempt, {"called": True})
    store.runs.hand_back(run_id, claimed.attempt, now=now, ready_at=now, failed=False, error="", keep_keys=True)


def test_a_call_that_may_have_been_made_is_not_made_again_unless_it_may_be(jac: Garden, served: Served) -> None:
    """The worker dies between the call and its answer."""
    served.begin({"* /walker/Greet": {"json": {"reports": []}}, "* /walker/again": {"json": {"reports": []}}})
    for name in ("greet", "again"):
        run = jac.walkers.start(jac.ada, name, {})
        lose_a_worker(jac, run.id)
        jac.assembly.performer(new_id()).perform(run.id)
        ended = jac.assembly.store.runs.get(run.id, tenant_id=None)
        assert ("nobody knows what became of that call" in ended.error) is (name == "greet")

    assert [each["path"] for each in served.log] == ["/walker/again"]


def test_a_cancel_does_not_wait_for_the_answer(jac: Garden, served: Served) -> None:
    served.begin({"POST /walker/Greet": {"json": {"reports": []}}})
    asked, gate = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        gate.wait(20)

    served.meanwhile = hold
    run = jac.walkers.start(jac.ada, "greet", {})
    performer = jac.assembly.performer(new_id())
    carrier = threading.Thread(target=performer.perform, args=(run.id,))
    carrier.start()
    wait_for(asked.is_set)

    jac.assembly.windrow.runs.cancel(jac.ada, run.id)
    performer.look()
    carrier.join(10)

    assert jac.assembly.store.runs.get(run.id, tenant_id=None).state is RunState.CANCELLED
    gate.set()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("x = 1", "x: must be a table"),
        ("[x]", "x.url: must be an http or https URL"),
        ('[x]\nurl = "https://u:p@a.org"', "x.url: must be an http"),
        ('[x]\nurl = "https://a.org"\ntokn = "secret"', "x.tokn: is not known; known are api, description"),
        ('[x]\nurl = "https://a.org"\napi = "soap"', "x.api: must be jac or jaseci"),
        ('[x]\nurl = "https://a.org"\nseconds = 0', "x.seconds: must be a number of seconds"),
        ('[x]\nurl = "https://a.org"\ntoken = 5', "x.token: must be a text"),
        ('[x]\nurl = "https://a.org"\nusername = "a"', "x.username: must be given with a password"),
        ('[x]\nurl = "https://a.org"\ntoken = "secret"\ntoken_file = "t"', "x.token: must not be given twice"),
        ('[x]\nurl = "https://a.org"\ntoken_file = "nowhere"', "x.token_file: names a file that cannot be read"),
        ('[x]\nurl = "https://a.org"\nschema = {type = 5}', "x.schema: is no JSON Schema"),
        ("[x", "is no TOML"),
    ],
)
def test_what_is_wrong_with_the_file_is_named_and_no_secret(tmp_path: Path, written: str, problem: str) -> None:
    file = tmp_path / "walkers.toml"
    file.write_text(written)

    with pytest.raises(BadInput) as refused:
        read_file(file)

    assert problem in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_token_may_lie_in_a_file_of_its_own_beside_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    file = tmp_path / "walkers.toml"
    file.write_text('[x]\nurl = "https://a.org"\ntoken_file = "token"')

    assert [(each.walker, each.token) for each in read_file(file)] == [("x", TOKEN)]
