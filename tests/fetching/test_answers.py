"""What comes back from a remote that behaves."""

import gzip

import pytest

from tests.fetching.conftest import Kit
from tests.remotes.scripts import Connection, answer_and_hang_up, chunked, encoded, head, reply, until_closed
from tests.remotes.server import Remote
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.fetching import Observation
from windrow.ports.fetching import Answer, Validators

BODY = "<records>Größe</records>".encode() * 500


def test_an_answer_has_its_address_status_lower_case_headers_and_body(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(BODY, headers={"X-Total": "7", "ETag": '"a"'}))

    answer = kit.fetcher(remote).get(url)

    assert answer == Answer(
        url=url,
        status=200,
        headers={
            "content-type": "application/xml",
            "content-length": str(len(BODY)),
            "x-total": "7",
            "etag": '"a"',
        },
        body=BODY,
    )


@pytest.mark.parametrize("script", [chunked(BODY), until_closed(BODY), encoded(BODY, "gzip"), encoded(BODY, "deflate")])
def test_a_body_is_whole_and_decompressed_however_it_is_sent(kit: Kit, remote: Remote, script: object) -> None:
    url = remote.on("/csw", script)  # type: ignore[arg-type]  # parametrize hands on objects

    assert kit.fetcher(remote).get(url).body == BODY


def test_an_encoding_that_was_not_asked_for_is_no_answer(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", encoded(BODY, "pack200"))

    with pytest.raises(RemoteUnreadable, match="'pack200'"):
        kit.fetcher(remote).get(url)


def test_a_body_that_is_not_compressed_as_it_says_is_no_answer(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"plain", headers={"Content-Encoding": "gzip"}))

    with pytest.raises(RemoteUnreadable, match="not compressed as its header says"):
        kit.fetcher(remote).get(url)


def test_a_compressed_answer_that_announces_its_length_before_compression_is_whole(kit: Kit, remote: Remote) -> None:
    """As pycsw 2.6 does."""

    def misannounce(connection: Connection, method: str) -> bool:
        connection.send(head(200, {"Content-Encoding": "gzip", "Content-Length": len(BODY)}) + gzip.compress(BODY))
        return False

    url = remote.on("/csw", misannounce)

    assert kit.fetcher(remote).get(url).body == BODY
    assert len(remote.seen) == 1


def test_no_content_is_a_success(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"", status=204))

    answer = kit.fetcher(remote).get(url)

    assert (answer.status, answer.body) == (204, b"")


def test_parameters_are_added_to_the_urls_own_query(kit: Kit, remote: Remote) -> None:
    remote.on("/csw")

    kit.fetcher(remote).get(remote.url("/csw?map=/a b.map&x=ü#part"), parameters={"request": "Get & Go", "start": 11})

    assert remote.seen[0].query == {"map": "/a b.map", "x": "ü", "request": "Get & Go", "start": "11"}


def test_the_user_agent_is_honest_and_headers_of_the_caller_go_along(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw")

    kit.fetcher(remote).get(url, headers={"Accept": "application/json"})

    headers = remote.seen[0].headers
    assert headers["user-agent"] == "Windrow/test (+https://who.test)"
    assert headers["accept"] == "application/json"
    assert "gzip" in headers["accept-encoding"]
    assert headers["host"] == remote.host


def test_a_post_sends_its_body_and_media_type(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"<ok/>"))

    answer = kit.fetcher(remote).post(url, b"<GetRecords/>", media_type="application/xml")

    seen = remote.seen[0]
    assert (answer.body, seen.method, seen.body) == (b"<ok/>", "POST", b"<GetRecords/>")
    assert seen.headers["content-type"] == "application/xml"


def test_a_large_post_arrives_whole(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"<ok/>"))
    body = bytes(range(256)) * 40_000

    kit.fetcher(remote).post(url, body, media_type="application/octet-stream")

    assert remote.seen[0].body == body


def test_validators_are_sent_and_a_304_says_that_nothing_has_changed(kit: Kit, remote: Remote) -> None:
    url = remote.on("/feed", reply(b"", status=304, headers={"ETag": '"a"'}))

    answer = kit.fetcher(remote).get(url, validators=Validators('"a"', "Fri, 01 May 2026 12:00:00 GMT"))

    assert answer.not_modified
    assert remote.seen[0].headers["if-none-match"] == '"a"'
    assert remote.seen[0].headers["if-modified-since"] == "Fri, 01 May 2026 12:00:00 GMT"


@pytest.mark.parametrize("validators", [None, Validators()])
def test_a_304_that_nobody_asked_for_is_no_answer(kit: Kit, remote: Remote, validators: Validators | None) -> None:
    url = remote.on("/feed", reply(b"", status=304))

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).get(url, validators=validators)

    assert (caught.value.status, caught.value.retryable) == (304, False)
    assert "if-none-match" not in remote.seen[0].headers


def test_requests_to_one_host_share_a_connection(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"a"), reply(b"", status=404), reply(b"b"))
    fetcher = kit.fetcher(remote)

    fetcher.get(url)
    with pytest.raises(RemoteStatus):
        fetcher.get(url)
    fetcher.get(url)

    assert {seen.connection for seen in remote.seen} == {1}


def test_a_kept_connection_that_the_server_closed_is_nobodys_failure(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", answer_and_hang_up(b"a"))
    fetcher = kit.fetcher(remote)

    bodies = [fetcher.get(url).body for _ in range(5)]

    assert bodies == [b"a"] * 5
    assert {seen.outcome for seen in kit.seen} == {"ok"}
    assert kit.time.waits == []


def test_every_exchange_is_observed(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", encoded(BODY, "gzip"))

    kit.fetcher(remote).get(url)

    [seen] = kit.seen
    assert seen == Observation(
        host=remote.host,
        method="GET",
        outcome="ok",
        status=200,
        received=len(gzip.compress(BODY)),
        seconds=seen.seconds,
        waited=seen.waited,
    )
    assert 0 < seen.seconds < 20


@pytest.mark.parametrize("name", ["Host", "Content-Length", "X Bad", "", "X-A\r\nX-B"])
def test_headers_that_would_change_the_request_are_refused(kit: Kit, remote: Remote, name: str) -> None:
    with pytest.raises(BadInput):
        kit.fetcher(remote).get(remote.url(), headers={name: "1"})

    assert remote.seen == []


def test_the_environments_proxy_is_ignored(kit: Kit, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert kit.fetcher(remote).get(remote.on("/csw", reply(b"a"))).body == b"a"
