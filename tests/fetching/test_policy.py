"""The outgoing policy, address by address."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.fetching import OutgoingPolicy
from windrow.fetching.policy import NEVER

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.9",
    "240.0.0.1",
    "::1",
    "fc00::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:7f00:1::1",
]
NAMED_ONLY = [
    "169.254.169.254",
    "169.254.0.1",
    "168.63.129.16",
    "100.100.100.200",
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "224.0.0.1",
    "239.1.1.1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
]
EVERYTHING = OutgoingPolicy(allow=("0.0.0.0/0", "::/0", "any.test"))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert OutgoingPolicy().permits("any.test", address)


@pytest.mark.parametrize("address", PRIVATE + NAMED_ONLY)
def test_others_may_not(address: str) -> None:
    assert not OutgoingPolicy().permits("any.test", address)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_network_or_name_on_the_list_opens_them(address: str) -> None:
    assert EVERYTHING.permits("other.test", address)
    assert OutgoingPolicy(allow=(address,)).permits("other.test", address) or "ff" in address
    assert OutgoingPolicy(allow=("Any.Test.",)).permits("any.test", address)
    assert OutgoingPolicy(allow=("any.test",)).permits("ANY.test.", address)
    assert not OutgoingPolicy(allow=("any.test",)).permits("other.test", address)


@pytest.mark.parametrize("address", NAMED_ONLY)
def test_metadata_link_local_multicast_and_unspecified_open_only_when_named_themselves(address: str) -> None:
    assert not EVERYTHING.permits("any.test", address)


@pytest.mark.parametrize(
    ("entry", "address"),
    [("169.254.169.254", "169.254.169.254"), ("169.254.0.0/16", "::ffff:169.254.1.1"), ("fe80::/10", "fe80::1")],
)
def test_they_open_when_named(entry: str, address: str) -> None:
    assert OutgoingPolicy(allow=(entry,)).permits("any.test", address)


def test_a_wildcard_opens_what_is_below_and_not_beside() -> None:
    policy = OutgoingPolicy(allow=("*.intern.test",))

    assert policy.permits("a.intern.test", "10.0.0.1")
    assert policy.permits("b.a.intern.test", "10.0.0.1")
    assert not policy.permits("intern.test", "10.0.0.1")
    assert not policy.permits("notintern.test", "10.0.0.1")
    assert not policy.permits("intern.test.evil.test", "10.0.0.1")


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_the_one_it_carries(address: IPv4Address) -> None:
    policy = OutgoingPolicy(allow=("10.0.0.0/8",))

    mapped = IPv6Address(f"::ffff:{address}")

    assert policy.permits("any.test", mapped) == policy.permits("any.test", address)


@given(st.ip_addresses())
def test_what_is_not_global_is_never_reached_unasked(address: IPv4Address | IPv6Address) -> None:
    if OutgoingPolicy().permits("any.test", address):
        assert address.is_global
        assert not address.is_multicast
        assert not any(address in network for network in NEVER)


@pytest.mark.parametrize("entry", ["", "*", "*.", "300.1.1.1", "10.0.0.0/33", "http://host/", "a b", "ho:80", "1.2.3"])
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    with pytest.raises(BadInput, match=r"outgoing\.allow"):
        OutgoingPolicy(allow=(entry,))


@pytest.mark.parametrize(
    ("scheme", "host", "port", "objection"),
    [
        ("https", "data.test", 443, ""),
        ("https", "93.184.216.34", 443, ""),
        ("ftp", "data.test", 443, "ftp is not http or https"),
        ("http", "data.test", 8080, "port 8080 is not among the allowed ones"),
        ("http", "127.0.0.1", 80, "127.0.0.1 is not a public address and not on the allow list"),
        ("http", "::1", 80, "::1 is not a public address and not on the allow list"),
    ],
)
def test_what_can_be_told_without_a_look_up_is_told(scheme: str, host: str, port: int, objection: str) -> None:
    assert OutgoingPolicy(ports=frozenset({80, 443})).objection(scheme, host, port) == objection


def test_the_proxys_password_is_not_shown() -> None:
    assert "pass" not in repr(OutgoingPolicy(proxy="http://u:pass@proxy.test:3128"))
