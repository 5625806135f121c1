"""The network of the tests itself: a host that is cut off falls silent, and nothing is left behind."""

import os
import socket
import subprocess
import sys

from tests.hosts.network import Network, remove_leftovers, running_network


def knock(network: Network, host: str) -> str:
    """What comes of a connection to a port where nobody listens."""
    try:
        socket.create_connection((network.addresses[host], 9), timeout=0.3).close()
    except OSError as error:
        return type(error).__name__
    return "open"


def names() -> str:
    return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout


def test_a_host_that_is_cut_off_falls_silent_until_it_is_healed() -> None:
    with running_network("one", "other") as network:
        heard = [knock(network, "one")]
        network.cut("one")
        heard += [knock(network, "one"), knock(network, "other")]
        network.heal("one")
        heard += [knock(network, "one")]

    assert heard == ["ConnectionRefusedError", "TimeoutError", "ConnectionRefusedError", "ConnectionRefusedError"]
    assert f"windrow-{os.getpid()}-{network.number}-" not in names()


def test_what_a_killed_test_run_left_behind_is_removed() -> None:
    make = "import os; from tests.hosts.network import Network; Network(['one']); os._exit(9)"
    dead = subprocess.Popen([sys.executable, "-c", make], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert dead.wait(30) == 9
    assert f"windrow-{dead.pid}-1-one" in names()

    remove_leftovers()

    assert f"windrow-{dead.pid}-" not in names()
    links = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    assert f"wr{dead.pid}n1" not in links
