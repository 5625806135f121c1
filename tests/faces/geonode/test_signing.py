"""Signing in as GeoNode's clients do: Basic, a bearer token, or the session of its own page."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.faces.geonode.conftest import Portal
from tests.web.serving import PASSWORD, House


def test_a_bearer_token(portal: Portal, house: House) -> None:
    assert house.holder("admin")("GET", "//api/v2/harvesters/").status == 200
    assert house.bearer("windrow_nonsense")("GET", "//api/v2/harvesters/").status == 401
    assert house.basic("admin", "wrong")("GET", "//api/v2/harvesters/").status == 401


def test_a_session(portal: Portal, house: House) -> None:
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{house.base}/account/login/").read().decode()
    token = next(each.value for each in jar if each.name == "csrftoken")
    assert token is not None
    assert token in page
    form = {"login": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/"}
    url = f"{house.base}/account/login/?next=/api/v2/harvesters/"

    answer = browser.open(url, urllib.parse.urlencode(form).encode())

    assert answer.url.endswith("/api/v2/harvesters/")
    assert "harvesters" in json.load(answer)
    request = urllib.request.Request(
        f"{house.base}/api/v2/harvesters/",
        json.dumps({"name": "by session", "remote_url": "http://h/"}).encode(),
        {"Content-Type": "application/json", "X-CSRFToken": token, "Origin": "http://evil.example"},
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        browser.open(request)
    request.remove_header("Origin")
    assert browser.open(request).status == 201
    browser.open(f"{house.base}/account/logout/", b"")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        browser.open(f"{house.base}/api/v2/harvesters/")


def test_a_wrong_password_begins_none(house: House) -> None:
    answer = house.anybody()(
        "POST",
        "//account/login/",
        body=b"login=admin&password=wrong",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 200
    assert b"wrong" in answer.body
    assert "windrow_session" not in str(answer.headers.get("set-cookie", ""))
