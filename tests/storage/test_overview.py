"""What the first page asks on both databases: what is due next, and which sources a person should look at."""

from datetime import timedelta

from sqlalchemy import insert, update

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, add_basics
from tests.storage.shelves import add_source
from windrow.model.identity import new_id
from windrow.model.schedules import Schedule
from windrow.model.sources import Health
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.storage.database import Database
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import reviews, sources
from windrow.storage.tasks import SqlTasks


def test_what_is_due_next_comes_soonest_first_and_of_ones_own_team_only(database: Database) -> None:
    add_basics(database)
    tasks = SqlTasks(database, lambda: NOW)
    late, soon = a_task("late", hours=5), a_task("soon", hours=1)
    foreign = a_task("foreign", hours=2, tenant_id=OTHER_TENANT)
    for task in (late, soon, foreign, a_task("never")):
        tasks.add(task)

    assert [task.name for task in tasks.coming(tenant_id=TENANT, limit=10)] == ["soon", "late"]
    assert [task.name for task in tasks.coming(tenant_id=None, limit=2)] == ["soon", "foreign"]


def test_troubled_sources_are_held_failed_or_partial_ones(database: Database) -> None:
    add_basics(database)
    for number in range(1, 6):
        add_source(database, number, tenant_id=OTHER_TENANT if number == 5 else TENANT)
    mark(database, 2, last_state="partial", failures=1)
    mark(database, 3, last_state="failed", failures=4)
    mark(database, 5, last_state="failed", failures=1)
    hold(database, 4)
    kept = SqlSources(database, Vault([b"k" * KEY_BYTES]), lambda: NOW)

    assert [(each.id, each.health) for each in kept.troubled(tenant_id=TENANT, limit=10)] == [
        (4, Health.HELD),
        (3, Health.FAILING),
        (2, Health.AILING),
    ]
    assert [each.id for each in kept.troubled(tenant_id=None, limit=10)] == [4, 3, 2, 5]
    assert (kept.count(tenant_id=TENANT), kept.count(tenant_id=None)) == (4, 5)


def a_task(name: str, *, hours: int = 0, tenant_id: str = TENANT) -> Task:
    schedule = Schedule(Interval(timedelta(hours=6), NOW), next_due=NOW + timedelta(hours=hours)) if hours else None
    return Task(new_id(), name, "harvest", tenant_id, OWNER, schedule=schedule, created_at=NOW, changed_at=NOW)


def mark(database: Database, number: int, **values: object) -> None:
    with database.write() as connection:
        connection.execute(update(sources).where(sources.c.id == number).values(**values))


def hold(database: Database, number: int) -> None:
    with database.write() as connection:
        row = {"source_id": number, "run_id": new_id(), "state": "waiting", "missing": 7, "present": 9}
        connection.execute(insert(reviews).values(**row, created_at=NOW))
