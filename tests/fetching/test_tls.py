"""Over TLS the certificate must fit the URL's name, whatever address was connected to."""

from dataclasses import replace

import pytest

from tests.fetching.conftest import QUICK, Kit
from tests.remotes.certificates import Certificate
from tests.remotes.scripts import drip, hang, reply
from tests.remotes.server import Remote
from windrow.errors import RemoteTimeout, RemoteUnreachable
from windrow.fetching import OutgoingPolicy

ONCE = replace(QUICK, attempts=1)


def to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def trusting(certificate: Certificate) -> OutgoingPolicy:
    return OutgoingPolicy(allow=("127.0.0.0/8",), ca_file=certificate.cert_file)


def test_a_trusted_certificate_of_the_right_name_is_accepted_and_its_connection_kept(
    kit: Kit, secure_remote: Remote, trusting: OutgoingPolicy
) -> None:
    secure_remote.on("/a", reply(b"x" * 300_000))
    home = f"https://secure.test:{secure_remote.port}"
    fetcher = kit.fetcher(home, ONCE, policy=trusting, resolver=to_loopback)

    bodies = [fetcher.get(f"{home}/a").body for _ in range(3)]

    assert bodies == [b"x" * 300_000] * 3
    assert {seen.connection for seen in secure_remote.seen} == {1}


def test_a_large_post_arrives_whole(kit: Kit, secure_remote: Remote, trusting: OutgoingPolicy) -> None:
    secure_remote.on("/a")
    home = f"https://secure.test:{secure_remote.port}"

    kit.fetcher(home, ONCE, policy=trusting, resolver=to_loopback).post(
        f"{home}/a", bytes(range(256)) * 8000, media_type="application/octet-stream"
    )

    assert secure_remote.seen[0].body == bytes(range(256)) * 8000


def test_another_name_is_refused(kit: Kit, secure_remote: Remote, trusting: OutgoingPolicy) -> None:
    home = f"https://other.test:{secure_remote.port}"

    with pytest.raises(RemoteUnreachable, match="Hostname mismatch"):
        kit.fetcher(home, ONCE, policy=trusting, resolver=to_loopback).get(home)

    assert secure_remote.seen == []


def test_an_unknown_issuer_is_refused(kit: Kit, secure_remote: Remote) -> None:
    home = f"https://secure.test:{secure_remote.port}"

    with pytest.raises(RemoteUnreachable, match="certificate verify failed"):
        kit.fetcher(home, ONCE, resolver=to_loopback).get(home)

    assert secure_remote.seen == []


def test_a_plain_port_is_told(kit: Kit, remote: Remote) -> None:
    url = remote.url().replace("http:", "https:")

    with pytest.raises(RemoteUnreachable, match="No secure connection"):
        kit.fetcher(url, ONCE).get(url)


@pytest.mark.parametrize("script", [hang(), drip(b"x" * 1000, 0.02)])
def test_time_outs_hold_over_tls(kit: Kit, secure_remote: Remote, trusting: OutgoingPolicy, script: object) -> None:
    secure_remote.on("/a", script)  # type: ignore[arg-type]  # parametrize hands on objects
    home = f"https://secure.test:{secure_remote.port}"
    manners = replace(ONCE, read_timeout=0.4, whole_timeout=0.5)

    with pytest.raises(RemoteTimeout):
        kit.fetcher(home, manners, policy=trusting, resolver=to_loopback).get(f"{home}/a")
