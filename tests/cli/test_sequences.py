"""`windrow sequence …`: runs without an installation, goes on where it stopped, and answers one object."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Windrow
from tests.work.sequence.served import Served


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as server:
        yield server


def write(path: Path, document: Any) -> Path:
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_a_sequence_answers_one_object(windrow: Windrow, served: Served, tmp_path: Path) -> None:
    served.begin({"GET /t": {"json": {"n": 1}}})
    file = write(tmp_path / "s.json", {"requests": [{"method": "GET", "api": f"{served.url}/t", "save_to": "t"}]})

    ended = windrow("sequence", "run", str(file), "--json")

    assert ended.code == 0
    assert set(ended.json) == {"state", "result", "steps", "error"}
    assert (ended.json["state"], ended.json["result"], ended.json["error"]) == ("succeeded", {"t": {"n": 1}}, None)
    assert ended.json["steps"][0] | {"seconds": 0} == {
        "path": "requests[0]",
        "method": "GET",
        "url": f"{served.url}/t",
        "status": 200,
        "sent": 0,
        "received": 8,
        "seconds": 0,
        "attempt": 1,
        "outcome": "ok",
        "error": "",
    }
    assert list(tmp_path.iterdir()) == [file]


def test_allow_opens_a_host(windrow: Windrow, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDROW_OUTGOING_ALLOW")
    served.begin({"GET /t": {"json": 1}})
    document = {"dialect": "compat", "requests": [{"method": "GET", "api": f"{served.url}/t", "save_to": "t"}]}
    file = write(tmp_path / "s.json", document)

    refused = windrow("sequence", "run", str(file), "--json")
    allowed = windrow("sequence", "run", str(file), "--json", "--allow", "127.0.0.1")

    assert (refused.code, refused.json["state"]) == (1, "failed")
    assert "may not be asked" in refused.json["result"]["t"]["worker_error"]
    assert (allowed.code, allowed.json["result"]) == (0, {"t": 1})


def test_a_run_goes_on_where_it_stopped(windrow: Windrow, served: Served, tmp_path: Path) -> None:
    ok = {"json": "ok"}
    served.begin({"POST /a": ok, "POST /b": [{"status": 500, "json": {}}, ok], "POST /c": ok})
    steps = [{"method": "POST", "api": f"{served.url}/{name}", "save_to": name} for name in "abc"]
    file, journal = write(tmp_path / "s.json", {"requests": steps}), tmp_path / "s.journal"

    first = windrow("sequence", "run", str(file), "--json", "--journal", str(journal))
    second = windrow("sequence", "run", str(file), "--json", "--journal", str(journal))

    assert (first.code, second.code) == (3, 0)
    assert [each["path"] for each in served.log] == ["/a", "/b", "/b", "/c"]
    assert second.json["result"] == {"a": "ok", "b": "ok", "c": "ok"}
    assert [each["outcome"] for each in second.json["steps"]] == ["again", "ok", "ok"]
    assert journal.stat().st_mode & 0o077 == 0


def test_a_dry_run_sends_nothing(windrow: Windrow, served: Served, tmp_path: Path) -> None:
    served.begin({})
    inner = {"method": "GET", "api": f"{served.url}/i/{{{{@}}}}", "save_to": "i_{{@}}"}
    steps = [{"method": "GET", "api": f"{served.url}/l", "loop": {"by": "$", "requests": [inner]}}]
    answers = {
        f"GET {served.url}/l": {"json": ["a", "b"]},
        "requests[0].loop[0].requests[0]": {"json": "first"},
        f"GET {served.url}/i/b": {"status": 404, "json": {}},
    }
    file, recorded = write(tmp_path / "s.json", {"requests": steps}), write(tmp_path / "answers.json", answers)

    ended = windrow("sequence", "run", str(file), "--json", "--dry-run", str(recorded))

    assert ended.json["result"] == {"i_a": "first"}
    assert ended.json["error"]["step"] == "requests[0].loop[1].requests[0]"
    assert served.log == []


def test_named_secrets_come_from_the_environment(
    windrow: Windrow, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "s3cr3t-value")
    served.begin({"* /echo": {"echo": True}})
    step = {"method": "GET", "api": f"{served.url}/echo", "header": {"X-Key": "{{secret.API_KEY}}"}, "save_to": "r"}
    file = write(tmp_path / "s.json", {"secrets": {"API_KEY": ["127.0.0.1"]}, "requests": [step]})

    ended = windrow("sequence", "run", str(file), "--json", "--secret", "API_KEY@127.0.0.1")
    unknown = windrow("sequence", "run", str(file), "--secret", "OTHER@127.0.0.1")

    assert served.log[0]["headers"]["X-Key"] == "s3cr3t-value"
    assert ended.code == 0
    assert "s3cr3t" not in ended.out + ended.err
    assert unknown.code == 2


def test_what_is_wrong_is_told_by_its_place(windrow: Windrow, tmp_path: Path) -> None:
    file = write(tmp_path / "s.json", '{"requests": [{"method": "GET", "api": "{{ foo }}"},]} // strict')

    run = windrow("sequence", "run", str(file), "--json")
    looked = windrow("sequence", "validate", str(file))
    compat = windrow("sequence", "validate", str(file), "--dialect", "compat")

    assert (run.code, run.out, looked.code, compat.code) == (2, "", 2, 0)
    assert "requests[0].api" in run.err


def test_documents_are_explained_exported_and_imported(windrow: Windrow, tmp_path: Path) -> None:
    file = write(tmp_path / "lines.txt", "curl https://a.example/x -H 'Accept: text/plain'")

    taken = windrow("sequence", "import", str(file))
    document = write(tmp_path / "s.json", taken.out)
    explained = windrow("sequence", "explain", str(document))
    exported = windrow("sequence", "export", str(document), "--arazzo", "--openapi", str(tmp_path / "o.json"))
    write(tmp_path / "a.json", exported.out)
    back = windrow("sequence", "import", str(tmp_path / "a.json"), "--from", "arazzo")

    assert "GET https://a.example/x" in explained.out
    assert back.code == 0, back.err
    assert back.json["requests"][0]["api"] == "https://a.example/x"


WALKER = """
from windrow.ports.walkers import walker

