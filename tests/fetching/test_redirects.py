"""Redirects are followed five times at most, and leave behind what the other origin must not see."""

import pytest

from tests.fetching.conftest import LOOPBACK, Kit
from tests.remotes.scripts import redirect, reply
from tests.remotes.server import Remote
from windrow.errors import RemoteForbidden, RemoteStatus
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Validators

BEARER = Credential(CredentialKind.BEARER, "tok-5ecret")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_answer_names_its_last_address(kit: Kit, remote: Remote, code: int) -> None:
    url = remote.on("/old", redirect("../new/?a=1#x", code))
    remote.on("/new/", reply(b"here"))

    answer = kit.fetcher(remote).get(url)

    assert (answer.url, answer.body) == (remote.url("/new/?a=1"), b"here")


def test_a_location_in_raw_utf8_is_understood(kit: Kit, remote: Remote) -> None:
    url = remote.on("/old", redirect("/größe".encode().decode("latin-1")))
    remote.on("/gr%C3%B6%C3%9Fe", reply(b"here"))

    assert kit.fetcher(remote).get(url).body == b"here"


def test_five_redirects_are_followed_and_the_sixth_is_not(kit: Kit, remote: Remote) -> None:
    for number in range(6):
        remote.on(f"/{number}", redirect(f"/{number + 1}"))
    remote.on("/6", reply(b"here"))

    assert kit.fetcher(remote).get(remote.url("/1")).body == b"here"
    with pytest.raises(RemoteStatus, match="5 redirects") as caught:
        kit.fetcher(remote).get(remote.url("/0"))
    assert not caught.value.retryable


def test_a_redirect_loop_ends(kit: Kit, remote: Remote) -> None:
    url = remote.on("/loop", redirect("/loop"))

    with pytest.raises(RemoteStatus):
        kit.fetcher(remote).get(url)

    assert len(remote.seen) == 6


def test_a_redirect_without_a_location_is_a_refusal(kit: Kit, remote: Remote) -> None:
    url = remote.on("/old", reply(b"", status=302))

    with pytest.raises(RemoteStatus) as caught:
        kit.fetcher(remote).get(url)

    assert caught.value.status == 302


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_post_stays_a_post(kit: Kit, remote: Remote, code: int) -> None:
    url = remote.on("/old", redirect("/new", code))
    remote.on("/new", reply(b"here"))

    kit.fetcher(remote).post(url, b"<q/>", media_type="application/xml")

    moved = remote.seen[1]
    assert (moved.method, moved.body, moved.headers["content-type"]) == ("POST", b"<q/>", "application/xml")


def test_see_other_turns_a_post_into_a_get(kit: Kit, remote: Remote) -> None:
    url = remote.on("/old", redirect("/new", 303))
    remote.on("/new", reply(b"here"))

    kit.fetcher(remote).post(url, b"<q/>", media_type="application/xml")

    moved = remote.seen[1]
    assert (moved.method, moved.body) == ("GET", b"")
    assert "content-type" not in moved.headers


def test_credential_and_own_headers_stay_at_home_and_what_is_understood_goes_along(
    kit: Kit, remote: Remote, other_remote: Remote
) -> None:
    url = remote.on("/a", redirect(other_remote.url("/b")))
    other_remote.on("/b", reply(b"here"))

    kit.fetcher(remote, credential=BEARER).get(
        url, headers={"X-Api-Key": "k-5ecret", "Accept": "application/xml"}, validators=Validators('"e"')
    )

    assert remote.seen[0].headers["authorization"] == "Bearer tok-5ecret"
    assert remote.seen[0].headers["x-api-key"] == "k-5ecret"
    crossed = other_remote.seen[0].headers
    assert not {"authorization", "x-api-key"} & crossed.keys()
    assert "5ecret" not in str(crossed)
    assert (crossed["accept"], crossed["if-none-match"]) == ("application/xml", '"e"')


def test_another_origin_cannot_send_us_back_with_the_credential(kit: Kit, remote: Remote, other_remote: Remote) -> None:
    url = remote.on("/a", redirect(other_remote.url("/b")))
    other_remote.on("/b", redirect(remote.url("/admin/delete")))
    remote.on("/admin/delete", reply(b"here"))

    kit.fetcher(remote, credential=BEARER).get(url)

    assert "authorization" not in remote.seen[1].headers


def test_within_its_origin_the_credential_goes_along(kit: Kit, remote: Remote) -> None:
    url = remote.on("/a", redirect("/b"))
    remote.on("/b", reply(b"here"))

    kit.fetcher(remote, credential=BEARER).get(url)

    assert remote.seen[1].headers["authorization"] == "Bearer tok-5ecret"


def test_from_https_to_http_is_refused_with_a_credential_and_followed_without(
    kit: Kit, remote: Remote, secure_remote: Remote, certificate: object
) -> None:
    home = f"https://secure.test:{secure_remote.port}"
    secure_remote.on("/a", redirect(remote.url("/b")))
    remote.on("/b", reply(b"here"))
    policy = type(LOOPBACK)(allow=LOOPBACK.allow, ca_file=certificate.cert_file)  # type: ignore[attr-defined]  # fixture
    options = {"policy": policy, "resolver": lambda host, port: ["127.0.0.1"]}

    with pytest.raises(RemoteForbidden, match="from https to http"):
        kit.fetcher(home, credential=BEARER, **options).get(f"{home}/a")  # type: ignore[arg-type]  # mixed options

    assert kit.fetcher(home, **options).get(f"{home}/a").body == b"here"  # type: ignore[arg-type]  # mixed options


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]:1/",
        "http://[::ffff:10.0.0.1]/",
        "http://0/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://[half/",
    ],
)
def test_a_redirect_to_where_policy_forbids_is_refused_and_not_tried_again(
    kit: Kit, remote: Remote, location: str
) -> None:
    url = remote.on("/a", redirect(location))

    with pytest.raises(RemoteForbidden):
        kit.fetcher(remote).get(url)

    assert len(remote.seen) == 1


def test_every_host_on_the_way_has_its_own_turn(kit: Kit, remote: Remote, other_remote: Remote) -> None:
    url = remote.on("/a", redirect(other_remote.url("/b")))
    other_remote.on("/b", reply(b"here"))

    kit.fetcher(remote).get(url)

    assert [seen.host for seen in kit.seen] == [remote.host, other_remote.host]
    assert [state.in_flight for state in kit.hosts.states()] == [0, 0]
