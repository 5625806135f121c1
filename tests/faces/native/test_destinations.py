"""Destinations by the API and the client: what was entered is kept, and its secrets go in and never come out."""

from typing import Any

import pytest

from tests.core.notifying.receiver import receiving
from tests.web.serving import Caller, House
from windrow.client import Client

TOKEN = "t0ken-in-the-path"


@pytest.fixture(scope="module")
def ada(house: House) -> Caller:
    return house.user("ada")


def test_a_destination_is_made_tried_changed_and_deleted(ada: Caller) -> None:
    with (
        receiving() as receiver,
        Client(ada.base, token=ada.headers["Authorization"].removeprefix("Bearer ")) as client,
    ):
        made = client.destinations.create("Board", f"{receiver.url}/{TOKEN}")
        tried = client.destinations.test(made.id)
        receiver.statuses = [503]
        failed = client.destinations.test(made.id)
        mail = client.destinations.create("Mail", "mailto://ann:s3cret@mail.example.org")
        changed = client.destinations.change(made.id, f"https://other.example.org/{TOKEN}")
        renewed = client.destinations.rotate(made.id)

        assert [each.json["type"] for each in receiver.received] == ["report.test"] * 2
        assert receiver.received[0].headers["webhook-signature"].startswith("v1,")
        assert (made.channel, made.address, mail.channel) == ("webhook", receiver.url, "apprise")
        assert (tried.problem, "503" in failed.problem, changed.problem) == ("", True, "")
        assert (changed.address, changed.sent_at) == ("https://other.example.org", tried.sent_at)
        assert made.signing_secret.startswith("whsec_")
        assert renewed.signing_secret not in ("", made.signing_secret)
        assert mail.signing_secret == ""
        assert [each.name for each in client.destinations.list()] == ["Board", "Mail"]
        shown = ada("GET", "/destinations").body.decode() + failed.problem
        assert not any(each in shown for each in (TOKEN, "s3cret", made.signing_secret))
        assert ada("POST", f"/destinations/{mail.id}/rotate").status == 409
        for each in (made, mail):
            client.destinations.delete(each.id)
        assert ada("GET", f"/destinations/{made.id}").status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "https://ann:secret@example.org/"}, "address"),
        ({"address": "nothing://example.org"}, "address"),
        ({"address": None}, "address"),
        ({"name": " "}, "name"),
        ({"channel": "webhook"}, "channel"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(ada: Caller, changes: dict[str, Any], field: str) -> None:
    answer = ada("POST", "/destinations", {"name": "Board", "address": "https://example.org/", **changes})

    assert (answer.status, list(answer.problems)) == (422, [field])


def test_an_address_of_another_channel_and_a_taken_name_are_refused(ada: Caller) -> None:
    made = ada.post("/destinations", {"name": "Taken", "address": "https://example.org/"})

    changed = ada("PATCH", f"/destinations/{made['id']}", {"address": "json://example.org/"})

    assert (changed.status, list(changed.problems)) == (422, ["address"])
    assert ada("POST", "/destinations", {"name": "Taken", "address": "https://example.org/"}).status == 409


def test_a_task_follows_a_destination_to_its_new_name(ada: Caller) -> None:
    made = ada.post("/destinations", {"name": "Before", "address": "https://example.org/"})
    drafted = {"name": "Monday", "kind": "report", "parameters": {"report": "usage", "send_to": ["Before"]}}
    task = ada.post("/tasks", drafted)

    changed = ada("PATCH", f"/destinations/{made['id']}", {"name": "After"})
    taken = ada("PATCH", f"/destinations/{made['id']}", {"name": "Taken"})
    wrong = [ada("PATCH", f"/destinations/{made['id']}", each) for each in ({}, {"name": None}, {"name": " "})]

    assert (changed.status, changed.json["name"], changed.json["address"]) == (200, "After", "https://example.org")
    assert ada.get(f"/tasks/{task['id']}")["parameters"]["send_to"] == ["After"]
    assert taken.status == 409
    assert [(each.status, *each.problems) for each in wrong] == [(422, "address"), (422, "name"), (422, "name")]


def test_a_report_names_what_there_is(ada: Caller) -> None:
    task = {"name": "Monday", "kind": "report"}
    wrong = {"report": "usage", "send_to": ["Nobody"], "sources": [4711]}

    answer = ada("POST", "/tasks", {**task, "parameters": wrong})
    backwards = ada(
        "POST", "/tasks", {**task, "parameters": {"report": "usage", "from": "2027-02-01", "to": "2027-01-01"}}
    )
    once = ada.post("/tasks", {**task, "parameters": {"report": "usage"}, "retry": {"attempts": 1}})
    usual = ada.post("/tasks", {**task, "parameters": {"report": "usage"}})

    assert answer.problems.keys() == {"parameters.send_to.0", "parameters.sources.0"}
    assert "Make it first" in answer.problems["parameters.send_to.0"]
    assert backwards.status == 422
    assert (once["retry"]["attempts"], usual["retry"]["attempts"]) == (1, 6)
