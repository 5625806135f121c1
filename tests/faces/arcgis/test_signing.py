"""Signing in, and tokens: all ways that clients have, and what makes them forget a good token."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.faces.arcgis.conftest import Portal
from tests.faces.arcgis.portal_client import PortalError, info_of, sign_in_by_page
from tests.web.serving import PASSWORD
from windrow.core import throttling

POISON = re.compile(r"invalid\s*token|token is valid but access is denied", re.IGNORECASE)


def test_the_sign_in_page_gives_a_token(portal: Portal) -> None:
    client = portal.client("")

    sign_in_by_page(client, "alice", PASSWORD)

    assert client.ask("GET", f"{client.rest}/community/self")["username"] == "alice"


def test_a_form_gives_a_token_with_its_end(portal: Portal) -> None:
    client = portal.client("")
    form = {"username": "alice", "password": PASSWORD, "referer": "http", "client": "referer", "expiration": 60}

    answer = client.ask("POST", f"{client.rest}/generateToken", form)

    now = portal.house.assembly.clock().timestamp()
    assert (answer["ssl"], set(answer)) == (True, {"token", "expires", "ssl"})
    assert 3_500 < answer["expires"] / 1_000 - now <= 3_600
    client.token = answer["token"]
    assert client.ask("GET", f"{client.rest}/portals/self")["user"]["username"] == "alice"


def test_a_token_is_taken_from_wherever_clients_put_it(portal: Portal) -> None:
    client = portal.client("")
    url = f"{client.rest}/community/self"

    by_query = client.send("GET", url, {"token": portal.token})
    by_form = client.send("POST", url, {"token": portal.token})
    by_header = client.pool.request("GET", url, headers={"Authorization": f"Bearer {portal.token}"})

    assert [by_query.json["username"], by_form.json["username"], by_header.json()["username"]] == ["alice"] * 3


def test_a_wrong_password_is_told_as_clients_expect(portal: Portal) -> None:
    portal.house.user("mistaken")
    client = portal.client("")

    with pytest.raises(PortalError, match=r"Invalid username or password\."):
        sign_in_by_page(client, "mistaken", "wrong")
    with pytest.raises(PortalError, match=r"Unable to generate token\.\nInvalid username or password\."):
        client.ask("POST", f"{client.rest}/generateToken", {"username": "mistaken", "password": "wrong"})
    assert {each.status for each in client.wire} == {200}


def test_who_guesses_must_wait(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "FIRST_WAIT", timedelta(minutes=1))  # a machine may be slow
    portal.house.user("guessed")
    client = portal.client("")
    url = f"{client.rest}/generateToken"

    for _ in range(5):
        client.send("POST", url, {"username": "guessed", "password": "wrong"})
    answer = client.send("POST", url, {"username": "guessed", "password": PASSWORD})

    assert answer.status == 200
    assert "Too many failed sign-ins" in answer.json["error"]["details"][0]


def test_passwords_are_not_taken_from_addresses(portal: Portal) -> None:
    answer = portal.client("").send(
        "GET", f"{portal.client('').rest}/generateToken", {"username": "alice", "password": PASSWORD}
    )

    assert answer.json["error"]["details"] == ["Send the name and the password by POST."]


def test_a_token_ends(portal: Portal) -> None:
    authentication = portal.house.assembly.windrow.authentication
    secret, _ = authentication.give_pass(portal.house.principal("alice"), timedelta(seconds=-1))

    answer = portal.client(secret).send("GET", f"{portal.client().rest}/portals/self", {"f": "json"})

    assert (answer.status, answer.json["error"]["code"]) == (200, 498)
    assert not POISON.search(answer.text)


def test_a_new_password_ends_all_tokens_of_signing_in(portal: Portal) -> None:
    portal.house.user("careful")
    client = portal.client("")
    sign_in_by_page(client, "careful", PASSWORD)
    windrow, careful = portal.house.assembly.windrow, portal.house.principal("careful")

    windrow.authentication.change_password(careful, old=PASSWORD, new="quite another one", address="")

    assert client.send("GET", f"{client.rest}/portals/self").json["error"]["code"] == 498


def test_a_one_time_password_is_no_way_in(portal: Portal) -> None:
    made = portal.house.assembly.windrow.accounts.create_user(
        portal.house.principal("admin"), "fresh", role=portal.house.principal("alice").role
    )

    answer = portal.client("").send(
        "POST", f"{portal.client().rest}/generateToken", {"username": "fresh", "password": made.secret}
    )

    assert "one-time password" in answer.json["error"]["details"][0]


def test_a_token_of_signing_in_is_no_session_of_the_console(portal: Portal) -> None:
    client = portal.client("")
    sign_in_by_page(client, "alice", PASSWORD)

    answer = client.pool.request(
        "GET", f"{client.base}/api/v1/tasks", headers={"Cookie": f"windrow_session={client.token}"}
    )

    assert answer.status == 401


@pytest.mark.parametrize("path", ["portals/self", "community/self", "community/users/alice/tasks", "content/items/x"])
def test_without_a_token_and_only_then_one_is_asked_for(portal: Portal, path: str) -> None:
    client = portal.client("")

    without = client.send("GET", f"{client.rest}/{path}", {"f": "json"})
    with_bad_one = portal.client("bad").send("GET", f"{client.rest}/{path}", {"f": "json"})

    assert (without.status, without.json["error"]["code"], without.json["error"]["message"]) == (
        200,
        499,
        "Token Required",
    )
    assert (with_bad_one.status, with_bad_one.json["error"]["code"]) == (200, 498)
    assert not POISON.search(with_bad_one.text + without.text)
    assert "oken Required" not in with_bad_one.text


def test_the_token_goes_to_this_portal_only(portal: Portal) -> None:
    client = portal.client("")
    asked = {"response_type": "token", "redirect_uri": "https://evil.example.org/", "state": "s"}

    page = client.send("GET", f"{client.rest}/oauth2/authorize", asked)
    own = client.send("GET", f"{client.rest}/oauth2/authorize", {**asked, "redirect_uri": client.base})
    forged = info_of(own.text)["oauth_state"][::-1]
    sent = {"oauth_state": forged, "username": "alice", "password": PASSWORD}
    signed_in = client.send("POST", f"{client.base}/portal/sharing/oauth2/signin", sent)

    assert "'redirect_uri' is invalid" in page.text
    assert (signed_in.status, "'oauth_state' is invalid" in signed_in.text) == (200, True)


def test_what_is_said_to_the_sign_in_page_does_not_become_part_of_it(portal: Portal) -> None:
    client = portal.client("")
    state = "</script><script>alert(1)</script>{"

    asked = {"response_type": "token", "redirect_uri": client.base, "state": state}
    page = client.send("GET", f"{client.rest}/oauth2/authorize", asked).text
    form = {"oauth_state": info_of(page)["oauth_state"], "username": "alice", "password": PASSWORD}
    answer = client.send("POST", f"{client.base}/portal/sharing/oauth2/signin", form)

    assert page.count("<script>") == 1
    assert dict(parse_qsl(urlsplit(answer.headers["Location"]).fragment))["state"] == state


def test_what_clients_look_for_first_is_not_there_and_asks_for_nothing(portal: Portal) -> None:
    client = portal.client("")

    for path in ("info", "rest/info", "rest/services", "server/rest"):
        answer = client.send("GET", f"{client.base}/portal/{path}", {"f": "json"})
        assert (answer.status, answer.json["error"]["code"]) == (404, 404)
        assert "www-authenticate" not in answer.headers
    unknown = portal.client().send("GET", f"{client.rest}/services", {"f": "json"})
    assert (unknown.status, unknown.json["error"]["code"]) == (200, 404)


@pytest.mark.parametrize("path", ["//portal//sharing/rest//info", "/portal/sharing//rest/info/"])
def test_many_slashes_are_one(portal: Portal, path: str) -> None:
    client = portal.client("")

    answer = client.send("GET", client.base + path, {"f": "pjson"})

    assert answer.json["authInfo"]["isTokenBasedSecurity"] is True


def test_the_console_and_the_other_faces_speak_https_too(portal: Portal) -> None:
    client = portal.client("")
    pool, base = client.pool, client.base

    assert pool.request("GET", f"{base}/healthz").status == 200
    assert pool.request("GET", f"{base}/stac").status == 200
    native = pool.request("GET", f"{base}/api/v1/tasks", headers={"Authorization": f"Bearer {portal.token}"})
    assert native.status == 200
    form = {"name": "alice", "password": PASSWORD}
    page = pool.request("POST", f"{base}/sign-in", fields=form, encode_multipart=False, redirect=False)
    assert "Secure" in page.headers["set-cookie"].split("; ")
