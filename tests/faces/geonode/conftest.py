"""A Windrow whose GeoNode face has a remote to harvest: a shelf that plays a map server."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import dict_of
from tests.harvests.shelf import Shelf, ShelfKind, record
from tests.web.serving import Answer, Caller, House, serve
from windrow.model.accounts import Role
from windrow.ports.source_kinds import Reading, Reference

WMS = "geonode.harvesting.harvesters.wms.OgcWmsHarvester"


class MapShelf(ShelfKind):
    """What the shelf is for GeoNode's clients."""

    name: ClassVar[str] = "wms"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "dataset_title_filter": {"type": "string", "title": "Title", "description": "Part of it.", "default": ""},
            "deep": {"type": "boolean", "title": "Deep", "description": "Of no matter.", "default": False},
        },
    }


@dataclass
class Portal:
    """GeoNode's API, asked by its superuser."""

    house: House
    shelf: Shelf
    ask: Caller

    def __call__(self, method: str, path: str, content: Any = None, **more: Any) -> Answer:
        return self.ask(method, f"//api/v2/{path}", content, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self("GET", path, query=query)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json

    def create(self, name: str, **fields: Any) -> Any:
        body = {"name": name, "remote_url": "http://127.0.0.1:9/", "harvester_type": WMS, **fields}
        answer = self("POST", "harvesters/", body)
        assert answer.status == 201, (answer.status, answer.body)
        return answer.json["harvester"]

    def change(self, harvester: int, **fields: Any) -> Any:
        answer = self("PATCH", f"harvesters/{harvester}/", fields)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json["harvester"]

    def do(self, harvester: int, status: str) -> None:
        """Has it done, and waits for its end."""
        assert self.change(harvester, status=status)["status"] == status
        self.house.carry_out()

    def put(self, *names: str) -> None:
        """What the remote lists: documents that are fetched one by one."""
        self.shelf.pages = {
            "1": Reading(references=[Reference(each, f"/{each}", "1", f"Title of {each}", "layers") for each in names])
        }
        self.shelf.documents = {f"/{each}": Reading(records=[record(each, version="1")]) for each in names}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serve(tmp_path_factory.mktemp("data")) as house:
        yield house


@pytest.fixture(scope="module")
def portal(house: House) -> Portal:
    shelf = Shelf()
    dict_of(house.assembly.kinds.sources)["wms"] = MapShelf(shelf)
    return Portal(house, shelf, house.basic("admin", "correct horse battery"))


@pytest.fixture(scope="module")
def viewer(house: House) -> Caller:
    return house.user("onlooker", role=Role.VIEWER, team="default")
