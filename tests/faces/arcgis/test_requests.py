"""Requests in all the ways in which clients send them, and what is refused before this face has read it."""

import json
from collections.abc import Iterator

import pytest
from urllib3 import encode_multipart_formdata

from tests.faces.arcgis.conftest import NOTEBOOK, Portal
from tests.faces.arcgis.portal_client import PortalClient, PortalError
from windrow.web.wrapping import LARGEST_BODY, LARGEST_UPLOAD

LARGE = json.dumps({**json.loads(NOTEBOOK), "metadata": {"note": "x" * (LARGEST_BODY + 1)}}).encode()


@pytest.fixture(scope="module")
def own(portal: Portal) -> PortalClient:
    """The only one whom these tests ask for."""
    portal.house.user("quentin")
    return portal.client_of("quentin")


def tasks_of(client: PortalClient) -> str:
    return f"{client.rest}/community/users/quentin/tasks"


def test_what_is_too_large_is_refused_once_and_not_sent_six_times(portal: Portal, own: PortalClient) -> None:
    before = len(own.wire)

    with pytest.raises(PortalError, match=r"Send at most 1,048,576 bytes\.\n\(Error Code: 413\)"):
        own.ask("POST", f"{tasks_of(own)}/createTask", {"type": "ExecuteReport", "title": "x" * LARGEST_BODY})

    assert [each.status for each in own.wire[before:]] == [200]


def test_what_is_too_large_is_heard_of_also_by_who_sends_before_listening(own: PortalClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield from [b"x" * LARGEST_BODY] * 3

    url = f"{tasks_of(own)}/createTask"
    headers = {"X-Esri-Authorization": f"Bearer {own.token}", "Content-Type": "application/x-www-form-urlencoded"}

    announced = own.pool.request("POST", url, body=b"".join(chunks()), headers=headers)
    unannounced = own.pool.request("POST", url, body=chunks(), headers=headers, chunked=True)

    assert [each.json()["error"]["code"] for each in (announced, unannounced)] == [413, 413]


def test_methods_that_are_none_are_refused_with_200(own: PortalClient) -> None:
    assert [own.send(each, tasks_of(own)).status for each in ("OPTIONS", "PUT", "HEAD")] == [200, 200, 200]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_json_that_is_no_object_is_refused(own: PortalClient, body: bytes) -> None:
    headers = {"X-Esri-Authorization": f"Bearer {own.token}", "Content-Type": "application/json"}

    answer = own.pool.request("POST", f"{tasks_of(own)}/createTask", body=body, headers=headers)

    assert (answer.status, answer.json()["error"]["code"]) == (200, 400)
    assert "JSON" in answer.json()["error"]["details"][0]


def test_an_error_has_the_format_that_was_asked_for(own: PortalClient) -> None:
    for method in ("GET", "POST"):
        assert own.send(method, f"{tasks_of(own)}/nope", {"f": "pjson"}).text.startswith('{\n  "error"')


@pytest.mark.parametrize("way", ["file", "text in a form", "text in parts"])
def test_an_item_larger_than_other_requests_may_be_is_brought(own: PortalClient, way: str) -> None:
    url = f"{own.rest}/content/users/quentin/addItem"
    fields = {"f": "json", "title": way, "type": "Notebook"}
    if way == "text in a form":
        brought = own.ask("POST", url, {**fields, "text": LARGE.decode()})
    else:
        content = {"text": LARGE.decode()} if way == "text in parts" else {"file": ("a.ipynb", LARGE)}
        body, media_type = encode_multipart_formdata({**fields, **content})
        headers = {"X-Esri-Authorization": f"Bearer {own.token}", "Content-Type": media_type}
        brought = own.pool.request("POST", url, body=body, headers=headers).json()

    shown = own.ask("GET", f"{own.rest}/content/items/{brought['id']}")
    assert (shown["title"], shown["size"]) == (way, len(LARGE))
    assert len(LARGE) < LARGEST_UPLOAD
