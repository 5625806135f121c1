"""Notifications by the API: what was entered is kept, its secrets go in and never come out."""

from typing import Any

import pytest

from tests.core.notifying.receiver import receiving
from tests.remotes.server import Remote
from tests.web.serving import Caller, House
from tests.web.world import fill_folder, folder
from windrow.model.identity import new_id
from windrow.wire.notifications import Message

TOKEN = "t0ken-in-the-path"


@pytest.fixture(scope="module")
def ada(house: House) -> Caller:
    return house.user("ada")


@pytest.fixture
def source(ada: Caller, remote: Remote) -> Any:
    fill_folder(remote, 2)
    return ada.post("/sources", folder(f"Folder {new_id()}", remote))


def webhook(address: str, **more: Any) -> dict[str, Any]:
    return {"name": "Hook", "channel": "webhook", "address": address, **more}


def test_what_is_entered_is_kept_and_its_secrets_never_shown_again(ada: Caller, source: Any) -> None:
    base = f"/sources/{source['id']}/notifications"
    answer = ada("POST", base, webhook(f"https://chat.example.org/hooks/{TOKEN}", on=["change", "digest"]))
    made = answer.json

    assert answer.status == 201
    assert answer.headers["location"] == f"/api/v1{base}/{made['id']}"
    secret = made.pop("signing_secret")
    assert ada.get(f"{base}/{made['id']}") == made == ada.get(base)["items"][0]
    assert (made["address"], made["on"]) == ("https://chat.example.org", ["change", "digest"])
    assert made["next_digest"] is not None
    changed = ada("PATCH", f"{base}/{made['id']}", {"address": f"https://other.example.org/{TOKEN}", "enabled": False})
    assert (changed.json["address"], changed.json["enabled"]) == ("https://other.example.org", False)
    renewed = ada.post(f"{base}/{made['id']}/rotate")
    assert renewed["signing_secret"] not in ("", secret)
    shown = (changed.body, ada("GET", base).body, ada("GET", f"/sources/{source['id']}").body)
    assert not any(each in body for body in shown for each in (TOKEN.encode(), secret.encode()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "ftp://example.org/"}, "address"),
        ({"address": "https://ann:secret@example.org/"}, "address"),
        ({"channel": "apprise", "address": "nothing://example.org"}, "address"),
        ({"channel": "apprise", "address": "syslog://"}, "address"),
        ({"channel": "pigeon"}, "channel"),
        ({"on": []}, "on"),
        ({"on": ["errors"]}, "on.0"),
        ({"digest_seconds": 1}, "digest_seconds"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(ada: Caller, source: Any, changes: dict[str, Any], field: str) -> None:
    answer = ada("POST", f"/sources/{source['id']}/notifications", {**webhook("https://example.org/"), **changes})

    assert (answer.status, list(answer.problems)) == (422, [field])


def test_a_taken_name_is_refused(ada: Caller, source: Any) -> None:
    base = f"/sources/{source['id']}/notifications"
    ada.post(base, webhook("https://example.org/"))

    assert ada("POST", base, webhook("https://example.org/")).status == 409


def test_a_message_has_the_shape_that_is_documented(ada: Caller, house: House, source: Any) -> None:
    with receiving() as receiver:
        made = ada.post(f"/sources/{source['id']}/notifications", webhook(receiver.url, on=["always"]))
        ada.post(f"/sources/{source['id']}/harvest")
        house.carry_out()
        house.assembly.consequences.draw()
        ada.post(f"/sources/{source['id']}/notifications/{made['id']}/test")
        house.carry_out()

    told = [Message.model_validate(each.json) for each in receiver.received]
    assert sorted(each.type for each in told) == ["harvest.ended", "notification.test"]
    assert {each.data.source.id for each in told} == {source["id"]}


def test_apprise_tells_too(ada: Caller, house: House, source: Any) -> None:
    base = f"/sources/{source['id']}/notifications"
    with receiving() as receiver:
        address = f"json://ann:{TOKEN}@127.0.0.1:{receiver.port}/{TOKEN}"
        made = ada.post(base, {"name": "Chat", "channel": "apprise", "address": address})
        ada.post(f"{base}/{made['id']}/test")
        receiver.statuses = [200, 503]
        house.carry_out()
        failed = ada.post(f"{base}/{made['id']}/test")
        house.carry_out()

    assert (made["address"], made["signing_secret"]) == (f"json://127.0.0.1:{receiver.port}", "")
    assert [each.json["title"] for each in receiver.received] == [f"Test: {source['name']}"] * 2
    shown = [ada("GET", path).body.decode() for path in (base, f"/runs/{failed['id']}", f"/runs/{failed['id']}/log")]
    assert "503" in shown[0]
    assert not any(TOKEN in each for each in shown)
    assert ada("POST", f"{base}/{made['id']}/rotate").status == 409


def test_a_difference_is_shown(ada: Caller, source: Any) -> None:
    assert ada.get(f"/sources/{source['id']}")["difference"] is None
