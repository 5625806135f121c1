"""The store as a whole: whether it answers, and how a waiting loop hears of what was committed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from samples.servers.daemon import free_port
from tests.storage.making import LEASE, NOW, TASK, a_run, add_basics
from windrow.errors import StoreUnavailable
from windrow.model.runs import PartState, Progress, RunState
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval
from windrow.ports.runs import Closing, Ending
from windrow.ports.store import Store
from windrow.storage.database import Database
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.store import SqlStore

VAULT = Vault([b"k" * KEY_BYTES])
NOW_OR_NEVER = 0.0
SOON = 20.0
"""Seconds: what is awaited comes at once, but the machine may be busy."""


@pytest.fixture
def store(database: Database) -> SqlStore:
    add_basics(database)
    return SqlStore(database, VAULT)


@pytest.fixture
def elsewhere(database: Database) -> Iterator[SqlStore]:
    """The same database as another process sees it."""
    other = Database(database.url.render_as_string(hide_password=False))
    yield SqlStore(other, VAULT)
    other.close()


def test_it_is_what_the_port_asks_for(store: SqlStore) -> None:
    port: Store = store

    port.check()
    assert port.runs is port.runs
    assert port.tasks.get(TASK, tenant_id=None).id == TASK


def test_a_database_without_our_tables_is_not_available(url: str) -> None:
    database = Database(url)

    with pytest.raises(StoreUnavailable, match="windrow db upgrade"):
        SqlStore(database, VAULT).check()
    database.close()


def test_a_database_of_another_version_is_not_available(store: SqlStore, database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnavailable):
        store.check()


def test_a_database_that_does_not_answer_is_not_available(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/nowhere/windrow.db", f"postgresql://127.0.0.1:{free_port()}/windrow"):
        database = Database(url)

        with pytest.raises(StoreUnavailable):
            SqlStore(database, VAULT).check()
        database.close()


def test_a_listener_hears_what_another_process_commits(store: SqlStore, elsewhere: SqlStore) -> None:
    changes = store.changes()
    assert not changes.wait(NOW_OR_NEVER)

    elsewhere.runs.add([a_run()])

    assert changes.wait(SOON)
    assert not changes.wait(NOW_OR_NEVER)
    changes.close()


def test_a_listener_hears_of_everything_that_makes_work_or_ends_it(store: SqlStore, elsewhere: SqlStore) -> None:
    runs = elsewhere.runs
    run, other, later = a_run(priority=2), a_run(priority=1), a_run(state=RunState.SCHEDULED)

    def take() -> int:
        claimed = runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
        assert claimed is not None
        return claimed.attempt

    def take_part() -> int:
        (claim,) = runs.claim_parts("ann", queues=["default"], now=NOW, lease=LEASE, limit=1)
        return claim.part.id

    runs.add([run, other])
    take()
    runs.fan_out(run.id, 1, [{"page": 1}], now=NOW)
    story: list[Callable[[], object]] = [
        lambda: runs.wait(run.id, 1, now=NOW),
        lambda: runs.retry_part(take_part(), "ann", error="", ready_at=NOW),
        lambda: runs.close_parts([Closing(take_part(), "ann", PartState.DONE, {}, "", NOW)]),
        lambda: runs.hand_back(run.id, take(), now=NOW, ready_at=NOW, failed=False),
        lambda: runs.finish(run.id, take(), Ending(RunState.SUCCEEDED, {}, "", Progress()), now=NOW),
        lambda: take() and runs.sweep(NOW + 2 * LEASE),
        lambda: runs.cancel(other.id, tenant_id=None, now=NOW),
        lambda: runs.add([later]),
        lambda: runs.promote(NOW),
        lambda: take() and leave(elsewhere),
        lambda: schedule(elsewhere),
    ]
    changes = store.changes()
    changes.wait(NOW_OR_NEVER)

    for number, step in enumerate(story):
        step()
        assert changes.wait(SOON), f"step {number} was not heard"
        while changes.wait(NOW_OR_NEVER):
            pass
    changes.close()


def leave(store: SqlStore) -> bool:
    store.workers.leave("ann", now=NOW)
    return True


def schedule(store: SqlStore) -> None:
    hourly = Schedule(Interval(2 * LEASE, NOW), next_due=NOW)
    task = store.tasks.get(TASK, tenant_id=None)
    store.tasks.save(replace(task, schedule=hourly))
