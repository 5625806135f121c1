"""Pages of sequences by plain HTTP, as a browser without scripts has them: the editor, and what a run did."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.visiting import Visitor, visitor
from tests.web.serving import House
from tests.work.sequence.served import Served
from windrow.core.runs import TaskDraft
from windrow.model.accounts import Role
from windrow.model.runs import Run, RunState


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    return visitor(house, "admin")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as served:
        yield served


def ran(house: House, document: dict[str, Any]) -> Run:
    """A run of the document, of the admin's, at its end."""
    windrow, admin = house.assembly.windrow, house.principal("admin")
    task = windrow.tasks.create(admin, TaskDraft("Asks", "sequence", {"document": document}))
    run = windrow.tasks.start(admin, task.id)
    house.carry_out()
    return windrow.runs.get(admin, run.id)


def test_a_document_is_written_checked_saved_and_changed(house: House, admin: Visitor) -> None:
    text = '{"requests": [{"method": "GET", "api": "https://a.example/t", "save_to": "t"},]} // as it is\n'
    fields = {"name": "Written here", "document": text.replace("\n", "\r\n"), "dialect": ""}

    wrong = admin.post("/sequences", {**fields, "document": text.replace("api", "apo")})
    nameless = admin.post("/sequences", {**fields, "name": " "})
    checked = admin.post("/sequences/check", fields)
    saved = admin.post("/sequences", fields)

    assert (wrong.status, nameless.status, saved.status) == (422, 422, 303)
    assert "line 1 requests[0]" in wrong.text
    assert "apo" in wrong.html
    assert 'id="name-problem"' in nameless.html
    assert "Nothing is wrong: 1 step in the strict dialect" in checked.text
    assert "Written here" in checked.html
    number = saved.location.removeprefix("/tasks/")
    assert "Written here" in admin.get("/sequences?q=written").text
    editor = admin.get(f"/sequences/{number}")
    assert f'href="/sequences/{number}"' in admin.get(saved.location).html
    seen = re.findall(r'name="seen" value="([^"]+)"', editor.html)[0]
    change = {**fields, "document": '{"requests": []}', "dialect": "compat", "seen": seen}
    assert admin.post(f"/sequences/{number}", change).status == 303
    assert admin.post(f"/sequences/{number}", change).status == 409
    task = house.assembly.windrow.tasks.get(house.principal("admin"), number)
    assert task.parameters == {"document": {"requests": []}, "dialect": "compat"}
    assert admin.post(f"/sequences/{number}", {**change, "seen": "", "then": "run"}).location.startswith("/runs/")


def test_without_scripts_a_button_checks_and_tries(admin: Visitor) -> None:
    document = '{"requests": [{"method": "GET", "api": "https://a.example/t", "save_to": "t"}]}'
    answers = '{"GET https://a.example/t": {"json": "from the answers"}}'
    fields = {"document": document, "answers": answers}

    page = admin.post("/sequences/try", fields)
    piece = admin.post("/sequences/try", fields, {"HX-Request": "true"})
    wrong = admin.post("/sequences/check", {"document": '{\n"requests": 1}'}, {"HX-Request": "true"})

    assert "1 step, nothing was sent" in page.text
    assert "from the answers" in piece.text
    assert "<html" not in piece.html + wrong.html
    assert 'data-line="2"' in wrong.html


def test_what_other_tools_wrote_is_taken_over(admin: Visitor) -> None:
    taken = admin.post("/sequences/take", {"foreign": "curl -X PUT https://a.example/t -d '{}'", "name": "Mine"})
    described = '{"arazzo": "1.0.1", "sourceDescriptions": [{"name": "a", "url": "/etc/hosts"}], "workflows": []}'
    refused = admin.post("/sequences/take", {"foreign": described})

    assert "PUT a.example/t" in taken.text
    assert 'value="Mine"' in taken.html
    assert (taken.status, refused.status) == (200, 422)
    assert 'id="foreign-problem"' in refused.html
    assert "arazzo" in refused.html


