"""Sequences in the forms of other tools: what goes out comes back, and what cannot is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.work.sequence.conftest import Stage
from tests.work.sequence.served import Served
from windrow.errors import BadInput
from windrow.model.runs import RunState
from windrow.work.sequence.documents import Dialect, dialect_of, read_document
from windrow.work.sequence.exchange.arazzo_in import read_arazzo
from windrow.work.sequence.exchange.arazzo_out import export_arazzo
from windrow.work.sequence.exchange.curl import read_curl
from windrow.work.sequence.exchange.postman import read_postman
from windrow.work.sequence.exchange.taking_in import take_in
from windrow.work.sequence.explaining import explain, validate
from windrow.work.sequence.running import run_document
from windrow.work.sequence.strict.reading import check

BASE = "http://127.0.0.1:18080"
LOGIN: dict[str, Any] = {
    "title": "log in",
    "persistence": {"who": {"mail": "d@d.example"}},
    "requests": [
        {"method": "POST", "api": f"{BASE}/token", "body": {"email": "{{#.who.mail}}"}, "save_to": "login"},
        {
            "method": "GET",
            "api": f"{BASE}/users/{{{{ $.user.id }}}}?full=1&tag={{{{#.login.tag}}}}",
            "header": {"Authorization": "token {{#.login.token}}"},
            "expect": [404],
            "retry": {"attempts": 2, "wait": 0},
            "on_error": "continue",
            "save_to": "user",
        },
        {"name": "last", "method": "PUT", "api": f"{BASE}/echo", "body": ["{{#.user.name}}"]},
    ],
}
ROUTES = {
    "POST /token": {"json": {"token": "T0K3N", "tag": "t1", "user": {"id": 7}}},
    "GET /users/7": {"json": {"name": "Ann"}},
    "* /echo": {"echo": True},
}


def test_arazzo_goes_out_and_comes_back(served: Served, stage: Stage) -> None:
    document = served.here(LOGIN)
    served.begin(ROUTES)
    run_document(document, Dialect.STRICT, stage.conductor())
    sent = served.log

    made = export_arazzo(document, Dialect.STRICT, openapi_url="requests.openapi.json")
    back, warnings = read_arazzo(json.loads(json.dumps(made.arazzo)), lambda name, url: made.openapi)
    served.begin(ROUTES)
    ended = run_document(back, Dialect.STRICT, stage.conductor())

    assert (made.warnings, warnings) == ([], [])
    assert made.arazzo["arazzo"] == "1.0.1"
    assert made.arazzo["workflows"][0]["inputs"]["properties"] == {"who_mail": {"default": "d@d.example"}}
    assert ended.state is RunState.SUCCEEDED, ended.error
    assert [{**each, "headers": None} for each in served.log] == [{**each, "headers": None} for each in sent]
    assert served.log[1]["headers"]["Authorization"] == "token T0K3N"


def test_a_compat_document_goes_out_without_its_loops() -> None:
    loop = {"by": "$.data", "requests": []}
    document = {
        "requests": [
            {"method": "POST", "api": f"{BASE}/a", "save_to": "a", "ignore_error": True, "__def_loop__": loop},
            {"method": "GET", "api": f"{BASE}/a", "header": {"X": "{{#.a.b}}"}},
        ]
    }

    made = export_arazzo(document, Dialect.COMPAT, openapi_url="x.json")

    first, second = made.arazzo["workflows"][0]["steps"]
    assert first["x-windrow-def_loop"] == loop
    assert first["onFailure"] == [{"name": "go_on", "type": "goto", "stepId": second["stepId"]}]
    assert second["parameters"] == [{"name": "X", "in": "header", "value": "$steps.a.outputs.a_b"}]
    assert len(made.warnings) == 1


def test_what_arazzo_has_no_words_for_is_told() -> None:
    document = {"requests": [{"method": "GET", "api": f"{BASE}/{{{{#.(#.a)}}}}"}]}

    with pytest.raises(BadInput, match="cannot be said in Arazzo"):
        export_arazzo(document, Dialect.STRICT, openapi_url="x.json")


def test_descriptions_are_read_from_beside_the_file_only(tmp_path: Path) -> None:
    arazzo = {"arazzo": "1.0.1", "workflows": [{"steps": []}]}
    for url in ("https://a.example/openapi.json", "../up.json", "missing.json"):
        text = json.dumps({**arazzo, "sourceDescriptions": [{"name": "s", "url": url}]})

        with pytest.raises(BadInput, match="must lie beside the file"):
            take_in(text, None, tmp_path)


CURL = r"""
# from the browser
$ curl 'https://a.example/x?b=1' -H 'Accept: application/json' --compressed
curl -X PUT https://a.example/y \
  --json '{"a": "{{n}}", "b": 1}' -u ann:pw -m 5
