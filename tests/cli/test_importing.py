"""Taking over what another system knows, by the command line."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Windrow
from tests.harvests.farm import dict_of
from tests.harvests.shelf import Shelf, ShelfKind
from tests.web.serving import Caller, House, serve
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Reading, Reference

WMS = "geonode.harvesting.harvesters.wms.OgcWmsHarvester"
UNIFIED = "geonode.harvesting.harvesters.geonodeharvester.GeonodeUnifiedHarvesterWorker"

DUMP = f"""--
-- PostgreSQL database dump
--

SET statement_timeout = 0;

COPY public.auth_user (id, name) FROM stdin;
1\tadmin
\\.

COPY public.harvesting_harvester (id, name, status, remote_url, scheduling_enabled, \
harvesting_session_update_frequency, refresh_harvestable_resources_update_frequency, check_availability_frequency, \
default_owner_id, harvest_new_resources_by_default, delete_orphan_resources_automatically, harvester_type, \
harvester_type_specific_configuration, num_harvestable_resources) FROM stdin;
3\tRivers \\\\ lakes\tready\thttp://127.0.0.1:9/wms\tt\t90\t45\t15\t1\tf\tt\t{WMS}\t\
{{"dataset_title_filter": "river", "harvest_datasets": true}}\t3
7\tOther portal\tharvesting-resources\thttp://127.0.0.1:9/portal\tf\t60\t30\t10\t1\tt\tf\t{UNIFIED}\t\
{{"copy_datasets": false}}\t0
8\tTheir own\tready\thttp://127.0.0.1:9/own\tt\t60\t30\t10\t1\tf\tf\tmy.package.Worker\t{{}}\t0
\\.

COPY public.harvesting_harvestableresource (id, unique_identifier, title, should_be_harvested, remote_resource_type, \
harvester_id, geonode_resource_id, last_harvested) FROM stdin;
11\trivers:main\tMain\\trivers\tt\tlayers\t3\t\\N\t\\N
12\trivers:small\tSmall rivers\tf\tlayers\t3\t\\N\t\\N
13\tlakes\tLakes\tt\tlayers\t3\t\\N\t\\N
\\.
"""


def listed(windrow: Windrow, source: int) -> dict[str, Any]:
    return {each["identifier"]: each for each in windrow("sources", "resources", source, "--json").json}


@pytest.fixture(params=["plain", "packed"])
def dump(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "geonode.sql"
    path.write_bytes(gzip.compress(DUMP.encode()) if request.param == "packed" else DUMP.encode())
    return path


def test_a_dump_is_taken_over_as_far_as_its_kinds_are_known(windrow: Windrow, dump: Path) -> None:
    ended = windrow("import", "geonode", dump, "--json")

    rivers, portal, own = ended.json
    assert ended.code == 1  # one was refused
    assert (rivers["name"], rivers["state"]) == ("Rivers \\ lakes", "imported")
    assert (rivers["listed"], rivers["wanted"]) == (3, 2)
    assert "harvest_datasets" in rivers["notes"]
    assert (portal["state"], portal["listed"]) == ("imported", 0)
    assert (own["state"], own["source_id"]) == ("refused", None)
    assert "my.package.Worker" in own["notes"]
    source = windrow("sources", "show", rivers["source_id"], "--json").json
    assert (source["kind"], source["settings"]["dataset_title_filter"]) == ("wms", "river")
    assert source["policies"]["keep_gone"] is False
    schedules = [source[each] for each in ("schedule", "refresh_schedule", "check_schedule")]
    assert [each["trigger"]["every_seconds"] / 60 for each in schedules] == [90, 45, 15]
    found = listed(windrow, rivers["source_id"])
    assert {name: (each["title"], each["wanted"]) for name, each in found.items()} == {
        "rivers:main": ("Main\trivers", True),
        "rivers:small": ("Small rivers", False),
        "lakes": ("Lakes", True),
    }


def test_doing_it_again_takes_over_what_was_chosen_since(windrow: Windrow, tmp_path: Path) -> None:
    path = tmp_path / "geonode.sql"
    path.write_text(DUMP)
    first = windrow("import", "geonode", path, "--paused", "--json").json[0]
    path.write_text(DUMP.replace("Small rivers\tf", "Small rivers\tt"))

    again = windrow("import", "geonode", path, "--json").json[0]

    assert (again["state"], again["source_id"], again["wanted"]) == ("updated", first["source_id"], 3)
    assert all(each["wanted"] for each in listed(windrow, first["source_id"]).values())
    source = windrow("sources", "show", first["source_id"], "--json").json
    assert source["schedule"]["enabled"] is source["refresh_schedule"]["enabled"] is False
    assert source["check_schedule"]["enabled"] is True


def test_djangos_own_dump_is_understood_as_well(windrow: Windrow, tmp_path: Path) -> None:
    path = tmp_path / "geonode.json"
    fields = {"name": "By JSON", "remote_url": "http://127.0.0.1:9/", "harvester_type": WMS, "scheduling_enabled": True}
    chosen = {"harvester": 5, "unique_identifier": "a", "title": "A", "should_be_harvested": True}
    path.write_text(
        json.dumps(
            [
                {"model": "harvesting.harvester", "pk": 5, "fields": fields},
                {"model": "harvesting.harvestableresource", "pk": 1, "fields": chosen},
                {"model": "harvesting.asynchronousharvestingsession", "pk": 1, "fields": {}},
            ]
        )
    )

    (taken,) = windrow("import", "geonode", path, "--json").json

    assert (taken["state"], taken["wanted"]) == ("imported", 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PGDMP\x01\x0e", "pg_restore"),
        (b"SELECT 1;\n", "holds no harvesters"),
        (b"[}", "is no JSON"),
        (b"\xff\xfe\xfd", "cannot be read"),
        (DUMP.partition("8\tTheir")[0].encode(), "cut off"),
        (DUMP.replace("\tf\tlayers\t3", "\tf\tlayers").encode(), "12 values"),
    ],
)
def test_what_is_no_such_dump_is_told(windrow: Windrow, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "dump"
    path.write_bytes(content.replace(b"12 values", b""))

    ended = windrow("import", "geonode", path)

    assert ended.code == 2
    assert told.replace("12 values", "7 values for 8 columns") in ended.err


def test_neither_a_file_nor_a_url(windrow: Windrow) -> None:
    assert windrow("import", "geonode", "nowhere.sql").code == 2


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A portal that speaks GeoNode's API, with what the import is about."""
    with serve(tmp_path / "portal") as house:
        yield house


