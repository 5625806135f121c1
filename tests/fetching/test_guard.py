"""The address really connected to is the one that was judged, however it was spelled or looked up."""

import pytest

from tests.fetching.conftest import QUICK, Kit
from tests.remotes.scripts import redirect, reply
from tests.remotes.server import Remote
from windrow.errors import BadInput, RemoteError, RemoteForbidden, RemoteUnreachable
from windrow.fetching import OutgoingPolicy
from windrow.ports.fetching import Manners

STRICT = OutgoingPolicy()
ONCE = Manners(requests_per_second=0, attempts=1)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0",
        "0.0.0.0",
    ],
)
def test_loopback_is_refused_in_every_spelling(kit: Kit, remote: Remote, host: str) -> None:
    with pytest.raises(RemoteForbidden):
        kit.fetcher("http://example.org", policy=STRICT).get(f"http://{host}:{remote.port}/")

    assert remote.seen == []


def test_a_trailing_dot_opens_no_way_round(kit: Kit, remote: Remote) -> None:
    """Some resolvers know `localhost.`, others do not; nobody may get through."""
    with pytest.raises((RemoteForbidden, RemoteUnreachable)):
        kit.fetcher("http://example.org", ONCE, policy=STRICT).get(f"http://localhost.:{remote.port}/")

    assert remote.seen == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1"])
def test_the_spellings_are_refused_because_of_where_they_lead(kit: Kit, remote: Remote, host: str) -> None:
    remote.on("/", reply(b"here"))

    assert kit.fetcher(remote).get(f"http://{host}:{remote.port}/").body == b"here"


def test_a_name_that_leads_inside_is_refused(kit: Kit, remote: Remote) -> None:
    fetcher = kit.fetcher("http://data.test", policy=STRICT, resolver=lambda host, port: ["127.0.0.1"])

    with pytest.raises(RemoteForbidden, match=r"data\.test leads to 127\.0\.0\.1"):
        fetcher.get(f"http://data.test:{remote.port}/")

    assert remote.seen == []


def test_a_name_that_changes_its_address_is_looked_up_once_and_judged_by_what_is_connected_to(
    kit: Kit, remote: Remote
) -> None:
    """DNS rebinding: the first look-up is harmless, the second leads inside. There must be no second."""
    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    only_first = OutgoingPolicy(allow=("127.0.0.2",))
    remote.on("/", reply(b"inside"))
    fetcher = kit.fetcher(f"http://rebind.test:{remote.port}", ONCE, policy=only_first, resolver=rebinding)

    # 127.0.0.2 is permitted but the remote listens on 127.0.0.1 only: nobody answers, and nothing else is tried.
    with pytest.raises(RemoteUnreachable):
        fetcher.get(f"http://rebind.test:{remote.port}/")
    assert asked == ["rebind.test"]

    with pytest.raises(RemoteForbidden):
        fetcher.get(f"http://rebind.test:{remote.port}/")
    assert remote.seen == []


def test_of_several_addresses_only_the_permitted_are_tried(kit: Kit, remote: Remote) -> None:
    remote.on("/", reply(b"here"))
    home = f"http://both.test:{remote.port}"
    policy = OutgoingPolicy(allow=("127.0.0.1",))

    answer = kit.fetcher(home, policy=policy, resolver=lambda host, port: ["10.0.0.1", "127.0.0.1"]).get(home)

    assert answer.body == b"here"


