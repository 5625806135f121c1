"""Pages of walkers by plain HTTP: the list, the forms that their schemas make, and what they came to."""

import pytest

from tests.console.visiting import Visitor, visitor
from tests.web.serving import House
from windrow.core.walking.walkers import Walkers
from windrow.model.runs import RunState
from windrow.ports.walkers import Walk, walker, walkers_in

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Whom", "default": "world"},
        "times": {"type": "integer", "minimum": 1, "maximum": 3},
        "key": {"type": "string", "writeOnly": True},
        "anything": True,
    },
    "required": ["times"],
}


@walker("greet", schema=SCHEMA, version="7")
def greet(walk: Walk) -> None:
    """Greets somebody."""
    for _ in range(walk.context["times"]):
        walk.report({"told": walk.context["name"], **{name: 1 for name in walk.context if name == "more"}})


@walker("tidy/up", queued=True)
def tidy(walk: Walk) -> None:
    walk.report("begun")
    walk.report(1 / walk.context["by"])


@pytest.fixture(scope="module")
def admin(house: House) -> Visitor:
    for function in (greet, tidy):
        for each in walkers_in(function):
            house.assembly.walkers[each.name] = each
    return visitor(house, "admin")


def walkers(house: House) -> Walkers:
    return house.assembly.windrow.walkers


def test_walkers_are_listed_with_what_they_do(admin: Visitor) -> None:
    seen = admin.get("/walkers")

    assert "greet Greets somebody. 7 4 values waited for" in seen.text
    assert 'href="/walkers/tidy%2Fup"' in seen.html


def test_a_walker_is_run_from_its_form_at_once_where_no_worker_lives(house: House, admin: Visitor) -> None:
    form = admin.get("/walkers/greet")
    fields = {"settings.posted": "yes", "settings.name": "Ann", "settings.times": "2", "settings.key": "S3CRET-KEY"}

    sent = admin.post("/walkers/greet", {**fields, "more": '{"more": 1}', "how": "wait"})
    seen = admin.get(sent.location.partition("#")[0])

    assert 'name="settings.times" type="number" step="1" min="1" max="3"' in form.html
    assert 'type="password"' in form.html
    assert sent.location.startswith("/walkers/greet?run=")
    assert "version 7" in seen.text
    assert seen.text.count('"told": "Ann"') == 2
    assert 'name="settings.name" value="Ann"' in seen.html
    assert "S3CRET" not in seen.html


def test_what_is_wrong_with_a_form_is_told_beside_its_field(admin: Visitor) -> None:
    missing = admin.post("/walkers/greet", {"settings.posted": "yes", "settings.name": "Ann", "more": "[]"})
    too_many = admin.post("/walkers/greet", {"settings.posted": "yes", "settings.times": "9", "more": "{"})
    large = admin.post("/walkers/greet", {"settings.posted": "yes", "settings.times": "9"})

    assert (missing.status, too_many.status, large.status) == (422, 422, 422)
    assert 'id="settings.times-problem"' in missing.html
    assert 'value="Ann"' in missing.html
    assert 'id="more-problem"' in too_many.html
    assert "must be at most 3" in large.text
    assert admin.get("/walkers/nobody").status == 404


def test_one_in_the_background_leads_to_its_run_and_its_failure_is_told(house: House, admin: Visitor) -> None:
    sent = admin.post("/walkers/tidy%2Fup", {"more": '{"by": 0}', "how": "background"})
    number = sent.location.removeprefix("/runs/")
    before = admin.get(f"/walkers/tidy%2Fup?run={number}")
    house.carry_out()
    after = admin.get(f"/walkers/tidy%2Fup?run={number}")

    assert "it goes on" in before.text
    assert 'hx-trigger="every 1s"' in before.html
    assert "ZeroDivisionError: division by zero" in after.text
    assert '"begun"' in after.text
    assert 'hx-trigger="every 1s"' not in after.html
    run = walkers(house).result(house.principal("admin"), number)
    assert (run.state, run.kind) == (RunState.FAILED, "walker")
    assert "What it reported" in admin.get(sent.location).text


def test_a_walker_is_put_on_a_schedule_with_what_was_typed(admin: Visitor) -> None:
    seen = admin.post("/walkers/greet", {"settings.posted": "yes", "settings.times": "3", "how": "task"})

    assert (seen.status, 'action="/tasks"' in seen.html) == (200, True)
    assert 'name="settings.walker" value="greet"' in seen.html
    assert '"times": 3' in seen.text
    assert "Run by itself" in seen.text
