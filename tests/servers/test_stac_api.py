"""The tests' STAC API is a real one, read by the field's usual client, and its items can change."""

from collections.abc import Callable

import pystac_client

from samples.generator.stac import make_item
from samples.servers.stac_api import StacApi


def test_the_usual_client_finds_every_scene(stac_api: StacApi) -> None:
    client = pystac_client.Client.open(stac_api.url)

    items = list(client.search(limit=100).items_as_dicts())

    assert len({item["id"] for item in items}) == len(items) == 326
    assert len(list(client.get_collections())) == 7


def test_items_can_be_added_changed_and_deleted(start_stac_api: Callable[..., StacApi]) -> None:
    server = start_stac_api(made=3)
    client = pystac_client.Client.open(server.url)

    server.put(make_item(100))
    server.put(make_item(100, revision=1))
    [changed] = client.search(ids=[make_item(100)["id"]]).items_as_dicts()
    server.delete(make_item(100)["collection"], make_item(100)["id"])

    assert changed["properties"]["processing:version"] == "1.1"
    assert len(list(client.search().items_as_dicts())) == 29
