"""What the tests of several hosts use: the network, the database on `a`, and an installation over all three."""

from collections.abc import Iterator

import pytest

from samples.servers.daemon import Place
from samples.servers.postgres import Postgres, running_postgres
from tests.hosts.installation import Hosts, running_hosts
from tests.hosts.network import Network, running_network
from tests.remotes.server import Remote


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Three hosts on one network, and this process on it too."""
    with running_network("a", "b", "c") as running:
        yield running


@pytest.fixture(scope="session")
def database_host(network: Network) -> Iterator[Postgres]:
    """A PostgreSQL on `a` that listens on its address."""
    with running_postgres(place=Place(network.addresses["a"], tuple(network.within("a")))) as server:
        yield server


@pytest.fixture(scope="module")
def hosts(network: Network, database_host: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """One installation for all tests of a module."""
    with running_hosts(tmp_path_factory.mktemp("hosts") / "data", network, database_host) as running:
        yield running


@pytest.fixture(autouse=True)
def whole(network: Network) -> Iterator[None]:
    """Whatever a test did to the network, the next one finds it whole."""
    yield
    for host in network.names:
        network.heal(host)


@pytest.fixture
def common_remote(network: Network) -> Iterator[Remote]:
    """A remote that all hosts reach."""
    with Remote(address=network.address) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how long recovery took; the same figures are properties in a JUnit report."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if "tests/hosts/" in report.nodeid else ():
            terminalreporter.write_line(f"three hosts: {name}: {value}")