def make_portal(house: House) -> Caller:
    shelf = Shelf()
    names = [f"layer {number:03}" for number in range(230)]
    shelf.pages = {"1": Reading(references=[Reference(each, f"/{each}", "1", each, "layers") for each in names])}

    class Maps(ShelfKind):
        name = "wms"
        schema = house.assembly.kinds.sources["wms"].schema

    dict_of(house.assembly.kinds.sources)["wms"] = Maps(shelf)
    ask = house.holder("admin")
    for number in range(12):
        body = {"name": f"Portal {number:02}", "remote_url": "http://127.0.0.1:9/", "harvester_type": WMS}
        assert ask("POST", "//api/v2/harvesters/", body).status == 201
    assert ask("PATCH", "//api/v2/harvesters/1/", {"status": "updating-harvestable-resources"}).status == 200
    house.carry_out()
    chosen = [{"unique_identifier": each, "should_be_harvested": True} for each in names[:150]]
    assert ask("PATCH", "//api/v2/harvesters/1/harvestable-resources/", chosen).status == 200
    return ask


def test_a_living_portal(windrow: Windrow, house: House, tmp_path: Path) -> None:
    ask = make_portal(house)
    token = ask.headers["Authorization"].removeprefix("Bearer ")

    ended = windrow("import", "geonode", house.base, "--token", token, "--data", tmp_path / "new", "--json")

    assert ended.code == 0
    assert [each["name"] for each in ended.json] == [f"Portal {number:02}" for number in range(12)]
    assert (ended.json[0]["listed"], ended.json[0]["wanted"]) == (230, 150)
    assert token not in ended.out + ended.err
    wanted = windrow("sources", "resources", 1, "--wanted", "--all", "--data", tmp_path / "new", "--json").json
    assert len(wanted) == 150


def test_a_portal_that_lets_nobody_in(windrow: Windrow, house: House) -> None:
    ended = windrow("import", "geonode", house.base, "--token", "nonsense")

    assert ended.code != 0
    assert "401" in ended.err
    assert RunState.FAILED.value not in ended.out