def test_the_next_address_is_tried_when_one_is_dead(kit: Kit, remote: Remote) -> None:
    remote.on("/", reply(b"here"))
    home = f"http://both.test:{remote.port}"

    assert kit.fetcher(home, resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"]).get(home).body == b"here"


def test_an_allowed_name_may_lead_inside_and_the_host_header_keeps_it(kit: Kit, remote: Remote) -> None:
    remote.on("/", reply(b"here"))
    home = f"http://Data.Intern:{remote.port}"
    policy = OutgoingPolicy(allow=("data.intern",))

    kit.fetcher(home, policy=policy, resolver=lambda host, port: ["127.0.0.1"]).get(home)

    assert remote.seen[0].headers["host"] == f"data.intern:{remote.port}"


def test_a_redirect_to_a_name_that_leads_inside_is_refused(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", redirect(f"http://metadata.test:{remote.port}/b"))

    with pytest.raises(RemoteForbidden, match=r"metadata\.test leads to 169\.254\.169\.254"):
        kit.fetcher(remote, resolver=lambda host, port: ["169.254.169.254"]).get(url)


def test_a_forbidden_address_says_nothing_about_its_host(kit: Kit, remote: Remote) -> None:
    fetcher = kit.fetcher("http://data.test", policy=STRICT, resolver=lambda host, port: ["10.0.0.1"])

    for _ in range(6):
        with pytest.raises(RemoteForbidden):
            fetcher.get("http://data.test/")

    [state] = kit.hosts.states()
    assert (state.failures, state.in_flight, state.resting_until) == (0, 0, None)


def test_ports_can_be_limited(kit: Kit, remote: Remote) -> None:
    policy = OutgoingPolicy(allow=("127.0.0.1",), ports=frozenset({443}))

    with pytest.raises(RemoteForbidden, match="port"):
        kit.fetcher("https://example.org", policy=policy).get(remote.url())


@pytest.mark.parametrize(
    "url", ["", "data", "//data.test/x", "mailto:x@y", "http://", "http://a b/", "http://x:99999/"]
)
def test_what_is_no_web_address_is_refused_in_words(kit: Kit, remote: Remote, url: str) -> None:
    with pytest.raises(RemoteForbidden, match=r"web address|not http or https|no scheme"):
        kit.fetcher(remote).get(url)


def test_an_unknown_name_is_unreachable(kit: Kit) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(RemoteUnreachable, match=r"gone\.test was not found \(Name or service not known\)"):
        kit.fetcher("http://gone.test", resolver=unknown).get("http://gone.test/")


@pytest.mark.parametrize("error", [TimeoutError(), UnicodeError("label too long"), TimeoutError(110, "timed out")])
def test_whatever_a_look_up_ends_with_is_told_at_once(kit: Kit, error: Exception) -> None:
    def failing(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(RemoteUnreachable):
        kit.fetcher("http://gone.test", ONCE, resolver=failing).get("http://gone.test/")


def test_a_name_without_addresses_is_unreachable(kit: Kit) -> None:
    with pytest.raises(RemoteUnreachable, match="no address"):
        kit.fetcher("http://gone.test", ONCE, resolver=lambda host, port: []).get("http://gone.test/")


def test_a_proxy_that_was_set_is_used_and_names_are_still_judged(kit: Kit, remote: Remote) -> None:
    remote.on("http://data.test/csw", reply(b"through"))
    policy = OutgoingPolicy(proxy=f"http://ann:pw@{remote.host}")
    fetcher = kit.fetcher("http://data.test", policy=policy)

    assert fetcher.get("http://data.test/csw?a=1").body == b"through"
    assert remote.seen[0].headers["proxy-authorization"] == "Basic YW5uOnB3"
    with pytest.raises(RemoteForbidden):
        fetcher.get("http://10.0.0.1/csw")


@pytest.mark.parametrize("proxy", ["socks5://x:1", "proxy.test:3128", "http://"])
def test_a_proxy_that_cannot_be_used_is_refused(kit: Kit, proxy: str) -> None:
    with pytest.raises(BadInput, match=r"outgoing\.proxy"):
        kit.maker(OutgoingPolicy(proxy=proxy))


def test_a_dead_proxy_is_unreachable(kit: Kit) -> None:
    with pytest.raises(RemoteError, match=r"127\.0\.0\.1"):
        kit.fetcher("http://data.test", ONCE, policy=OutgoingPolicy(proxy="http://127.0.0.1:9")).get("http://data.test")


def test_the_pool_does_not_hand_one_hosts_connection_to_another(kit: Kit, remote: Remote) -> None:
    remote.on("/", reply(b"here"))
    fetcher = kit.fetcher(remote, QUICK, resolver=lambda host, port: ["127.0.0.1"])

    fetcher.get(f"http://a.test:{remote.port}/")
    fetcher.get(f"http://b.test:{remote.port}/")

    assert [seen.connection for seen in remote.seen] == [1, 2]