@walker("double", schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
def double(walk):
    return [2 * walk.context["n"]]
"""


def test_walkers_run_here_and_tasks_are_refused_before_anything_is_sent(
    windrow: Windrow, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "walkers").mkdir()
    write(tmp_path / "walkers" / "mine.py", WALKER)
    monkeypatch.setenv("WINDROW_WALKER_FOLDERS", str(tmp_path / "walkers"))
    served.begin({"GET /t": {"json": {"n": 21}}})
    get = {"method": "GET", "api": f"{served.url}/t"}
    walk = {"walker": {"name": "double", "context": {"n": "{{ $.n }}"}}, "save_to": "walked"}

    ended = windrow("sequence", "run", str(write(tmp_path / "a.json", {"requests": [get, walk]})), "--json")
    served.begin({})
    document = {"requests": [get, {"task": {"kind": "report"}}, {"walker": {"name": "nobody"}}]}
    refused = windrow("sequence", "run", str(write(tmp_path / "b.json", document)))

    assert ended.json["result"]["walked"]["report"] == [42]
    assert (refused.code != 0, served.log) == (True, [])
    assert "requests[1].task" in refused.err
    assert "there are: double" in refused.err


def test_a_dry_run_answers_tasks_and_walkers_too(windrow: Windrow, tmp_path: Path) -> None:
    steps = [
        {"task": {"kind": "report"}, "save_to": "ran", "on_error": "continue"},
        {"task": {"id": "x"}, "save_to": "other"},
        {"walker": {"name": "nobody"}, "save_to": "walked"},
    ]
    answers = {
        "requests[0]": {"value": {"state": "failed", "error": "no luck"}},
        "requests[1]": {"value": {"state": "succeeded", "result": {"n": 1}}},
        "requests[2]": {"value": {"report": [3]}},
    }
    file = write(tmp_path / "s.json", {"requests": steps})

    ended = windrow("sequence", "run", str(file), "--json", "--dry-run", str(write(tmp_path / "a.json", answers)))

    assert ended.json["result"]["other"]["result"] == {"n": 1}
    assert ended.json["result"]["walked"] == {"report": [3]}
    assert (ended.json["state"], "no luck" in ended.json["error"]["message"]) == ("partial", True)


def test_secrets_come_from_a_file(windrow: Windrow, served: Served, tmp_path: Path) -> None:
    host = served.url.removeprefix("http://")
    served.begin({"GET /t": {"json": 1}})
    step = {"method": "GET", "api": f"{served.url}/t", "header": {"X-Key": "{{ secret.KEY }}"}, "save_req_to": "r"}
    file = write(tmp_path / "s.json", {"secrets": {"KEY": [host]}, "requests": [step]})
    secrets = write(tmp_path / "secrets.json", {"KEY": {"value": "s3cr3t-k3y", "hosts": [host]}})
    broken = write(tmp_path / "broken.json", '{"KEY": {"value": "s3cr3t-k3y"')

    ended = windrow("sequence", "run", str(file), "--json", "--secrets", str(secrets))
    refused = windrow("sequence", "run", str(file), "--json", "--secrets", str(broken))

    assert served.log[0]["headers"]["X-Key"] == "s3cr3t-k3y"
    assert ended.json["result"]["r"]["header"] == {"X-Key": "***"}
    assert "s3cr3t" not in ended.out + ended.err + refused.err
    assert "--secrets" in refused.err


def test_the_schema_is_printed(windrow: Windrow) -> None:
    assert windrow("sequence", "schema").json["title"] == "Windrow sequence, strict dialect"
