"""The housekeeper removes what has had its time, in pieces, with its files."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.storage.tables import open_tables
from windrow.core.watching import FORGOTTEN_AT_ONCE, Watching
from windrow.model.accounts import Role, Tenant, User
from windrow.model.identity import first_id_at, new_id
from windrow.model.runs import Cause, Output, Run, RunState
from windrow.model.tasks import Task
from windrow.storage.blobs import FolderBlobs
from windrow.storage.database import Database
from windrow.storage.secrets import open_vault
from windrow.storage.store import SqlStore
from windrow.storage.tables import outputs

NOW = datetime(2027, 1, 1, tzinfo=UTC)
KEEP = timedelta(days=30)
TENANT, OWNER = new_id(), new_id()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_tables(tmp_path)
    yield database
    database.close()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> SqlStore:
    store = SqlStore(database, open_vault(tmp_path, None))
    store.accounts.add_user(User(OWNER, "ada", Role.ADMIN, TENANT, NOW), "", tenant=Tenant(TENANT, "team", NOW))
    return store


def ended(task: Task, moment: datetime) -> Run:
    return Run(
        id=first_id_at(moment)[:24] + new_id()[24:],
        task_id=task.id,
        kind=task.kind,
        name=task.name,
        tenant_id=TENANT,
        owner_id=OWNER,
        state=RunState.SUCCEEDED,
        cause=Cause.SCHEDULE,
        parameters={},
        created_at=moment,
        ready_at=moment,
        ended_at=moment,
    )


def test_old_runs_go_with_their_files_however_many_there_are(
    store: SqlStore, database: Database, tmp_path: Path
) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    task = Task(new_id(), "often", "reread", TENANT, OWNER, created_at=NOW, changed_at=NOW)
    store.tasks.add(task)
    old = [ended(task, NOW - 2 * KEEP + timedelta(minutes=n)) for n in range(FORGOTTEN_AT_ONCE + 5)]
    young = [ended(task, NOW - timedelta(days=n)) for n in (3, 2, 1)]
    store.runs.add([*old, *young])
    key, size, digest = blobs.write(iter([b"made by a run"]))
    with database.write() as connection:
        made = Output(old[0].id, "made.txt", "text/plain", size, digest, key, NOW)
        connection.execute(insert(outputs).values(asdict(made)))

    watching = Watching(store, blobs, lambda: NOW, KEEP)

    assert watching.forget_runs() == len(old)
    assert watching.forget_runs() == 0
    assert set(store.runs.get_many([run.id for run in (*old, *young)])) == {run.id for run in young}
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
