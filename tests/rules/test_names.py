"""One word, one meaning, and foreign words stay at home."""

import re

import pytest

from tests.rules.tree import SOURCE, name, names_in, python_files

# What cannot be named is not one thing.
NOT_A_NAME = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

# Words of protocols that we speak: where they may be used.
FOREIGN = {
    "geonode": r"harvestable|harvester(?!s?_url)|harvesting_session",
    "folio": r"job_info|periodic_config|udp_|counter_report",
    "arcgis": r"esri|geoprocessing_job|portal_item",
    "oai_pmh": r"resumption",
    "openeo": r"batch_job|udf_",
    # Settings say what they are for: who runs Jac programs knows them by that name.
    "jaseci": r"sentinel_|jac_(?!(command|folders|memory_mb|seconds)$)|spawn_",
}


def test_no_file_has_a_name_that_says_nothing() -> None:
    stems = {name(path): {path.stem, *path.parent.parts} for path in python_files("src/windrow", "samples", "tools")}

    assert [path for path, words in stems.items() if words & NOT_A_NAME] == []


@pytest.mark.parametrize("protocol", FOREIGN)
def test_foreign_words_are_used_only_at_home(protocol: str) -> None:
    word = re.compile(FOREIGN[protocol], re.IGNORECASE)

    strays = {
        f"{name(path)}: {found}"
        for path in python_files("src/windrow")
        if protocol not in path.relative_to(SOURCE).parts
        for found in names_in(path)
        if word.match(found)
    }

    assert strays == set()
