"""A network of hosts on this machine: network namespaces on one switch, of which any can be cut off silently."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from pathlib import Path

PLAIN = "windrow-{pid}-{number}-{name}"
OURS = re.compile(r"windrow-(\d+)-\d+-\w+")
SWITCH = "switch"
NETWORKS = list(IPv4Network("198.18.0.0/15").subnets(new_prefix=28))
"""RFC 2544 keeps these addresses for tests of networks."""

_numbers = itertools.count(1)


class NoNetwork(AssertionError):
    """The hosts cannot be made here; the message says what is missing."""


class Network:
    """Hosts with an address each, joined by a switch; this process stands on the same network, at `address`.

    The switch is a bridge in a namespace of its own, so that no packet filter of this machine has a say. A host that
    is cut off loses its place at the switch but keeps its link, and knows its neighbours' hardware addresses for ever:
    its packets vanish without a word, as they do behind a dead router. No reset, no "unreachable".
    """

    def __init__(self, names: Sequence[str]) -> None:
        remove_leftovers()
        self._pid, self.number = os.getpid(), next(_numbers)
        self.names = tuple(names)
        self.network = _free_network(self._pid)
        members = ["here", *names]
        self.addresses = dict(zip(members, map(str, self.network.hosts()), strict=False))
        self._hardware = {name: f"02:57:00:00:00:{place:02x}" for place, name in enumerate(members, 1)}
        self._link = f"wr{self._pid}n{self.number}"
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> str:
        """Where this process can be reached by the hosts."""
        return self.addresses["here"]

    def within(self, name: str) -> list[str]:
        """What a command line begins with to run on that host. It needs root; the program may put that off."""
        return ["ip", "netns", "exec", self._space(name)]

    def cut(self, name: str) -> None:
        """From now on nothing reaches that host, and nothing comes from it; nobody is told."""
        _ip("-n", self._space(SWITCH), "link", "set", f"to-{name}", "nomaster")

    def heal(self, name: str) -> None:
        """Joins it to the others again; harmless when it was not cut off."""
        _ip("-n", self._space(SWITCH), "link", "set", f"to-{name}", "master", SWITCH)

    def close(self) -> None:
        """Removes everything, and ends what still runs there."""
        for name in [SWITCH, *self.names]:
            _remove(self._space(name))

    def _space(self, name: str) -> str:
        return PLAIN.format(pid=self._pid, number=self.number, name=name)

    def _make(self) -> None:
        switch = self._space(SWITCH)
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", SWITCH, "type", "bridge")
        _ip("-n", switch, "link", "set", SWITCH, "up")
        self._join("here", [])
        for name in self.names:
            space = self._space(name)
            _ip("netns", "add", space)
            _ip("-n", space, "link", "set", "lo", "up")
            self._join(name, ["-n", space])

    def _join(self, name: str, place: list[str]) -> None:
        link, switch = self._link if name == "here" else "lan", self._space(SWITCH)
        beyond = ["peer", "name", f"to-{name}", "netns", switch]
        _ip(*place, "link", "add", link, "address", self._hardware[name], "type", "veth", *beyond)
        _ip(*place, "address", "add", f"{self.addresses[name]}/{self.network.prefixlen}", "dev", link)
        _ip(*place, "link", "set", link, "up")
        _ip("-n", switch, "link", "set", f"to-{name}", "up")
        self.heal(name)
        for other in set(self._hardware) - {name}:
            known = [self.addresses[other], "lladdr", self._hardware[other], "dev", link, "nud", "permanent"]
            _ip(*place, "neighbour", "replace", *known)


@contextlib.contextmanager
def running_network(*names: str) -> Iterator[Network]:
    """A network of hosts of these names; gone at the end."""
    network = Network(names)
    try:
        yield network
    finally:
        network.close()


def remove_leftovers() -> None:
    """Removes the networks of test runs that are no more."""
    spaces = json.loads(_ip("-json", "netns", "list") or "[]")
    for space in (each["name"] for each in spaces):
        found = OURS.fullmatch(space)
        if found and not Path(f"/proc/{found.group(1)}").exists():
            _remove(space)


def _remove(space: str) -> None:
    """Ends what runs in a namespace of ours, and removes it with its links; does nothing when it is not there."""
    with contextlib.suppress(NoNetwork):
        for pid in _ip("netns", "pids", space).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        # With the switch go all links at once: a namespace itself may live on until its last process is buried.
        for link in json.loads(_ip("-json", "-n", space, "link", "show", "type", "veth") or "[]"):
            _ip("-n", space, "link", "delete", link["ifname"])
    with contextlib.suppress(NoNetwork):
        _ip("netns", "delete", space)


def _free_network(begin: int) -> IPv4Network:
    told = json.loads(_ip("-json", "-4", "address", "show"))
    taken = [IPv4Network(f"{info['local']}/32") for link in told for info in link.get("addr_info", [])]
    order = (NETWORKS[(begin + step) % len(NETWORKS)] for step in range(len(NETWORKS)))
    return next(each for each in order if not any(address.subnet_of(each) for address in taken))


def _ip(*words: str) -> str:
    needs = "The tests of several hosts need root and network namespaces (iproute2, a kernel with veth and bridge)"
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError as error:
        raise NoNetwork(f"{needs}: `ip` is missing; install the Debian package iproute2.") from error
    if done.returncode:
        raise NoNetwork(f"{needs}: `ip {' '.join(words)}` said: {done.stderr.strip() or done.returncode}")
    return done.stdout
