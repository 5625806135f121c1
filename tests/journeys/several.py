"""Hosts that share a database, keys and files, each with processes of its own."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from samples.servers.daemon import free_port
from tests.harvests.farm import wait_for
from tests.journeys.conftest import PASSWORD, WITHIN, Newcomer
from windrow.client import Client, Unreachable

KEY = "b3RoZXIgaG9zdHMgbmVlZCB0aGUgc2FtZSBrZXkgISE="


def share(unattended: Newcomer, postgres_url: str) -> dict[str, str]:
    """The environment that all hosts have in common: what is secret is told by files."""
    environment = dict(unattended.environment)
    del environment["WINDROW_ADMIN_PASSWORD"]
    for name, secret in {"DATABASE_URL": postgres_url, "SECRET_KEY": KEY, "ADMIN_PASSWORD": PASSWORD}.items():
        file = unattended.folder / name.lower()
        file.write_text(f"{secret}\n")
        environment[f"WINDROW_{name}_FILE"] = str(file)
    (unattended.folder / "shared").mkdir()
    return environment


def make_host(folder: Path, environment: Mapping[str, str], running: ExitStack) -> Newcomer:
    """A machine with a data folder of its own, of which `blobs` is the one that all mount."""
    folder.mkdir()
    (folder / "blobs").symlink_to(folder.with_name("shared"))
    host = Newcomer(folder, running)
    host.environment = {**environment, "WINDROW_DATA": str(folder), "WINDROW_PORT": str(free_port())}
    return host


def address_of(host: Newcomer) -> str:
    """Where its API answers."""
    return f"http://127.0.0.1:{host.environment['WINDROW_PORT']}"


def client_of(host: Newcomer) -> Client:
    """Its API, once it answers."""
    client = host.client(address_of(host))
    wait_for(lambda: _answers(client), WITHIN)
    return client


def _answers(client: Client) -> bool:
    try:
        return client.accounts.me().role == "admin"
    except Unreachable:
        return False