curl -d a=1 -d b=2 https://a.example/form
curl -G https://a.example/q --data-urlencode k=v -I --weird
"""


def test_lines_of_curl_become_steps() -> None:
    document, warnings = read_curl(CURL)

    check(document)
    first, second, third, fourth = document["requests"]
    assert first == {
        "method": "GET",
        "api": "https://a.example/x?b=1",
        "header": {"Accept": "application/json"},
        "save_to": "answer_1",
    }
    assert (second["method"], second["timeout"]) == ("PUT", 5.0)
    assert second["body"] == {"a": '{{ "{{" }}n}}', "b": 1}
    assert second["header"]["Authorization"] == "Basic YW5uOnB3"
    assert (third["method"], third["body"]) == ("POST", "a=1&b=2")
    assert third["header"] == {"Content-Type": "application/x-www-form-urlencoded"}
    assert (fourth["method"], fourth["api"]) == ("HEAD", "https://a.example/q?k=v")
    assert len(warnings) == 2


@pytest.mark.parametrize("text", ["wget x", "curl", "curl -d @file https://a.example/", "curl 'https://a", "# nothing"])
def test_what_is_no_line_of_curl_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_curl(text)


COLLECTION = {
    "info": {"name": "Things"},
    "variable": [{"key": "base url", "value": "https://a.example"}],
    "item": [
        {
            "name": "folder",
            "item": [
                {
                    "name": "make one",
                    "event": [{"listen": "test"}],
                    "request": {
                        "method": "POST",
                        "url": {"raw": "{{base url}}/things?x={{n}}"},
                        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
                        "header": [{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2", "disabled": True}],
                        "body": {"mode": "raw", "raw": '{"a": "{{n}}"}', "options": {"raw": {"language": "json"}}},
                    },
                }
            ],
        },
        {"name": "list", "request": "https://a.example/things"},
    ],
}


def test_a_postman_collection_becomes_steps() -> None:
    document, warnings = read_postman(COLLECTION)

    check(document)
    assert document["persistence"] == {"base_url": "https://a.example"}
    assert document["requests"][0] == {
        "method": "POST",
        "api": "{{#.base_url}}/things?x={{#.n}}",
        "header": {"X-A": "1", "Authorization": "Bearer {{#.token}}", "Content-Type": "application/json"},
        "body": {"a": "{{#.n}}"},
        "save_to": "make_one",
    }
    assert document["requests"][1] == {"method": "GET", "api": "https://a.example/things", "save_to": "list"}
    assert len(warnings) == 2


def test_comments_and_trailing_commas_are_accepted() -> None:
    text = '{ // a "comment"\n "requests": [1, /* , */ 2, ], "s": "// no, ] comment", "t": "a\\"//b", }'

    assert read_document(text) == {"requests": [1, 2], "s": "// no, ] comment", "t": 'a"//b'}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": }', "{" + '"a":[' * 200 + "]" * 200 + "}", "[" * 100_000, ""])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_document(text)


def test_a_document_names_its_dialect() -> None:
    assert dialect_of({}) is Dialect.STRICT
    assert dialect_of({"dialect": "compat"}) is Dialect.COMPAT
    assert dialect_of({"dialect": "compat"}, "strict") is Dialect.STRICT
    with pytest.raises(BadInput):
        dialect_of({"dialect": "other"})


def test_a_compat_document_is_wondered_about() -> None:
    document = {
        "requests": [
            {"method": "PUT", "api": "x", "headers": {}},
            {"method": "GET", "api": "x", "__def_loop__": {"by": "{{$.data}}", "requests": ["y"]}},
        ]
    }

    assert validate(document, Dialect.COMPAT) == [
        "requests[0]: PUT is not sent; the previous answer stands for its own",
        "requests[0].headers means nothing in this dialect",
        "requests[1].__def_loop__.by has braces: the loop has no items",
        "requests[1].__def_loop__.requests[0] is no object: the list ends there",
    ]


def test_a_document_is_put_into_words() -> None:
    loop = {"by": "$.data", "parallel": 4, "requests": [{"method": "GET", "api": "https://a.example/{{@}}"}]}
    document = {"requests": [{"method": "GET", "api": "https://a.example/?k=s", "save_to": "l", "loop": loop}]}

    assert explain(document, Dialect.STRICT) == [
        "strict dialect",
        "requests[0]: GET https://a.example/?k=***; save the answer as l; on an error stop",
        "  for each item of $.data, 4 at once:",
        "    requests[0].loop.requests[0]: GET https://a.example/{{@}}; on an error stop",
    ]
