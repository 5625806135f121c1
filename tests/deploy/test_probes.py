"""What containers are asked for their health is answered by a real installation, and by nobody else."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.deploy.files import COMPOSE, KUBERNETES, documents
from tests.journeys.conftest import Newcomer

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an installation answers."""
    with ExitStack() as running:
        newcomer = Newcomer(tmp_path_factory.mktemp("probed"), running)
        yield newcomer.starts("up", "--port", "0", "--workers", "1", "--json").address()


def probes() -> dict[str, dict[str, Any]]:
    """Those of the API's pods: what each asks for."""
    deployment = documents(KUBERNETES / "api.yaml")[0]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {name: probe for name, probe in container.items() if name.endswith("Probe")}


def test_compose_finds_an_installation_healthy_and_nothing_else(address: str) -> None:
    kind, *command = documents(COMPOSE / "compose.yaml")[0]["services"]["api"]["healthcheck"]["test"]
    asked = [[word.replace("http://127.0.0.1:8750", each) for word in command[1:]] for each in (address, NOWHERE)]

    codes = [
        subprocess.run([sys.executable, *words], check=False, stderr=subprocess.DEVNULL).returncode for words in asked
    ]

    assert (kind, command[0]) == ("CMD", "python")
    assert codes == [0, 1]


def test_kubernetes_asks_for_what_is_answered(address: str) -> None:
    paths = {name: probe["httpGet"]["path"] for name, probe in probes().items()}

    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    for path in set(paths.values()):
        with urllib.request.urlopen(f"{address}{path}", timeout=30) as answer:
            assert answer.status == 200


def test_an_old_api_is_left_on_the_list_while_a_new_one_changes_the_tables_and_starts() -> None:
    ready, started = probes()["readinessProbe"], probes()["startupProbe"]

    assert ready["periodSeconds"] * ready["failureThreshold"] >= 60
    assert started["periodSeconds"] * started["failureThreshold"] >= 600
