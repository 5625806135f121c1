"""A destination is renamed in its tenant's tasks too, unless a run that names it has still to send there."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, update

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TASK, TENANT, a_run, add_task
from windrow.core.reporting.renaming import NAMING, follow
from windrow.errors import Conflict, NameTaken
from windrow.model.destinations import Destination
from windrow.model.identity import new_id
from windrow.model.notifications import Channel, Secrets
from windrow.ports.destinations import Renaming
from windrow.storage.database import Database
from windrow.storage.destinations import SqlDestinations
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.tables import tasks

BOARD = Destination(0, TENANT, OWNER, "Board", Channel.WEBHOOK, "https://x.org", NOW)
SECRETS = Secrets("https://x.org/hook", "whsec_c2VjcmV0")
SENDING = {"report": "usage", "send_to": ["Board"]}
RENAMING = Renaming("Council", NAMING, partial(follow, old="Board", new="Council"), NOW)


@pytest.fixture
def store(database: Database, runs: SqlRuns) -> SqlDestinations:
    """Task 1 of the first tenant names it, and one of the other tenant another of that name."""
    del runs  # its tenants and its task
    with database.write() as connection:
        connection.execute(update(tasks).where(tasks.c.id == TASK).values(kind="report", parameters=SENDING))
        add_task(connection, foreign := new_id(), tenant_id=OTHER_TENANT, kind="report")
        connection.execute(update(tasks).where(tasks.c.id == foreign).values(parameters=SENDING))
    return SqlDestinations(database, Vault([b"k" * KEY_BYTES]))


def named(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:
        rows = connection.execute(select(tasks.c.tenant_id, tasks.c.parameters)).all()
    return {row.tenant_id: row.parameters["send_to"] for row in rows}


def test_tasks_of_the_tenant_follow(store: SqlDestinations, database: Database) -> None:
    made = store.add(BOARD, SECRETS)
    store.note_problem(made.id, "503", now=NOW)

    store.change(made.id, Secrets(), shown=made.shown, renaming=RENAMING)

    assert store.find("Council", tenant_id=TENANT) == replace(made, name="Council", problem="503", problem_at=NOW)
    assert store.secrets(made.id) == SECRETS
    assert named(database) == {TENANT: ["Council"], OTHER_TENANT: ["Board"]}
    with database.read() as connection:
        assert connection.scalar(select(tasks.c.schedule_version).where(tasks.c.id == TASK)) == 1


def test_a_taken_name_and_a_run_under_way_leave_all_as_it_was(
    store: SqlDestinations, database: Database, runs: SqlRuns
) -> None:
    made = store.add(BOARD, SECRETS)
    store.add(replace(BOARD, name="Council"), SECRETS)
    run = a_run(kind="report", parameters=SENDING)
    runs.add([run])

    with pytest.raises(NameTaken, match="'Council' already"):
        store.change(made.id, Secrets(), shown="", renaming=RENAMING)
    with pytest.raises(Conflict, match=f"Run {run.id} sends there"):
        store.change(made.id, Secrets("https://y.org/"), shown="", renaming=replace(RENAMING, name="Third"))

    assert store.get(made.id, tenant_id=TENANT) == made
    assert store.secrets(made.id) == SECRETS
    assert named(database)[TENANT] == ["Board"]
    runs.cancel(run.id, tenant_id=None, now=NOW)
    store.change(made.id, Secrets("https://y.org/"), shown="https://y.org", renaming=replace(RENAMING, name="Third"))
    assert (store.find("Third", tenant_id=TENANT).shown, store.secrets(made.id).address) == (
        "https://y.org",
        "https://y.org/",
    )
