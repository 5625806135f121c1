"""Whatever a target answers, its kind says what came instead; it neither breaks nor believes it."""

import json

import pytest

from tests.remotes import scripts
from tests.remotes.scripts import Script, reply, status
from tests.remotes.server import Remote
from tests.targets.conftest import MakeCourier
from tests.targets.items import item
from windrow.errors import RemoteError, RemoteForbidden, RemoteStatus, RemoteTooLarge
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.targets import Item, TargetKind, TargetRequest
from windrow.targets.ckan import CkanTarget
from windrow.targets.csw_t import CswTTarget
from windrow.targets.geonode import GeoNodeTarget

KINDS: list[TargetKind] = [CkanTarget(), CswTTarget(), GeoNodeTarget()]
SETTINGS = {"ckan": {"owner_org": "office"}}
ACTIONS = ["put", "remove", "check"]

CSW = 'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"'
BILLION = f'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><csw:Capabilities {CSW}>&d;</csw:Capabilities>'


def answered(value: object, code: int = 200) -> Script:
    return reply(json.dumps(value).encode(), status=code, media_type="application/json")


ANSWERS: dict[str, Script] = {
    "a page": scripts.html_page(),
    "nothing": reply(b""),
    "no content": reply(b"", status=204),
    "truncated XML": reply(b"<csw:TransactionResponse " + CSW.encode() + b"><csw:Transaction"),
    "truncated JSON": reply(b'{"success": true, "result": {"id": "', media_type="application/json"),
    "cut off": scripts.truncate(b"<csw:Capabilities/>", 5),
    "no HTTP": scripts.garble(),
    "reset": scripts.reset(),
    "hung up": scripts.hang_up(),
    "unavailable": status(503, retry_after="120"),
    "broken": status(500, b"Traceback"),
    "not there": status(404, b"<h1>Not Found</h1>"),
    "conflict": status(409, b"<h1>Conflict</h1>"),
    "entities": reply(BILLION.encode()),
    "an empty summary": reply(f"<csw:TransactionResponse {CSW}/>".encode()),
    "another root": reply(b"<a><b/></a>"),
    "a list": answered([]),
    "null": answered(None),
    "a number": answered(7),
    "nested": reply(b"[" * 5000, media_type="application/json"),
    "no success": answered({"success": False}),
    "a strange error": answered({"success": False, "error": [1], "errors": {"a": None}}, 400),
    "an error of nulls": answered({"success": False, "error": {"__type": None, "name": [None, {"a": [1]}]}}, 409),
    "no result": answered({"success": True}),
    "a strange package": answered({"success": True, "result": {"id": {}, "extras": [None, 1], "resources": 7}}),
    "strange rows": answered({"resources": [{"pk": None}, {"pk": "-1"}], "documents": None, "document": {"pk": []}}),
    "not found in words": answered({"success": False, "error": {"message": "Not found"}}, 404),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_strange_answer_is_an_error_of_the_remote(
    remote: Remote, make_courier: MakeCourier, kind: TargetKind, action: str, answer: str
) -> None:
    remote.otherwise = ANSWERS[answer]
    remote.on("/", ANSWERS[answer])
    if (kind.name, action, answer) == ("geonode", "remove", "not found in words"):
        remote.otherwise = status(500)  # else this is how it says that there is no document

    with pytest.raises(RemoteError) as caught:
        act(kind, action, remote, make_courier, item(remote="7/a"))
    assert str(caught.value)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_refused_credential_is_named(
    remote: Remote, make_courier: MakeCourier, kind: TargetKind, action: str
) -> None:
    remote.otherwise = status(401, b"<h1>Sign in</h1>")

    with pytest.raises(RemoteStatus, match="credential was refused") as caught:
        act(kind, action, remote, make_courier, item())
    assert (caught.value.status, caught.value.retryable) == (401, False)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_answer_without_end_is_cut_short(remote: Remote, make_courier: MakeCourier, kind: TargetKind) -> None:
    remote.otherwise = scripts.large(4 * 1024 * 1024, announced=False)

    for action in ACTIONS:
        with pytest.raises(RemoteTooLarge):
            act(kind, action, remote, make_courier, item())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_record_is_sent_on_to_somebody_else(
    remote: Remote, other_remote: Remote, make_courier: MakeCourier, kind: TargetKind
) -> None:
    other_remote.otherwise = answered({"success": True, "result": [], "resources": [], "documents": []})
    remote.otherwise = scripts.redirect(other_remote.url("/elsewhere"), 307)

    with pytest.raises(RemoteError):
        act(kind, "put", remote, make_courier, item())
    assert {seen.method for seen in other_remote.seen} <= {"GET", "POST"}
    assert all(b"Rivers" not in seen.body for seen in other_remote.seen)
    assert all("authorization" not in seen.headers for seen in other_remote.seen)


def test_a_change_that_is_redirected_is_refused(
    remote: Remote, other_remote: Remote, make_courier: MakeCourier
) -> None:
    remote.answer("/api/v2/resources/", lambda seen: answered({"resources": []}))
    remote.on("/api/v2/documents/", scripts.redirect(other_remote.url("/api/v2/documents/"), 307))

    with pytest.raises(RemoteForbidden, match="sends a change on"):
        act(GeoNodeTarget(), "put", remote, make_courier, item())
    assert other_remote.seen == []


def act(kind: TargetKind, action: str, remote: Remote, make_courier: MakeCourier, pushed: Item) -> None:
    request = TargetRequest(remote.url("/"), SETTINGS.get(kind.name, {}))
    courier = make_courier(remote.url("/"), Credential(CredentialKind.BASIC, "secret", "ada"))
    match action:
        case "put":
            kind.put(request, pushed, courier)
        case "remove":
            kind.remove(request, pushed, courier)
        case _:
            kind.check(request, courier)
