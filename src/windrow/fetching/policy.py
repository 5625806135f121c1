"""Where outgoing requests may go: public addresses, and what an administrator has named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from windrow.errors import BadInput

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

NEVER: tuple[Network, ...] = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",  # "this host": connects to loopback on Linux
        "169.254.0.0/16",  # link-local, with the metadata service of most clouds
        "168.63.129.16/32",  # Azure's
        "100.100.100.200/32",  # Alibaba's
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fe80::/10",
        "fd00:ec2::254/128",  # AWS's metadata service on IPv6
        "ff00::/8",
    )
)
"""Refused even where a wider network or the host's name is allowed; opened only by an entry that lies inside."""

_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True, slots=True)
class OutgoingPolicy:
    """Which addresses may be asked, and by which way: by default the public ones, by http and https, on any port.

    allow    host names (`data.intern`, `*.intern` for all below), addresses (`10.0.0.7`, `::1`) and networks
             (`127.0.0.0/8`) that may be asked although they are not public
    ports    the only ports that may be asked; None for any
    proxy    `http://host:port` that all requests go through; the proxy then looks the names up, so that only names
             and literal addresses can be judged here. The environment's proxy variables are ignored.
    ca_file  certificates in PEM to trust besides the system's
    """

    allow: tuple[str, ...] = ()
    ports: frozenset[int] | None = None
    proxy: str = field(default="", repr=False)
    ca_file: str = ""
    _networks: tuple[Network, ...] = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        networks, names = _sort(self.allow)
        object.__setattr__(self, "_networks", tuple(networks))
        object.__setattr__(self, "_names", frozenset(names))

    def objection(self, scheme: str, host: str, port: int) -> str:
        """Why a URL of these parts may not be asked, as far as it can be told without a look-up; empty if it may."""
        if scheme not in ("http", "https"):
            return f"{scheme or 'no scheme'} is not http or https"
        if self.ports is not None and port not in self.ports:
            return f"port {port} is not among the allowed ones"
        return _objection_to_literal(self, host)

    def permits(self, host: str, address: str | Address) -> bool:
        """Whether a connection to `address` may be made for a URL that names `host`."""
        bare = _unwrap(ip_address(address) if isinstance(address, str) else address)
        holders = [each for each in self._networks if bare in each]
        if any(bare in never for never in NEVER):
            return any(_lies_inside(holder, NEVER) for holder in holders)
        return bool(holders) or self._names_host(host) or _is_public(bare)

    def _names_host(self, host: str) -> bool:
        name = _name(host)
        parents = name.split(".")[1:]
        wider = (".".join(["*", *parents[start:]]) for start in range(len(parents)))
        return name in self._names or any(each in self._names for each in wider)


@lru_cache(maxsize=1_000)
def _objection_to_literal(policy: OutgoingPolicy, host: str) -> str:
    # Every request asks this, most of them of the same few hosts. What a name leads to is asked at each connection.
    literal = _literal(host)
    if literal is not None and not policy.permits(host, literal):
        return f"{literal} is not a public address and not on the allow list"
    return ""


def _sort(allow: Iterable[str]) -> tuple[list[Network], list[str]]:
    networks: list[Network] = []
    names: list[str] = []
    for entry in allow:
        try:
            networks.append(ip_network(entry.strip("[]"), strict=False))
        except ValueError:
            names.append(_checked_name(entry))
    return networks, names


def _checked_name(entry: str) -> str:
    name = _name(entry)
    plain = name.removeprefix("*.").replace("-", "").replace("_", "").replace(".", "")
    if not plain.isalnum() or not plain.isascii() or name.replace(".", "").isdigit():
        raise BadInput.of("outgoing.allow", f"{entry!r} must be a host name, an address or a network like 10.0.0.0/8")
    return name


def _name(host: str) -> str:
    return host.rstrip(".").lower()


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only carries (mapped, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _lies_inside(network: Network, wider: Iterable[Network]) -> bool:
    return any(network.version == each.version and network.subnet_of(each) for each in wider)  # type: ignore[arg-type]  # same version


def _is_public(address: Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return True
    return not address.is_site_local and address not in _NAT64_LOCAL and all(map(_is_public, _tunnel_ends(address)))


def _tunnel_ends(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a 6to4 or Teredo address is routed to."""
    if address.sixtofour is not None:
        yield address.sixtofour
    yield from address.teredo or ()
