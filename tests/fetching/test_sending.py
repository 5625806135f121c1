"""What changes something on a remote is sent once, and to nobody but whom it was for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fetching.conftest import Kit
from tests.remotes.scripts import redirect, reply
from tests.remotes.server import Remote
from windrow.errors import HostClosed, RemoteForbidden, RemoteStatus, RemoteUnreachable
from windrow.fetching.book import MemoryHosts
from windrow.ports.fetching import Turn


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_is_sent_as_it_is(kit: Kit, remote: Remote, method: str) -> None:
    url = remote.on("/things/1", reply(b"done"))

    answer = kit.fetcher(remote).send(method, url, b"{}", media_type="application/json", headers={"X-Key": "a"})

    assert answer.body == b"done"
    seen = remote.seen[-1]
    assert (seen.method, seen.body, seen.headers["content-type"]) == (method, b"{}", "application/json")
    assert (seen.headers["x-key"], seen.headers["accept-encoding"]) == ("a", "identity")


def test_a_change_may_have_no_body(kit: Kit, remote: Remote) -> None:
    url = remote.on("/things/1", reply(b"", status=204))

    assert kit.fetcher(remote).send("DELETE", url).status == 204


def test_a_change_that_failed_is_not_sent_again(kit: Kit, remote: Remote) -> None:
    url = remote.on("/things", reply(b"", status=503))

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).send("POST", url, b"a", media_type="text/plain")

    assert caught.value.retryable
    assert len(remote.seen) == 1


def test_a_change_is_not_sent_on_to_another_origin(kit: Kit, remote: Remote) -> None:
    other = Remote()
    with other:
        url = remote.on("/things", redirect(other.on("/things", reply(b"")), 307))

        with pytest.raises(RemoteForbidden, match="sends a change on"):
            kit.fetcher(remote).send("POST", url, b"a", media_type="text/plain")

    assert not other.seen


def test_a_change_stays_one_within_its_origin_and_its_answer_is_looked_up(kit: Kit, remote: Remote) -> None:
    remote.on("/moved", reply(b"made"))
    remote.on("/made", reply(b"made"))

    kit.fetcher(remote).send("PUT", remote.on("/a", redirect("/moved", 308)), b"a", media_type="text/plain")
    kit.fetcher(remote).send("PUT", remote.on("/b", redirect("/made", 303)), b"a", media_type="text/plain")

    assert [seen.method for seen in remote.seen] == ["PUT", "PUT", "PUT", "GET"]


class ClosingHosts(MemoryHosts):
    """A book in which every host is closed as soon as `closed` says so."""

    def __init__(self, clock: Callable[[], datetime], closed: Callable[[], object]) -> None:
        super().__init__(clock)
        self.closed = closed

    def ask_turn(self, host: str, *, now: datetime, **manners: Any) -> Turn:
        if self.closed():
            return Turn(60, closed_until=now + timedelta(minutes=1))
        return super().ask_turn(host, now=now, **manners)


def test_what_is_not_sent_to_a_closed_host_says_when_it_may_be(kit: Kit, remote: Remote) -> None:
    kit.hosts = ClosingHosts(kit.time, lambda: True)

    with pytest.raises(HostClosed, match="rests until") as caught:
        kit.fetcher(remote).send("POST", remote.url("/a"), b"a", media_type="text/plain")

    assert (caught.value.until, remote.seen) == (kit.time.now + timedelta(minutes=1), [])


def test_a_change_that_was_sent_is_not_taken_for_one_that_was_not(kit: Kit, remote: Remote) -> None:
    kit.hosts = ClosingHosts(kit.time, lambda: remote.seen)
    moved = remote.on("/a", redirect("/b", 303))

    with pytest.raises(RemoteUnreachable, match="sent on to another address"):
        kit.fetcher(remote).send("PUT", moved, b"a", media_type="text/plain")
    remote.seen.clear()
    with pytest.raises(HostClosed):
        kit.fetcher(remote).get(moved)
