"""Every function of GeoNode's harvesting has its equal here: named in the documentation, in files that exist."""

import re

from samples.servers.process import ROOT

PAGE = ROOT / "docs" / "reference" / "geonode.md"

FUNCTIONS = (
    "harvesting_scheduler",
    "harvesting_dispatcher",
    "harvest_resources",
    "_harvest_resource",
    "_finish_harvesting",
    "_handle_harvesting_error",
    "check_harvester_available",
    "update_harvestable_resources",
    "_update_harvestable_resources_batch",
    "_finish_harvestable_resources_update",
    "_handle_harvestable_resources_update_error",
    "_delete_stale_harvestable_resources",
    "finish_asynchronous_session",
    "update_asynchronous_session",
)


def test_every_function_is_in_the_table() -> None:
    table = re.findall(r"^\| `(\w+)` \| .+ \|$", PAGE.read_text(), re.MULTILINE)

    assert table == list(FUNCTIONS)


def test_the_files_it_names_are_there() -> None:
    named = re.findall(r"`((?:core|engines|storage)/[a-z_/]*(?:\.py)?)`", PAGE.read_text())

    assert named
    assert [each for each in named if not (ROOT / "src" / "windrow" / each).exists()] == []
