"""Real servers, harvested as GeoNode's clients do it: with GeoNode's class paths and configuration keys."""

from pathlib import Path

from samples.servers.mapserver import MapServer
from tests.faces.geonode.conftest import Portal
from tests.harvests.shelf import Shelf
from tests.servers.mapserver import LAYERS
from tests.web.serving import PASSWORD, House, serve
from windrow.ports.catalogue import Reader, Search


def titles(house: House, source: int) -> list[str]:
    """What the catalogue shows of a harvester's resources."""
    found = house.assembly.store.catalogue.search(Reader(everything=True), Search(sources=(source,)), limit=100)
    return sorted(each.record.title for each in found.items)


def test_a_map_server(tmp_path: Path, mapserver: MapServer) -> None:
    with serve(tmp_path / "data") as house:
        portal = Portal(house, Shelf(), house.basic("admin", PASSWORD))
        made = portal.create("Maps", remote_url=mapserver.url)["id"]
        portal.do(made, "checking-availability")
        portal.do(made, "updating-harvestable-resources")

        harvester = portal.get(f"harvesters/{made}/")["harvester"]
        assert (harvester["remote_available"], harvester["num_harvestable_resources"]) == (True, len(LAYERS))
        listed = portal.get(f"harvesters/{made}/harvestable-resources/")["harvestable_resources"]
        assert [(each["unique_identifier"], each["title"], each["remote_resource_type"]) for each in listed] == [
            (each.name, each.title, "layers") for each in LAYERS
        ]
        chosen = [{"unique_identifier": each, "should_be_harvested": True} for each in ("lakes", "rivers")]
        assert portal("PATCH", f"harvesters/{made}/harvestable-resources/", chosen).status == 200
        portal.do(made, "harvesting-resources")

        (harvest, refresh) = portal.get("harvesting-sessions/")["asynchronous_harvesting_sessions"]
        assert (harvest["status"], refresh["status"]) == ("finished-all-ok", "finished-all-ok")
        assert titles(house, made) == ["Lakes of the Alps", "Rivers"]


def test_a_configuration_narrows_the_list(tmp_path: Path, mapserver: MapServer) -> None:
    with serve(tmp_path / "data") as house:
        portal = Portal(house, Shelf(), house.basic("admin", PASSWORD))
        configuration = {"dataset_title_filter": "RIVER"}
        made = portal.create("Rivers", remote_url=mapserver.url, harvester_type_specific_configuration=configuration)
        portal.do(made["id"], "updating-harvestable-resources")

        listed = portal.get(f"harvesters/{made['id']}/harvestable-resources/")["harvestable_resources"]
        assert [each["unique_identifier"] for each in listed] == ["rivers"]
