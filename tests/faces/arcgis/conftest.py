"""A portal over HTTPS, with kinds of work that end at once, a user with a notebook, and clients."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faces.arcgis.kinds import put_kinds
from tests.faces.arcgis.portal_client import PortalClient, TaskManager
from tests.web.serving import House, serve
from windrow.faces.arcgis.spelling import from_hex, to_hex

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@dataclass(frozen=True)
class Portal:
    """What is asked. `item` is a notebook of Alice's, `token` an API token of hers."""

    house: House
    ca: str
    token: str
    item: str
    made: list[PortalClient] = field(default_factory=list)

    def client(self, token: str | None = None) -> PortalClient:
        """Somebody with a token; Alice's unless another is given."""
        client = PortalClient(self.house.base, self.ca, self.token if token is None else token)
        self.made.append(client)
        return client

    @property
    def tasks(self) -> TaskManager:
        """Alice's tasks."""
        return TaskManager(self.client(), "alice")

    def run(self, task: Any) -> None:
        """Has a task run now, and waits for its end."""

        windrow = self.house.assembly.windrow
        windrow.tasks.start(self.house.principal("alice"), from_hex(task.url.rpartition("/")[2]))
        self.house.carry_out()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    data = tmp_path_factory.mktemp("data")
    with serve(data, tls=True) as house:
        put_kinds(house.assembly)
        token = house.user("alice").headers["Authorization"].removeprefix("Bearer ")
        alice = house.principal("alice")
        item = house.assembly.windrow.items.add(alice, "tides.ipynb", io.BytesIO(NOTEBOOK))
        portal = Portal(house, str(data / "tls" / "certificate.pem"), token, to_hex(item.id))
        yield portal
        for client in portal.made:
            client.pool.clear()
