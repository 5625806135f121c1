"""pystac-client finds, pages and reads everything that was harvested, and so do we ourselves."""

from datetime import UTC, datetime
from typing import Any

import pystac
import pystac_client
import pytest
from shapely.geometry import box, shape

from tests.faces.stac.conftest import Served, harvest
from windrow.formats.dates import between
from windrow.ports.catalogue import Search

pytestmark = pytest.mark.timeout(60)

AUSTRIA = (9.0, 46.0, 17.5, 49.2)


@pytest.fixture(scope="module")
def client(served: Served) -> pystac_client.Client:
    return pystac_client.Client.open(served.root)


def collection_of(client: pystac_client.Client, name: str) -> pystac.Collection:
    found = client.get_collection(name)
    assert found is not None
    return found


def ids_of(search: pystac_client.ItemSearch) -> list[str]:
    return [each["id"] for each in search.items_as_dicts()]


def test_every_collection_is_listed_and_found(served: Served, client: pystac_client.Client) -> None:
    names = {each["collection"] for each in served.items.values()}

    listed = {each.id for each in client.get_collections()}

    assert listed >= names
    assert {collection_of(client, name).id for name in listed} == listed
    assert client.get_collection("none of these") is None


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("limit", [4, 1000])
def test_pages_of_any_size_hold_everything_once(
    served: Served, client: pystac_client.Client, method: str, limit: int
) -> None:
    found = ids_of(client.search(method=method, limit=limit))

    assert sorted(found) == sorted(served.items)


def test_the_number_that_match_is_told(served: Served, client: pystac_client.Client) -> None:
    assert client.search().matched() == len(served.items)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("limit", [2, 100])
def test_a_box_finds_the_items_whose_geometry_meets_it(
    served: Served, client: pystac_client.Client, method: str, limit: int
) -> None:
    inside = [name for name, each in served.items.items() if shape(each["geometry"]).intersects(box(*AUSTRIA))]

    found = ids_of(client.search(method=method, bbox=AUSTRIA, limit=limit))

    assert 0 < len(inside) < len(served.items)
    assert sorted(found) == sorted(inside)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("limit", [3, 100])
def test_a_geometry_finds_the_items_that_meet_it(
    served: Served, client: pystac_client.Client, method: str, limit: int
) -> None:
    area = {"type": "Polygon", "coordinates": [[[-10, 36], [30, 36], [30, 70], [-10, 36]]]}
    inside = [name for name, each in served.items.items() if shape(each["geometry"]).intersects(shape(area))]

    found = ids_of(client.search(method=method, intersects=area, limit=limit))

    assert len(inside) > 3
    assert sorted(found) == sorted(inside)


@pytest.mark.parametrize(
    "asked",
    [
        "2019-01-01T00:00:00Z/2020-12-31T23:59:59Z",
        "../2019-09-10T09:50:29.024Z",
        "2019-09-10T09:50:29.024Z/..",
        "2019-09-10T09:50:29.024Z",
        "2019-09-10T11:50:29.024+02:00",
        "2024",
    ],
)
def test_dates_find_the_items_of_that_time(served: Served, client: pystac_client.Client, asked: str) -> None:
    begin, _, end = client.search(datetime=asked).get_parameters()["datetime"].partition("/")
    searched = between(begin, end or begin)

    found = ids_of(client.search(datetime=asked))

    expected = [name for name, each in served.items.items() if _meets(each["properties"], searched)]
    assert 0 < len(expected) < len(served.items)
    assert sorted(found) == sorted(expected)


def _meets(properties: dict[str, Any], searched: tuple[datetime | None, datetime | None]) -> bool:
    begin = properties.get("start_datetime") or properties["datetime"]
    start, end = between(begin, properties.get("end_datetime") or properties["datetime"])
    latest, earliest = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    return (start or earliest) < (searched[1] or latest) and (end or latest) > (searched[0] or earliest)


def test_items_are_found_by_id_and_by_collection(served: Served, client: pystac_client.Client) -> None:
    names = sorted(served.items)[:3]
    collection = served.items[names[0]]["collection"]
    together = [name for name, each in served.items.items() if each["collection"] == collection]

    assert sorted(ids_of(client.search(ids=names))) == names
    assert sorted(ids_of(client.search(collections=[collection], limit=4))) == sorted(together)
    assert sorted(each.id for each in collection_of(client, collection).get_items()) == sorted(together)
    assert ids_of(client.search(ids=[names[0]], collections=["another"])) == []


def test_an_item_is_as_it_came(served: Served, client: pystac_client.Client) -> None:
    for name, original in served.items.items():
        item = collection_of(client, original["collection"]).get_item(name)
        assert item is not None
        raw = item.to_dict(include_self_link=True, transform_hrefs=False)

        assert raw["geometry"] == original["geometry"]
        assert item.get_self_href() == f"{served.root}/collections/{original['collection']}/items/{name}"
        assert {key: asset.href for key, asset in item.assets.items()} == {
            key: asset["href"].replace("./", f"{served.files}{original['collection']}/{name}/", 1)
            if asset["href"].startswith("./")
            else asset["href"]
            for key, asset in original["assets"].items()
        }


def test_everything_answered_is_valid(served: Served, client: pystac_client.Client) -> None:
    for collection in client.get_collections():
        collection.stac_extensions.clear()  # their schemas are on the network; the core's come with pystac
        assert collection.validate()
    for item in client.search(limit=100).items():
        item.stac_extensions.clear()
        assert item.validate()


def test_links_of_items_lead_to_documents(served: Served, client: pystac_client.Client) -> None:
    item = next(client.search(limit=1).items())

    links = {each.rel: each.href for each in item.links}

    found = {rel: pystac.StacIO.default().read_json(links[rel]) for rel in ("self", "collection", "parent", "root")}
    assert [found["self"]["id"], found["root"]["type"]] == [item.id, "Catalog"]
    assert found["collection"] == found["parent"]
    assert found["collection"]["id"] == item.collection_id


def test_items_sort_by_their_update(served: Served, client: pystac_client.Client) -> None:
    made = {
        name: each["properties"]["updated"] for name, each in served.items.items() if "updated" in each["properties"]
    }

    newest = [name for name in ids_of(client.search(sortby="-properties.updated", limit=9)) if name in made]

    assert newest == sorted(made, key=lambda name: datetime.fromisoformat(made[name]), reverse=True)


def test_our_own_stac_source_harvests_the_same_items(served: Served) -> None:
    number = harvest(served.house, served.root, "ourselves")
    catalogue, reader = served.house.assembly.windrow.catalogue, served.house.principal("admin")

    entries = list(catalogue.stream(reader, Search(sources=(number,), standards=("stac-item",))))

    assert sorted(each.record.identifier for each in entries) == sorted(served.items)
    served.house.assembly.windrow.sources.delete(reader, number)
