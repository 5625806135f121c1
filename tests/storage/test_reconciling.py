"""What does not agree after a pass is kept on its source until it does, on both databases."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from tests.storage.making import NOW, OWNER, TENANT, add_basics
from tests.storage.test_sources import resource_row
from windrow.model.identity import new_id
from windrow.model.reconciliation import Difference, Tallied
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.ports.runs import Ending
from windrow.storage.database import Database
from windrow.storage.reconciling import reconcile
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import resources, sources

ENDING = Ending(RunState.SUCCEEDED, {"counts": {}}, "", Progress(4, 4))
HOUR = timedelta(hours=1)


def test_a_difference_begins_stays_and_ends(database: Database) -> None:
    add_basics(database)
    store = SqlSources(database, Vault([b"k" * KEY_BYTES]), lambda: NOW)
    task = Task(new_id(), "one", "harvest", TENANT, OWNER, {}, created_at=NOW, changed_at=NOW)
    drafted = Source(0, "one", "csw", "https://x.org/", TENANT, OWNER, task.id, created_at=NOW, changed_at=NOW)
    number = store.add(drafted, task, None).id
    with database.write() as connection:
        held = {"presence": "missing"}
        rows = [resource_row(each, number, **(held if each == 5 else {})) for each in range(1, 6)]
        connection.execute(insert(resources), rows)
        connection.execute(sources.update().values(resources=5))

    def look(tallied: Tallied, run_id: str, hours: int) -> Any:
        with database.write() as connection:
            ending = reconcile(connection, run_id, number, tallied, ENDING, now=NOW + hours * HOUR)
        return ending.result.get("reconciliation", {}).get("turned"), store.get(number, tenant_id=None).difference

    assert look(Tallied(4, 4, 4), "a", 0) == (None, None)
    kept = Difference(6, 4, 4, local=5, held=1, since=NOW + HOUR, run_id="b")
    assert look(Tallied(6, 4, 4), "b", 1) == ("began", kept)
    assert [each.id for each in store.troubled(tenant_id=TENANT, limit=5)] == [number]
    later = Difference(None, 3, 3, local=5, held=1, since=NOW + HOUR, run_id="c")
    assert look(Tallied(None, 3, 3), "c", 2) == ("", later)
    assert look(Tallied(4, 4, 4), "d", 3) == ("ended", None)
    assert store.troubled(tenant_id=TENANT, limit=5) == []
