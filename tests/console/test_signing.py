"""Signing in: cookies that scripts and other sites cannot use, plain words, a wait after too many failures."""

import re
from datetime import timedelta

import pytest

from tests.console.visiting import visitor
from tests.web.serving import PASSWORD, House
from windrow.console.routes.signing import inside
from windrow.core import throttling
from windrow.model.accounts import Role
from windrow.web.identity import SESSION_COOKIE

NEW = "a password of my own"


def test_a_session_is_a_cookie_for_this_site_only(house: House) -> None:
    somebody = visitor(house)

    seen = somebody.sign_in("admin")

    assert (seen.status, seen.location) == (303, "/")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(seen.headers["set-cookie"].split("; "))
    assert somebody.get("/").status == 200


def test_signing_out_ends_the_session_for_everybody_who_has_the_cookie(house: House) -> None:
    somebody = visitor(house, "admin")
    copy = dict(somebody.cookies)

    somebody.post("/sign-out")

    assert somebody.get("/").location == "/sign-in"
    somebody.cookies = copy
    assert somebody.get("/").location == "/sign-in"


def test_a_wrong_password_is_told_plainly_and_the_name_kept(house: House) -> None:
    somebody = visitor(house)

    seen = somebody.sign_in("<ann>", "wrong")

    assert seen.status == 401
    assert "The name or the password is wrong." in seen.text
    assert 'value="&lt;ann&gt;"' in seen.html


def test_too_many_failures_are_told_with_the_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "FIRST_WAIT", timedelta(minutes=1))  # a machine may be slow
    visitor(house, "forgetful", role=Role.VIEWER)
    somebody = visitor(house)

    statuses = [somebody.sign_in("forgetful", "wrong").status for _ in range(5)]
    seen = somebody.sign_in("forgetful", PASSWORD)

    assert statuses[0] == 401
    assert (seen.status, "try again in" in seen.text) == (429, True)


def test_a_one_time_secret_leads_nowhere_but_to_a_password_of_ones_own(house: House) -> None:
    admin = visitor(house, "admin")
    made = admin.post("/users", {"name": "fresh", "role": "operator"})
    secret = re.search(r'id="secret-text">([^<]+)<', made.html)
    assert secret
    somebody = visitor(house)

    assert somebody.sign_in("fresh", secret[1]).location == "/password"
    assert somebody.get("/sources").location == "/password"
    assert somebody.post("/sources", {"name": "x"}).location == "/password"
    unlike = somebody.post("/password", {"old_password": secret[1], "password": NEW, "again": "another"})
    assert (unlike.status, "is not the same" in unlike.text) == (422, True)
    short = somebody.post("/password", {"old_password": secret[1], "password": "short", "again": "short"})
    assert (short.status, "at least 10 characters" in short.text) == (422, True)
    wrong = somebody.post("/password", {"old_password": "wrong", "password": NEW, "again": NEW})
    assert (wrong.status, "is wrong" in wrong.text) == (422, True)

    done = somebody.post("/password", {"old_password": secret[1], "password": NEW, "again": NEW})

    assert (done.status, done.location) == (303, "/")
    assert somebody.get("/sources").status == 200
    assert visitor(house).sign_in("fresh", secret[1]).status == 401


def test_a_changed_password_ends_all_other_sessions(house: House) -> None:
    here = visitor(house, "mover", role=Role.OPERATOR)
    there = visitor(house, "mover")

    here.post("/account/password", {"old_password": PASSWORD, "password": NEW, "again": NEW})

    assert here.get("/account").status == 200
    assert there.get("/account").location == "/sign-in?next=/account"


def test_after_signing_in_one_comes_back_to_the_page(house: House) -> None:
    somebody = visitor(house)

    asked = somebody.get("/records?q=water%20level&type=dataset")
    form = somebody.get(asked.location)
    onward = re.search(r'name="next" value="([^"]+)"', form.html)
    assert onward
    seen = somebody.post("/sign-in", {"name": "admin", "password": PASSWORD, "next": onward[1].replace("&amp;", "&")})

    assert seen.location == "/records?q=water%20level&type=dataset"


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil", "/a\r\nX: y"],
)
def test_signing_in_never_leads_away_from_this_site(path: str) -> None:
    assert inside(path) == "/"


def test_whoever_comes_with_a_dead_cookie_signs_in_anew(house: House) -> None:
    somebody = visitor(house)
    somebody.cookies[SESSION_COOKIE] = "no such session"

    assert somebody.get("/").location == "/sign-in"
    assert somebody.sign_in("admin").status == 303


def test_a_script_that_finds_the_session_ended_leads_the_page_to_the_sign_in(house: House) -> None:
    seen = visitor(house).get("/sources", {"HX-Request": "true"})

    assert (seen.status, seen.headers["hx-redirect"]) == (401, "/sign-in?next=/sources")
