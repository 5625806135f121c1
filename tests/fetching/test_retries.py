"""What is worth another try gets one, after a wait that the remote may lengthen."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.fetching.conftest import LOOPBACK, QUICK, Kit, never
from tests.remotes.scripts import Script, hang_up, reply, reset, status, truncate
from tests.remotes.server import Remote
from windrow.errors import HostResting, RemoteError, RemoteStatus, RemoteUnreachable
from windrow.fetching import PoliteFetcherMaker
from windrow.fetching.connecting import Door, system_resolver
from windrow.fetching.connections import make_pools
from windrow.fetching.fetcher import Outfit
from windrow.fetching.turns import Turns
from windrow.ports.fetching import Manners

GOOD = reply(b"here")
TRICKY = replace(QUICK, attempts=4)


@pytest.mark.parametrize(
    "script",
    [
        reset(),
        hang_up(),
        truncate(b"abc", 1),
        *(status(code) for code in (408, 425, 429, 500, 502, 503, 504, 520)),
    ],
)
def test_passing_trouble_is_tried_again(kit: Kit, remote: Remote, script: Script) -> None:
    url = remote.on("/csw", script, script, GOOD)

    assert kit.fetcher(remote).get(url).body == b"here"
    assert len(remote.seen) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 410, 413, 422])
def test_a_clear_no_is_not(kit: Kit, remote: Remote, code: int) -> None:
    url = remote.on("/csw", status(code), GOOD)

    with pytest.raises(RemoteStatus):
        kit.fetcher(remote).get(url)

    assert len(remote.seen) == 1
    assert kit.time.waits == []


def test_a_post_is_tried_again_with_its_body(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reset(), GOOD)

    kit.fetcher(remote).post(url, b"<q/>", media_type="text/xml")

    assert [seen.body for seen in remote.seen] == [b"<q/>", b"<q/>"]


@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_there_are_so_many_attempts_and_the_last_error_is_raised(kit: Kit, remote: Remote, attempts: int) -> None:
    url = remote.on("/csw", *[reset()] * (attempts - 1), status(500, b"last words"), GOOD)

    with pytest.raises(RemoteStatus, match="last words"):
        kit.fetcher(remote, replace(QUICK, attempts=attempts)).get(url)

    assert len(remote.seen) == attempts


@pytest.mark.parametrize(("lot", "waited"), [(0.0, 0), (0.5, 3.5), (1.0, 7)])
def test_waits_double_and_are_drawn_by_lot(kit: Kit, remote: Remote, lot: float, waited: float) -> None:
    """Full jitter: anything between nothing and the bound, which is 1, 2, 4 s."""
    url = remote.on("/csw", status(500))
    outfit = Outfit(
        turns=Turns(kit.hosts, kit.time, kit.time.wait),
        door=Door(LOOPBACK, system_resolver),
        pools=make_pools(),
        clock=kit.time,
        wait=kit.time.wait,
        chance=lambda: lot,
    )
    maker = PoliteFetcherMaker(outfit, "Windrow/test")

    with pytest.raises(RemoteStatus):
        maker(TRICKY, origin=url, credential=None, check=never).get(url)

    maker.close()
    assert kit.time.waited == pytest.approx(waited)


def test_retry_after_in_seconds_is_waited_for(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(429, retry_after="17"), GOOD)

    kit.fetcher(remote).get(url)

    assert kit.time.waited == pytest.approx(17)


def test_retry_after_as_a_date_is_taken_by_the_servers_own_clock(kit: Kit, remote: Remote) -> None:
    theirs = kit.time.now + timedelta(hours=3)
    url = remote.on(
        "/csw",
        status(
            503,
            retry_after=format_datetime(theirs + timedelta(seconds=40), usegmt=True),
            headers={"Date": format_datetime(theirs, usegmt=True)},
        ),
        GOOD,
    )

    kit.fetcher(remote).get(url)

    assert kit.time.waited == pytest.approx(40)


def test_retry_after_as_a_date_without_their_clock_is_taken_by_ours(kit: Kit, remote: Remote) -> None:
    until = format_datetime(kit.time.now + timedelta(seconds=30), usegmt=True)
    url = remote.on("/csw", status(503, retry_after=until), GOOD)

    kit.fetcher(remote).get(url)

    assert kit.time.waited == pytest.approx(30)


@pytest.mark.parametrize("value", ["soon", "-5", "1e3", "Fri, 99 Foo 2026", "٣"])
def test_a_retry_after_that_means_nothing_is_no_wish(kit: Kit, remote: Remote, value: str) -> None:
    url = remote.on("/csw", status(503, retry_after=value.encode().decode("latin-1")), GOOD)

    kit.fetcher(remote).get(url)

    assert kit.time.waited <= 1


def test_a_date_gone_by_is_no_wait(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(503, retry_after="Sun, 06 Nov 1994 08:49:37 GMT"), GOOD)

    kit.fetcher(remote).get(url)

    assert kit.time.waited == 0


@pytest.mark.parametrize("seconds", [61, 3600, 86400])
def test_a_long_wish_is_handed_on_and_not_waited_for(kit: Kit, remote: Remote, seconds: int) -> None:
    url = remote.on("/csw", status(429, retry_after=str(seconds)), GOOD)

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).get(url)

    assert (caught.value.retry_after, kit.time.waits, len(remote.seen)) == (seconds, [], 1)


def test_an_absurd_wish_breaks_nothing(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(429, retry_after="9" * 4000), GOOD)

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).get(url)

    assert caught.value.retry_after == 7 * 86400


def test_the_hosts_wish_holds_for_everybody_who_asks_it(kit: Kit, remote: Remote) -> None:
    busy = remote.on("/busy", status(429, retry_after="600"))
    idle = remote.on("/idle", GOOD)
    with pytest.raises(RemoteStatus):
        kit.fetcher(remote).get(busy)

    with pytest.raises(HostResting, match="left alone") as caught:
        kit.fetcher(remote).get(idle)

    assert caught.value.retry_after == pytest.approx(600)
    assert remote.asked("/idle") == []


def test_the_last_attempts_wish_is_handed_on(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(503, retry_after="5"))

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote, replace(QUICK, attempts=2)).get(url)

    assert (caught.value.retry_after, len(remote.seen)) == (5, 2)


def test_redirects_start_anew_at_every_attempt(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", reply(b"", status=302, headers={"Location": "/b"}))
    remote.on("/b", status(502), GOOD)

    assert kit.fetcher(remote).get(url).body == b"here"
    assert [seen.path for seen in remote.seen] == ["/a", "/b", "/a", "/b"]


def test_a_host_that_goes_to_rest_meanwhile_ends_the_attempts_and_tells_why(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(500, b"disk full"))

    with pytest.raises(HostResting, match=r"failed too often; it is left alone for .* Lately: .*disk full") as caught:
        kit.fetcher(remote, replace(QUICK, attempts=20)).get(url)

    assert len(remote.seen) == 5
    assert 0 < (caught.value.retry_after or 0) <= 30
    assert isinstance(caught.value.__cause__, RemoteStatus)


def test_no_attempts_at_all_is_one(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reset())

    with pytest.raises(RemoteUnreachable):
        kit.fetcher(remote, Manners(requests_per_second=0, attempts=0)).get(url)

    assert len(remote.seen) == 1


def test_errors_are_not_shared_between_attempts(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(503, retry_after="1"), status(500))

    with pytest.raises(RemoteError) as caught:
        kit.fetcher(remote, replace(QUICK, attempts=2)).get(url)

    assert caught.value.retry_after is None
