"""Whatever a remote does, the answer is an error that names it, within the time and memory allowed."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fetching.conftest import QUICK, Kit
from tests.remotes.scripts import (
    Script,
    drip,
    drip_headers,
    encoded,
    entity_bomb,
    garble,
    gzip_bomb,
    hang,
    hang_in_body,
    hang_up,
    large,
    reply,
    reset,
    status,
    truncate,
    truncate_chunks,
    wrong_encoding,
)
from tests.remotes.server import Remote
from windrow.errors import (
    RemoteError,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
)

ONCE = replace(QUICK, attempts=1)
IMPATIENT = replace(ONCE, read_timeout=0.3)
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        (reset(), RemoteUnreachable, "broke the connection"),
        (hang_up(), RemoteUnreachable, "broke the connection"),
        (garble(), RemoteUnreadable, "did not answer in HTTP"),
        (garble(b"HTTP/1.1 abc\r\n\r\n"), RemoteUnreadable, "did not answer in HTTP"),
        (garble(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), RemoteUnreadable, "did not answer in HTTP"),
        (garble(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000), RemoteUnreadable, "did not answer in HTTP"),
        (truncate(b"x" * 1000, after=10), RemoteUnreadable, "is cut off"),
        (truncate(b"x" * 1000, after=0), RemoteUnreadable, "is cut off"),
        (truncate_chunks(b"<records>"), RemoteUnreadable, "is cut off"),
        (
            garble(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
            RemoteUnreadable,
            "is cut off",
        ),
    ],
)
def test_a_broken_answer_is_told_by_its_kind_and_names_the_url(
    kit: Kit, remote: Remote, script: Script, error: type[RemoteError], words: str
) -> None:
    url = remote.on("/csw", script)

    with pytest.raises(error, match=words) as caught:
        kit.fetcher(remote, ONCE).get(url)

    assert url in str(caught.value)
    assert caught.value.retryable
    assert caught.value.__cause__ is not None


def test_nobody_listening_is_unreachable(kit: Kit, remote: Remote) -> None:
    url = remote.url()
    remote.close()

    with pytest.raises(RemoteUnreachable, match="Connection refused"):
        kit.fetcher(url, ONCE).get(url)


@pytest.mark.parametrize("script", [hang(), hang_in_body()])
def test_silence_ends_with_the_time_out_between_bytes(
    kit: Kit, remote: Remote, script: Script, seconds_passed: Callable[[], float]
) -> None:
    url = remote.on("/csw", script)

    with pytest.raises(RemoteTimeout, match=r"sent nothing for 0\.3 s"):
        kit.fetcher(remote, IMPATIENT).get(url)

    assert 0.3 <= seconds_passed() < 3


@pytest.mark.parametrize("script", [drip(b"x" * 1000, 0.02), drip_headers(0.02)])
def test_dripping_ends_with_the_time_out_of_the_whole(
    kit: Kit, remote: Remote, script: Script, seconds_passed: Callable[[], float]
) -> None:
    url = remote.on("/csw", script)

    with pytest.raises(RemoteTimeout, match=r"did not finish its answer within 0\.5 s"):
        kit.fetcher(remote, replace(ONCE, whole_timeout=0.5)).get(url)

    assert 0.5 <= seconds_passed() < 3


def test_the_time_out_of_the_whole_covers_all_redirects(kit: Kit, remote: Remote) -> None:
    slow = reply(b"", status=302, headers={"Location": "/csw"}, meanwhile=lambda: remote.closing.wait(0.15))
    url = remote.on("/csw", slow)

    with pytest.raises(RemoteTimeout):
        kit.fetcher(remote, replace(ONCE, whole_timeout=0.4)).get(url)

    assert len(remote.seen) <= 4


def test_a_connection_that_is_never_accepted_ends_with_the_time_out_of_the_connect(
    kit: Kit, full_port: int, seconds_passed: Callable[[], float]
) -> None:
    url = f"http://127.0.0.1:{full_port}/"

    with pytest.raises(RemoteTimeout, match=r"127\.0\.0\.1"):
        kit.fetcher(url, replace(ONCE, connect_timeout=0.3)).get(url)

    assert 0.3 <= seconds_passed() < 3


def test_a_handshake_without_an_answer_ends_with_the_time_out_of_the_connect(kit: Kit, silent_port: int) -> None:
    url = f"https://127.0.0.1:{silent_port}/"

    with pytest.raises(RemoteTimeout, match=r"did not accept a connection within 0\.3 s"):
        kit.fetcher(url, replace(ONCE, connect_timeout=0.3)).get(url)


def test_a_name_server_that_hangs_ends_with_the_time_out_of_the_connect(kit: Kit, remote: Remote) -> None:
    def hanging(host: str, port: int) -> list[str]:
        remote.closing.wait(30)
        return []

    with pytest.raises(RemoteTimeout, match="did not accept a connection"):
        kit.fetcher("http://slow.test", replace(ONCE, connect_timeout=0.3), resolver=hanging).get("http://slow.test/")


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reply(b"x" * 1000))

    assert len(kit.fetcher(remote, replace(ONCE, size_limit=1000)).get(url).body) == 1000
    with pytest.raises(RemoteTooLarge, match="larger than the limit of 999 bytes"):
        kit.fetcher(remote, replace(ONCE, size_limit=999)).get(url)


@pytest.mark.parametrize(
    "script",
    [
        large(200 * MEGABYTE),
        large(200 * MEGABYTE, announced=False),
        gzip_bomb(400),
        encoded(bytes(50 * MEGABYTE), "deflate"),
    ],
)
def test_a_body_beyond_the_limit_costs_neither_memory_nor_another_try(kit: Kit, remote: Remote, script: Script) -> None:
    url = remote.on("/csw", script)
    fetcher = kit.fetcher(remote, replace(QUICK, size_limit=MEGABYTE))
    tracemalloc.start()

    with pytest.raises(RemoteTooLarge):
        fetcher.get(url)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE
    assert len(remote.seen) == 1


@pytest.mark.parametrize("script", [entity_bomb(), wrong_encoding()])
def test_what_is_in_a_body_is_not_the_fetchers_matter(kit: Kit, remote: Remote, script: Script) -> None:
    url = remote.on("/csw", script)

    assert kit.fetcher(remote).get(url).media_type == "application/xml"


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 406, 410, 413, 418, 451, 501, 599])
def test_a_status_is_told_with_the_servers_own_words(kit: Kit, remote: Remote, code: int) -> None:
    body = b"<html><head><style>p {}</style></head><body><p>No such &amp; such\n record.</p></body></html>"
    url = remote.on("/csw", status(code, body))

    with pytest.raises(RemoteStatus, match=rf"answered {code} .*No such & such record\.") as caught:
        kit.fetcher(remote, ONCE).get(url)

    assert (caught.value.status, caught.value.retryable) == (code, code >= 500)


def test_a_status_counts_even_where_its_body_breaks_off(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", garble(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\nno suc"))

    with pytest.raises(RemoteStatus, match="404 Not Found"):
        kit.fetcher(remote, ONCE).get(url)


def test_after_trouble_the_next_request_gets_a_connection_that_works(kit: Kit, remote: Remote) -> None:
    scripts = [hang_in_body(), large(2 * MEGABYTE), truncate(b"abc", 1), reset(), status(404, b"x" * 200_000)]
    url = remote.on("/csw", *scripts, reply(b"here"))
    fetcher = kit.fetcher(remote, replace(IMPATIENT, size_limit=MEGABYTE))

    for _ in scripts:
        with pytest.raises(RemoteError):
            fetcher.get(url)

    assert fetcher.get(url).body == b"here"
