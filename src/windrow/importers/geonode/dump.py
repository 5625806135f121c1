"""A dump of GeoNode's database: its harvesting tables, by `pg_dump` or by `manage.py dumpdata harvesting`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from windrow.errors import BadInput
from windrow.importers.dumps import Row, read_rows
from windrow.importers.geonode.harvesters import Harvester, picked, to_choice

HARVESTERS, RESOURCES = "harvesting_harvester", "harvesting_harvestableresource"
MODELS = {"harvesting.harvester": HARVESTERS, "harvesting.harvestableresource": RESOURCES}

TRUTHS = frozenset(
    {
        "scheduling_enabled",
        "harvest_new_resources_by_default",
        "delete_orphan_resources_automatically",
        "should_be_harvested",
    }
)


def read_dump(path: Path) -> Iterator[Harvester]:
    """Every harvester of a dump with its resources. Raises `BadInput` for what is no such dump."""
    harvesters: dict[str, Row] = {}
    resources: dict[str, list[Row]] = {}
    for table, row in read_rows(path, MODELS):
        if table == HARVESTERS:
            harvesters[str(row.get("id"))] = row
        else:
            resources.setdefault(str(row.get("harvester_id", row.get("harvester"))), []).append(row)
    if not harvesters:
        told = "holds no harvesters: dump the tables harvesting_* with pg_dump (plain, not --inserts), or by dumpdata"
        raise BadInput.of("dump", told)
    for number, row in sorted(harvesters.items(), key=lambda item: item[0].rjust(20)):
        chosen = [to_choice(_typed(each)) for each in resources.get(number, ())]
        yield Harvester(picked(_typed(row)), chosen)


def _typed(row: Row) -> dict[str, Any]:
    """What COPY writes as text, as the API would tell it."""
    typed = dict(row)
    for name, value in row.items():
        if value in ("t", "f") and name in TRUTHS:
            typed[name] = value == "t"
        elif name == "harvester_type_specific_configuration" and isinstance(value, str):
            typed[name] = _configuration(value)
    return typed


def _configuration(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text
