"""Whatever breaks, the answer is a problem in the same shape, with the same headers, and without our secrets."""

from datetime import timedelta

import pytest

from tests.web.serving import PASSWORD, House
from windrow.core import throttling
from windrow.core.runs import Runs

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}


def test_what_nobody_foresaw_is_answered_without_details(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(Runs, "page", break_down)

    answer = house.holder("admin")("GET", "/runs")

    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.json["detail"] == "The operator finds the reason in the log."
    assert b"swordfish" not in answer.body
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/me", "/nowhere", "/sources/x", "//healthz", "//metrics"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(house: House, path: str) -> None:
    answer = house.anybody()("GET", path)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_too_many_wrong_passwords_are_told_when_to_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "FIRST_WAIT", timedelta(minutes=1))  # a machine may be slow
    house.user("eve")
    wrong = house.basic("eve", "wrong password")

    statuses = [wrong("GET", "/me").status for _ in range(6)]
    answer = house.basic("eve", PASSWORD)("GET", "/me")

    assert statuses == [401] * 5 + [429]
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_session_changes_nothing_for_another_site(house: House) -> None:
    house.user("grace")
    authentication = house.assembly.windrow.authentication
    secret, _ = authentication.begin_session(house.principal("grace"))
    cookie = {"Cookie": f"windrow_session={secret}"}
    task = {"name": "x", "kind": "stepping"}

    def post(**headers: str) -> int:
        return house.anybody()("POST", "/tasks", task, headers={**cookie, **headers}).status

    assert post(Origin=house.base) == 201
    assert post(Origin="https://elsewhere.example") == 403
    assert post(**{"Sec-Fetch-Site": "cross-site"}) == 403
    assert house.anybody()("GET", "/me", headers={**cookie, "Origin": "https://elsewhere.example"}).status == 200
    authentication.end_session(secret)
    assert post(Origin=house.base) == 401
