"""Sources on both databases: written with their task, seen by their tenant only, gone with all they had."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Conflict, NotFound
from windrow.model.identity import new_id
from windrow.model.records import Record
from windrow.model.runs import RunState
from windrow.model.schedules import Schedule
from windrow.model.sources import Credential, CredentialKind, Health, Policies, Source, Visibility
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.storage import resources as resource_module
from windrow.storage import source_removal
from windrow.storage.database import Database
from windrow.storage.records import insert_records, write_documents
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.source_rows import select_sources
from windrow.storage.sources import RESUME_AFTER, SqlSources
from windrow.storage.tables import (
    documents,
    log_entries,
    metadata,
    outputs,
    pages,
    records,
    resources,
    reviews,
    runs,
    sources,
    tasks,
)
from windrow.storage.tasks import SqlTasks

VAULT = Vault([b"k" * KEY_BYTES])
CREDENTIAL = Credential(CredentialKind.BASIC, "correct horse", "ann")


class Moving:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def store(database: Database, clock: Moving) -> SqlSources:
    add_basics(database)
    return SqlSources(database, VAULT, clock)


def draft(name: str = "one", *, tenant_id: str = TENANT, **changes: Any) -> tuple[Source, Task]:
    source = Source(
        0, name, "csw", "https://example.org/csw", tenant_id, OWNER, new_id(), created_at=NOW, changed_at=NOW, **changes
    )
    task = Task(source.task_id, name, "harvest", tenant_id, OWNER, {"full": False}, created_at=NOW, changed_at=NOW)
    return source, task


def add(store: SqlSources, name: str = "one", **changes: Any) -> Source:
    return store.add(*draft(name, **changes), None)


def fill(database: Database, source: Source, count: int = 7) -> list[int]:
    """Resources with records and documents, a page, a review, and a run with a log and a file."""
    run = a_run(task_id=source.task_id, tenant_id=source.tenant_id)
    SqlRuns(database).add([run])
    with database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(state="succeeded", ended_at=NOW))
        first = (connection.scalar(select(func.max(resources.c.id))) or 0) + 1
        ids = list(range(first, first + count))
        connection.execute(insert(resources), [resource_row(number, source.id) for number in ids])
        insert_records(
            database, connection, [(each, source.id, Record(f"r{each}", "dataset", f"T {each}")) for each in ids]
        )
        write_documents(database, connection, [(each, "application/xml", b"<x/>") for each in ids])
        page = {"source_id": source.id, "fingerprint": b"", "seen": b"", "next": []}
        connection.execute(insert(pages), [{**page, "digest": b"%d" % each} for each in ids[:5]])
        review = {"source_id": source.id, "run_id": run.id, "missing": 1, "present": 2, "created_at": NOW}
        connection.execute(insert(reviews).values(state="outdated", **review))
        entry = {"run_id": run.id, "at": NOW, "level": "info", "message": "hello"}
        connection.execute(insert(log_entries), [entry] * 3)
        file = {"run_id": run.id, "media_type": "text/plain", "size": 1, "digest": "", "created_at": NOW}
        connection.execute(insert(outputs).values(name="a", blob=f"blob of {source.name}", **file))
    return ids


def resource_row(number: int, source_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "source_id": source_id,
        "identifier": f"id {number}",
        "fingerprint": b"f",
        "presence": "present",
        "outcome": "added",
        "wanted": True,
        "title": f"Title {number}",
        "first_seen": NOW,
        "last_changed": NOW,
        **changes,
    }


def counts(database: Database) -> dict[str, int]:
    """How many rows every table has."""
    with database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def test_it_is_known_of_which_kinds_there_are_sources(store: SqlSources) -> None:
    before = store.kinds()
    add(store, "rivers")
    add(store, "lakes")
    source, task = draft("ponds")
    store.add(replace(source, kind="waf"), task, None)

    assert store.kinds() == sorted({*before, "csw", "waf"})


def test_a_source_is_written_with_a_task_that_knows_its_number(store: SqlSources, database: Database) -> None:
    source, task = draft(
        settings={"page_size": 10},
        policies=Policies(guard_count=3, grace=timedelta(days=1, microseconds=5), new_wanted=False),
        visibility=Visibility.PUBLIC,
    )

    added = store.add(source, task, CREDENTIAL)

    assert added == replace(source, id=added.id, has_credential=True)
    assert store.get(added.id, tenant_id=TENANT) == store.get(added.id, tenant_id=None) == added
    kept = SqlTasks(database).get(task.id, tenant_id=TENANT)
    assert kept == replace(task, parameters={"full": False, "source_id": added.id})


def test_names_are_taken_once_in_a_tenant_and_nothing_is_half_written(store: SqlSources, database: Database) -> None:
    add(store)
    before = counts(database)

    with pytest.raises(Conflict, match="'one' already"):
        add(store)
    assert counts(database) == before

    add(store, tenant_id=OTHER_TENANT)
    second = add(store, "two")
    with pytest.raises(Conflict, match="'one' already"):
        store.save(replace(second, name="one"))


@pytest.mark.parametrize("source_id", [0, -1, 99, 1 << 63, 10**40])
def test_unknown_numbers_are_not_found(store: SqlSources, source_id: int) -> None:
    unknown = replace(draft()[0], id=source_id)

    for ask in (
        lambda: store.get(source_id, tenant_id=None),
        lambda: store.delete(source_id, tenant_id=None),
        lambda: store.credential(source_id),
        lambda: store.save(unknown),
    ):
        with pytest.raises(NotFound):
            ask()


def test_another_tenants_source_is_not_found(store: SqlSources) -> None:
    source = add(store)

    with pytest.raises(NotFound):
        store.get(source.id, tenant_id=OTHER_TENANT)
    with pytest.raises(NotFound):
        store.delete(source.id, tenant_id=OTHER_TENANT)
    assert store.page(tenant_id=OTHER_TENANT, limit=10).items == []
    assert store.get(source.id, tenant_id=TENANT) == source


def test_pages_follow_each_other_in_the_order_of_making(store: SqlSources) -> None:
    for name in ("b", "c", "a"):
        add(store, name)
        add(store, name, tenant_id=OTHER_TENANT)

    first = store.page(tenant_id=TENANT, limit=2)
    second = store.page(tenant_id=TENANT, limit=2, cursor=first.next)

    assert [source.name for source in first.items] == ["b", "c"]
    assert ([source.name for source in second.items], second.next) == (["a"], None)
    assert len(store.page(tenant_id=None, limit=10).items) == 6


def test_saving_writes_what_people_may_change_and_nothing_else(store: SqlSources) -> None:
    source = add(store)
    later = NOW + timedelta(hours=1)
    changed = replace(
        source,
        name="another",
        policies=Policies(guard_share=1),
        visibility=Visibility.PUBLIC,
        changed_at=later,
    )

    store.save(replace(changed, resources=99, last_run_id=new_id(), tenant_id=OTHER_TENANT))

    assert store.get(source.id, tenant_id=TENANT) == changed


@pytest.mark.parametrize(
    ("change", "forgets"),
    [
        ({"url": "https://example.org/other"}, True),
        ({"kind": "stac"}, True),
        ({"settings": {"set": "a"}}, True),
        ({"name": "another"}, False),
        ({"policies": Policies(concurrency=1)}, False),
    ],
)
def test_the_next_pass_is_whole_when_the_harvest_was_changed(
    store: SqlSources, database: Database, change: dict[str, Any], forgets: bool
) -> None:
    source = add(store)
    fill(database, source)
    with database.write() as connection:
        connection.execute(update(sources).values(since=NOW, cursor={"etag": "x"}, last_complete=NOW))

    store.save(replace(source, **change))

    kept = store.get(source.id, tenant_id=None)
    assert (kept.since, kept.cursor) == ((None, {}) if forgets else (NOW, {"etag": "x"}))
    assert kept.last_complete == NOW
    assert counts(database)["pages"] == (0 if forgets else 5)


def test_a_credential_is_kept_encrypted_until_it_is_dropped(store: SqlSources, database: Database) -> None:
    source = add(store)
    assert (source.has_credential, store.credential(source.id)) == (False, None)

    store.save(source, credential=CREDENTIAL)
    store.save(store.get(source.id, tenant_id=None))

    assert store.get(source.id, tenant_id=None).has_credential
    assert store.credential(source.id) == CREDENTIAL
    with database.read() as connection:
        kept = connection.scalar(select(sources.c.credential))
    assert kept is not None
    assert b"horse" not in bytes(kept)
    store.save(source, drop_credential=True)
    assert store.credential(source.id) is None


def test_a_credential_cannot_be_read_with_another_key(store: SqlSources, database: Database) -> None:
    source = store.add(*draft(), CREDENTIAL)

    with pytest.raises(Conflict, match="another key"):
        SqlSources(database, Vault([b"n" * KEY_BYTES])).credential(source.id)


@pytest.mark.parametrize(
    ("columns", "health"),
    [
        ({"last_state": ""}, Health.NEW),
        ({"last_state": "succeeded"}, Health.HEALTHY),
        ({"last_state": "partial"}, Health.AILING),
        ({"last_state": "failed", "failures": 1}, Health.AILING),
        ({"last_state": "failed", "failures": 2}, Health.AILING),
        ({"last_state": "failed", "failures": 3}, Health.FAILING),
    ],
)
def test_health_is_told_from_the_last_harvests(
    store: SqlSources, database: Database, columns: dict[str, Any], health: Health
) -> None:
    source = add(store)

    with database.write() as connection:
        connection.execute(update(sources).values(**columns))

    assert store.get(source.id, tenant_id=None).health is health


def test_a_waiting_deletion_and_a_paused_schedule_show_in_the_health(store: SqlSources, database: Database) -> None:
    source, task = draft()
    schedule = Schedule(Interval(timedelta(hours=1), NOW), enabled=False)
    added = store.add(source, replace(task, schedule=schedule), None)
    assert added.health is Health.PAUSED

    with database.write() as connection:
        values = {"source_id": added.id, "run_id": new_id(), "missing": 1, "present": 1, "created_at": NOW}
        connection.execute(insert(reviews).values(state="waiting", **values))
    assert store.get(added.id, tenant_id=None).health is Health.HELD

    with database.write() as connection:
        connection.execute(update(reviews).values(state="refused"))
        connection.execute(update(tasks).values(schedule={"enabled": True}))
    assert store.get(added.id, tenant_id=None).health is Health.NEW


def test_a_run_that_failed_without_a_pass_makes_a_source_ail(store: SqlSources, database: Database) -> None:
    source = add(store)
    run = a_run(task_id=source.task_id)
    SqlRuns(database).add([run])
    assert store.get(source.id, tenant_id=None).last_run_id == run.id
    assert store.get(source.id, tenant_id=None).health is Health.NEW

    with database.write() as connection:
        connection.execute(update(runs).values(state=RunState.FAILED.value, ended_at=NOW))

    assert store.get(source.id, tenant_id=None).health is Health.AILING


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_module, "BATCH", 3)
    monkeypatch.setattr(source_removal, "BATCH", 3)
    monkeypatch.setattr(source_removal, "RUN_BATCH", 1)


@pytest.mark.usefixtures("_small_batches")
def test_deleting_a_source_takes_all_it_had_and_nothing_else(store: SqlSources, database: Database) -> None:
    other = add(store, "other")
    fill(database, other)
    before = counts(database)
    source = add(store)
    fill(database, source)
    fill(database, source)

    blobs = store.delete(source.id, tenant_id=TENANT)

    assert blobs == ["blob of one", "blob of one"]
    assert counts(database) == before
    assert store.get(other.id, tenant_id=None).name == "other"
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM record_words").scalar()
    assert found == before["records"]
    with pytest.raises(NotFound):
        store.delete(source.id, tenant_id=TENANT)


@pytest.mark.parametrize("state", ["scheduled", "queued", "running", "waiting", "cancelling"])
def test_a_source_is_not_deleted_while_a_run_is_active(store: SqlSources, database: Database, state: str) -> None:
    source = add(store)
    run = a_run(task_id=source.task_id)
    SqlRuns(database).add([run])
    with database.write() as connection:
        connection.execute(update(runs).values(state=state))
    before = counts(database)

    with pytest.raises(Conflict, match="cancel it"):
        store.delete(source.id, tenant_id=TENANT)

    assert counts(database) == before
    activity = "cancelling harvest" if state == RunState.CANCELLING else "harvest"
    assert store.get(source.id, tenant_id=TENANT) == replace(source, last_run_id=run.id, activity=activity)


@pytest.mark.usefixtures("_small_batches")
def test_a_deletion_that_was_cut_short_is_gone_for_everybody_and_finished_later(
    store: SqlSources, database: Database, clock: Moving
) -> None:
    before = counts(database)
    source = add(store)
    fill(database, source)
    with database.write() as connection:
        source_removal.mark_removed(connection, source.id, tenant_id=TENANT, now=clock())
    next(source_removal.remove_marked(database, source.id))

    with pytest.raises(NotFound):
        store.get(source.id, tenant_id=TENANT)
    with pytest.raises(NotFound):
        store.delete(source.id, tenant_id=TENANT)
    assert store.page(tenant_id=None, limit=10).items == []
    again = add(store)
    store.purge(NOW, limit=10)
    assert counts(database)["resources"] == 4
    clock.now = NOW + RESUME_AFTER + timedelta(seconds=1)
    store.purge(NOW, limit=10)

    after = counts(database)
    assert after == {**before, "sources": 1, "tasks": before["tasks"] + 1}
    assert store.get(again.id, tenant_id=TENANT) == again


def test_lists_of_sources_walk_an_index(store: SqlSources, database: Database) -> None:
    add(store)
    mine = select_sources().where(sources.c.tenant_id == TENANT, sources.c.id > 5).order_by(sources.c.id).limit(10)

    (plan,) = plans_of(database, lambda connection: connection.execute(mine))
    (marked,) = plans_of(database, lambda connection: source_removal.find_marked(connection, NOW))

    assert "ix_sources_tenant_id_id" in plan
    assert "ix_reviews" in plan
    assert "ix_sources_deleting" in marked
    assert documents.name not in plan
    assert records.name not in plan
