"""Real servers give up everything they have: stac-fastapi on PgSTAC, and nginx over a static catalogue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pystac_client
import pytest

from samples.generator.stac import make_item, real_items, write_catalogue
from samples.servers.nginx import Nginx
from samples.servers.stac_api import StacApi
from tests.harvests.farm import wait_for
from tests.sources.conftest import Asking
from tests.sources.stac.passes import KIND, harvest

COLLECTIONS = 7
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("page_size", [13, 100])
def test_an_api_gives_up_what_its_usual_client_finds(stac_api: StacApi, loopback: Asking, page_size: int) -> None:
    oracle = pystac_client.Client.open(stac_api.url)
    items = {f"{each['collection']}/{each['id']}" for each in oracle.search(limit=200).items_as_dicts()}

    found = harvest(loopback, stac_api.url, page_size=page_size)

    assert set(found.identifiers) == items | {each.id for each in oracle.get_collections()}
    assert len(found.identifiers) == len(items) + COLLECTIONS
    assert (found.broken, found.failed, found.opening.listing) == ([], [], True)


def test_it_is_recognised(stac_api: StacApi, loopback: Asking) -> None:
    found = KIND.detect(stac_api.url, loopback.get(stac_api.url), loopback)

    assert found is not None
    assert (found.kind, found.certainty) == ("stac", 1.0)


def test_it_narrows_as_its_usual_client_does(stac_api: StacApi, loopback: Asking) -> None:
    box, time = [10.0, 40.0, 30.0, 60.0], "2019-01-01/2022-12-31"
    oracle = pystac_client.Client.open(stac_api.url).search(bbox=box, datetime=time, limit=200)

    found = harvest(loopback, stac_api.url, include=["items"], bbox=box, datetime=time)

    expected = sorted(f"{each['collection']}/{each['id']}" for each in oracle.items_as_dicts())
    assert len(expected) > 1
    assert found.identifiers == expected


def test_changes_show_in_the_pages_that_hold_them_and_nowhere_else(
    start_stac_api: Callable[..., StacApi], loopback: Asking
) -> None:
    server = start_stac_api(made=20)
    before = harvest(loopback, server.url, page_size=5)
    unchanged = harvest(loopback, server.url, page_size=5)
    server.put(make_item(3, revision=1))
    server.delete(make_item(4)["collection"], make_item(4)["id"])

    after = harvest(loopback, server.url, page_size=5)

    assert (unchanged.keys, unchanged.fingerprints) == (before.keys, before.fingerprints)
    old, new = ({each.identifier: each.fingerprint for each in some.records} for some in (before, after))
    changed, deleted = ("/".join((each["collection"], each["id"])) for each in (make_item(3), make_item(4)))
    assert {name for name in new if old.get(name) != new[name]} == {changed}
    assert set(old) - set(new) == {deleted}
    assert 0 < len(set(after.fingerprints) - set(before.fingerprints)) < len(before.keys) / 2


def test_changes_are_asked_for_once_every_item_is_dated(
    start_stac_api: Callable[..., StacApi], loopback: Asking
) -> None:
    server = start_stac_api(made=3)
    since = NOW - timedelta(days=1)
    undated = harvest(loopback, server.url, since=since, include=["items"])
    for item in real_items():
        item["properties"].setdefault("updated", "2020-01-01T00:00:00Z")
        server.put(item)
    news = make_item(1)
    news["properties"]["updated"] = "2030-01-01T00:00:00Z"
    server.put(news)
    loopback.asked.clear()

    dated = harvest(loopback, server.url, since=since, include=["items"])

    assert (len(undated.records), undated.opening.listing, undated.opening.since) == (29, True, None)
    assert dated.identifiers == [f"{news['collection']}/{news['id']}"]
    assert (dated.opening.listing, dated.opening.since is None) == (False, False)
    assert len(loopback.asked) == 4


def test_a_static_catalogue_costs_no_transfer_the_second_time(
    tmp_path: Path, serve_folder: Callable[[Path], Nginx], loopback: Asking
) -> None:
    items = write_catalogue(tmp_path / "files", made=15)
    server = serve_folder(tmp_path / "files")

    first = harvest(loopback, f"{server.url}catalog.json")
    second = harvest(loopback, f"{server.url}catalog.json", known=first.validators)

    assert len(first.records) == items + COLLECTIONS
    assert (second.records, second.failed) == ([], [])
    assert sorted(second.unchanged) == first.identifiers
    wait_for(lambda: sum(line.endswith(" 304") for line in server.requests()) == items + COLLECTIONS)