def test_a_run_shows_each_request_with_what_was_asked_answered_and_saved(
    house: House, admin: Visitor, served: Served
) -> None:
    served.begin({"POST /in": {"json": {"token": "T0K3N-OF-THE-PORTAL"}}, "GET /t": {"json": {"n": 41}}})
    sign_in = {"method": "POST", "api": f"{served.url}/in", "body": {"user": "ann", "password": "PA55"}}
    bearer = {"Authorization": "Bearer {{ #.in.token }}"}
    steps = [
        {**sign_in, "name": "sign_in", "secret": True, "save_to": "in"},
        {"method": "GET", "api": f"{served.url}/t", "query": {"q": "roads"}, "header": bearer, "save_to": "t"},
        {"method": "GET", "api": f"{served.url}/nowhere", "retry": {"attempts": 2, "wait": 0, "on": [404]}},
    ]
    run = ran(house, {"requests": steps})

    page = admin.get(f"/runs/{run.id}")
    first = admin.get(f"/runs/{run.id}/requests?step=requests[0]")
    second = admin.get(f"/runs/{run.id}/requests?step=requests[1]")
    last = admin.get(f"/runs/{run.id}/requests?step=requests[2]&attempt=2")

    assert run.state is RunState.PARTIAL
    assert page.text.count("The run stopped here.") == 1
    assert "sign_in requests[0] POST" in page.text
    assert "attempt 2" in page.text
    assert "The document says that it is secret" in first.text
    assert '"password": "***"' in first.text
    assert f'"url": "{served.url}/t?q=roads"' in second.text
    assert '"Authorization": "***"' in second.text
    assert '"n": 41' in second.text
    assert "200 OK" in second.text
    assert "the run stopped here" in last.text
    pages = page.html + first.html + second.html + admin.get(f"/runs/{run.id}/requests").html
    assert "T0K3N" not in pages
    assert "sign_in" in admin.get(f"/runs/{run.id}/requests").text


def test_what_was_answered_is_shown_to_the_owner_and_to_admins_only(house: House, served: Served) -> None:
    served.begin({"GET /t": {"json": {"told": "F0R 7HE 0WNER"}}})
    ann = visitor(house, "ann", role=Role.OPERATOR, team="maps")
    ben = visitor(house, "ben", role=Role.OPERATOR, team="maps")
    windrow, owner = house.assembly.windrow, house.principal("ann")
    document = {"requests": [{"method": "GET", "api": f"{served.url}/t"}]}
    task = windrow.tasks.create(owner, TaskDraft("Ann's", "sequence", {"document": document}))
    run = windrow.tasks.start(owner, task.id)
    house.carry_out()
    path = f"/runs/{run.id}/requests?step=requests[0]"

    assert "F0R 7HE 0WNER" in ann.get(path).text
    assert "F0R 7HE 0WNER" in visitor(house, "admin").get(path).text
    assert "F0R 7HE 0WNER" not in ben.get(path).html
    assert "is shown to the owner of the run, and to admins" in ben.get(path).text


def test_a_run_that_stopped_is_gone_on_with_and_that_one_too(house: House, admin: Visitor, served: Served) -> None:
    routes: dict[str, Any] = {"GET /a": {"json": 1}, "GET /b": {"status": 500}, "GET /c": {"status": 500}}
    served.begin(routes)
    steps = [{"method": "GET", "api": f"{served.url}/{name}", "save_to": name} for name in "abc"]
    run = ran(house, {"requests": steps})

    for mended in ("GET /b", "GET /c"):
        assert "Go on where it stopped" in admin.get(f"/runs/{run.id}").text
        routes[mended] = {"json": 2}
        number = admin.post(f"/runs/{run.id}/resume").location.removeprefix("/runs/")
        house.carry_out()
        run = house.assembly.windrow.runs.get(house.principal("admin"), number)

    assert (run.state, run.result["saved"]) == (RunState.SUCCEEDED, {"a": 1, "b": 2, "c": 2})
    assert [each["path"] for each in served.log] == ["/a", "/b", "/b", "/c", "/c"]
    assert "answered before" in admin.get(f"/runs/{run.id}").text
    assert "Go on where it stopped" not in admin.get(f"/runs/{run.id}").text
    assert admin.post(f"/runs/{run.id}/resume").status == 409
    again = admin.post(f"/runs/{run.id}/rerun").location.removeprefix("/runs/")
    assert house.assembly.windrow.runs.get(house.principal("admin"), again).rerun_of == run.id
    house.carry_out()
    assert [each["path"] for each in served.log][5:] == ["/a", "/b", "/c"]  # from its beginning


def test_pages_of_sequences_hold_no_scripts_of_strangers(house: House, admin: Visitor, served: Served) -> None:
    nasty = "<script>alert('x')</script>"
    served.begin({"GET /t": {"json": nasty}})
    step = {"method": "GET", "api": f"{served.url}/t", "query": {"q": nasty}, "save_to": "t"}
    run = ran(house, {"title": nasty, "requests": [step]})

    paths = [f"/runs/{run.id}", f"/runs/{run.id}/requests?step=requests[0]", f"/sequences/{run.task_id}"]
    for html in (admin.get(path).html for path in paths):
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=\"|javascript:", html) == []
    wrong = admin.post("/sequences/check", {"document": json.dumps({nasty: 1})})
    assert "<script>alert" not in wrong.html
