"""Scheduled queues: numbers and names, one of each; and the tables of other systems, read as they are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, add_basics
from tests.storage.plans import plans_of
from windrow.errors import BadInput, Conflict, NameTaken, NotFound
from windrow.model.identity import new_id
from windrow.model.scheduled_queues import QueueListing, QueueNote
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Cron
from windrow.storage.database import Database
from windrow.storage.foreign import read_tables
from windrow.storage.scheduled_queues import SqlScheduledQueues, list_query
from windrow.storage.tasks import SqlTasks

WALKER = "some.module.ScheduledWalker"


@pytest.fixture
def queues(database: Database) -> SqlScheduledQueues:
    add_basics(database)
    return SqlScheduledQueues(database, lambda: NOW)


def task(name: str = "t", *, tenant_id: str = TENANT, **parameters: Any) -> Task:
    schedule = Schedule(Cron("0 4 * * *", "UTC"), next_due=NOW)
    return Task(new_id(), name, "walker", tenant_id, OWNER, parameters, schedule=schedule, created_at=NOW)


def note(name: str, word: str = WALKER) -> QueueNote:
    return QueueNote(name, word, {"schedule": {"type": "crontab"}, "kwargs": {}}, "digest")


def add(queues: SqlScheduledQueues, name: str, word: str = WALKER, *, tenant_id: str = TENANT) -> int:
    given = task(name, tenant_id=tenant_id)
    return queues.add(given, note(name, word).of(given))


def names(queues: SqlScheduledQueues, **which: Any) -> Sequence[str]:
    return [each.note.name for each in queues.page(replace(QueueListing(TENANT), **which))]


def test_what_was_said_is_read_by_number_and_by_name(queues: SqlScheduledQueues, database: Database) -> None:
    given = task()

    number = queues.add(given, note("nightly").of(given))

    found = queues.get(number, tenant_id=TENANT)
    assert (found.number, found.note, found.task.id) == (number, note("nightly").of(given), given.id)
    assert found.note.still_schedules(found.task)
    assert found.note.still_describes(found.task)
    assert queues.named("nightly", tenant_id=TENANT) == found
    assert queues.named("nightly", tenant_id=OTHER_TENANT) is None
    for missing, tenant_id in ((number, OTHER_TENANT), (number + 1, None), (1 << 70, None), (-1, None)):
        with pytest.raises(NotFound):
            queues.get(missing, tenant_id=tenant_id)
    SqlTasks(database).delete(given.id, tenant_id=TENANT)
    assert queues.named("nightly", tenant_id=TENANT) is None


def test_a_name_is_one_in_a_team_and_a_refused_one_leaves_no_task(
    queues: SqlScheduledQueues, database: Database
) -> None:
    add(queues, "nightly")
    second = task("second")

    with pytest.raises(NameTaken):
        queues.add(second, note("nightly").of(second))

    assert SqlTasks(database).get_many([second.id]) == {}
    assert add(queues, "nightly", tenant_id=OTHER_TENANT) > 1


def test_a_change_keeps_the_number(queues: SqlScheduledQueues) -> None:
    number = add(queues, "nightly")
    add(queues, "taken")
    before = queues.get(number, tenant_id=None)
    changed = replace(before.task, parameters={"a": 1}, changed_at=NOW)

    queues.save(number, changed, note("weekly", "other"), seen=before.task.changed_at)

    after = queues.get(number, tenant_id=None)
    assert (after.note.name, after.note.word, after.task.parameters) == ("weekly", "other", {"a": 1})
    with pytest.raises(NameTaken):
        queues.save(number, changed, note("taken"))
    with pytest.raises(Conflict):
        queues.save(number, changed, note("weekly"), seen=NOW.replace(year=2001))
    with pytest.raises(NotFound):
        queues.save(number + 100, changed, note("else"))


def test_one_that_is_removed_leaves_a_task_without_a_schedule(queues: SqlScheduledQueues, database: Database) -> None:
    number = add(queues, "nightly")
    kept = queues.get(number, tenant_id=None).task

    queues.remove(number)

    assert SqlTasks(database).get(kept.id, tenant_id=None).schedule is None
    with pytest.raises(NotFound):
        queues.remove(number)
    assert add(queues, "nightly") > number


def test_lists_are_by_name(queues: SqlScheduledQueues) -> None:
    for name in ("b", "A_1", "a%2"):
        add(queues, name)
    add(queues, "sequence", "Sequence")
    add(queues, "theirs", tenant_id=OTHER_TENANT)

    assert set(names(queues)) == {"b", "A_1", "a%2", "sequence"}
    assert list(names(queues)) == list(reversed(names(queues, ascending=True)))
    assert names(queues, ascending=True, offset=1, limit=2) == names(queues, ascending=True)[1:3]
    assert names(queues, search="A_") == ["A_1"]
    assert names(queues, search="%") == ["a%2"]
    assert names(queues, words=frozenset({"Sequence"})) == ["sequence"]
    assert names(queues, owner_id=TENANT) == []
    assert "theirs" in names(queues, tenant_id=None)


@pytest.mark.parametrize("which", [QueueListing(TENANT, OWNER), QueueListing(None)])
def test_lists_are_read_by_an_index(queues: SqlScheduledQueues, database: Database, which: QueueListing) -> None:
    for number in range(50):
        add(queues, f"name {number}")

    plans = plans_of(database, lambda connection: connection.execute(list_query(which)))

    assert not [each for each in plans if "Sort" in each or "TEMP B-TREE" in each], plans


def test_tables_of_others_are_read_as_they_are(url: str, database: Database) -> None:
    with database.write() as connection:
        connection.execute(text('CREATE TABLE "their table" (id INTEGER PRIMARY KEY, name VARCHAR(10))'))
        connection.execute(text("INSERT INTO \"their table\" VALUES (2, 'b'), (1, 'a')"))

    rows = list(read_tables(url, ["their table", "none"]))

    assert rows == [("their table", {"id": 1, "name": "a"}), ("their table", {"id": 2, "name": "b"})]
    with pytest.raises(BadInput, match="names no file"):
        list(read_tables("sqlite:///nowhere.db", ["a"]))
