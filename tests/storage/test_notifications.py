"""Notifications on both databases: secrets are encrypted, digests begin once, all go with their source."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.storage.making import NOW, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Conflict, NameTaken, NotFound
from windrow.model.identity import new_id
from windrow.model.notifications import Channel, Event, Notification, Secrets
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.ports.runs import Ending
from windrow.storage.database import Database
from windrow.storage.notifications import MOST, SqlNotifications
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import notifications

VAULT = Vault([b"k" * KEY_BYTES])
SECRETS = Secrets("https://chat.example.org/hooks/t0ken", "whsec_c2VjcmV0")
DAY = timedelta(days=1)


def nothing(_: object) -> list[Task]:
    return []


@pytest.fixture
def source(database: Database) -> Source:
    add_basics(database)
    task = Task(new_id(), "one", "harvest", TENANT, OWNER, {}, created_at=NOW, changed_at=NOW)
    source = Source(0, "one", "csw", "https://x.org/", TENANT, OWNER, task.id, created_at=NOW, changed_at=NOW)
    return SqlSources(database, VAULT, lambda: NOW).add(source, task, None)


@pytest.fixture
def store(database: Database, source: Source) -> SqlNotifications:
    return SqlNotifications(database, VAULT, lambda: NOW)


def draft(source: Source, name: str = "me", **changes: Any) -> Notification:
    on = frozenset({Event.ERROR, Event.DIGEST})
    known = {"on": on, "created_at": NOW, "changed_at": NOW, "digested_until": NOW, **changes}
    return Notification(0, source.id, TENANT, OWNER, name, Channel.WEBHOOK, "https://chat.example.org", **known)


def test_what_was_written_is_read(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)

    assert made == replace(draft(source), id=made.id)
    assert store.get(source.id, made.id) == made
    assert store.secrets(source.id, made.id) == SECRETS


def test_secrets_are_encrypted_for_their_own_row(store: SqlNotifications, source: Source, database: Database) -> None:
    made, other = (store.add(draft(source, name), SECRETS, nothing) for name in ("a", "b"))
    with database.write() as connection:
        kept = connection.execute(select(notifications.c.address, notifications.c.signing)).all()
        assert not any(b"t0ken" in each or b"whsec" in each for row in kept for each in row)
        moved = connection.scalar(select(notifications.c.address).where(notifications.c.id == made.id))
        connection.execute(notifications.update().where(notifications.c.id == other.id).values(address=moved))

    with pytest.raises(Conflict):
        store.secrets(source.id, other.id)


def test_what_is_left_out_of_the_secrets_stays(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)

    store.save(made, secrets=Secrets(signing="whsec_bmV3"), plan=nothing)
    store.save(made, secrets=Secrets("https://elsewhere.example.org/"), plan=nothing)

    assert store.secrets(source.id, made.id) == Secrets("https://elsewhere.example.org/", "whsec_bmV3")


def test_of_two_of_a_name_one_is_made(store: SqlNotifications, source: Source) -> None:
    store.add(draft(source), SECRETS, nothing)
    other = store.add(draft(source, "other"), SECRETS, nothing)

    with pytest.raises(NameTaken):
        store.add(draft(source), SECRETS, nothing)
    with pytest.raises(NameTaken):
        store.save(replace(other, name="me"), plan=nothing)


def test_of_two_changes_one_is_told_to_look_again(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)
    store.save(replace(made, name="first", changed_at=NOW + DAY), plan=nothing, seen=NOW)

    with pytest.raises(Conflict):
        store.save(replace(made, name="second"), plan=nothing, seen=NOW)

    assert store.get(source.id, made.id).name == "first"


def test_a_source_has_not_more_than_can_be_looked_at(store: SqlNotifications, source: Source) -> None:
    for number in range(MOST):
        store.add(draft(source, str(number)), SECRETS, nothing)

    with pytest.raises(Conflict, match=str(MOST)):
        store.add(draft(source), SECRETS, nothing)


def test_they_are_listed_a_page_at_a_time(store: SqlNotifications, source: Source) -> None:
    made = [store.add(draft(source, str(number)), SECRETS, nothing) for number in range(5)]

    first = store.page(source.id, limit=3)
    second = store.page(source.id, limit=3, cursor=first.next)

    assert [*first.items, *second.items] == made
    assert (len(first.items), second.next) == (3, None)


def test_those_who_asked_are_found(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)
    store.add(draft(source, "off", enabled=False), SECRETS, nothing)
    store.add(draft(source, "changes", on=frozenset({Event.CHANGE})), SECRETS, nothing)

    assert store.wanting(source.id, frozenset({Event.ERROR, Event.ALWAYS})) == [made]


def test_how_the_telling_went_is_kept(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)

    store.note_problem(made.id, "answered 410", now=NOW, disable=True)
    gone = store.get(source.id, made.id)
    store.note_told(made.id, now=NOW + DAY)
    told = store.get(source.id, made.id)

    assert (gone.enabled, gone.problem, gone.problem_at, gone.told_at) == (False, "answered 410", NOW, None)
    assert (told.problem, told.problem_at, told.told_at) == ("", None, NOW + DAY)


def test_a_change_leaves_what_a_worker_noted_meanwhile(store: SqlNotifications, source: Source) -> None:
    made = store.add(draft(source), SECRETS, nothing)
    store.begin_digest(made, until=NOW + DAY, run=None)
    store.note_problem(made.id, "answered 500", now=NOW)

    store.save(replace(made, name="another"), plan=nothing)
    kept = store.get(source.id, made.id)
    store.save(made, secrets=Secrets("https://elsewhere.example.org/"), digest_from=NOW + 2 * DAY, plan=nothing)
    moved = store.get(source.id, made.id)

    assert (kept.name, kept.digested_until, kept.problem) == ("another", NOW + DAY, "answered 500")
    assert (moved.digested_until, moved.problem, moved.problem_at) == (NOW + 2 * DAY, "", None)


def test_a_digest_is_begun_once(store: SqlNotifications, source: Source, database: Database) -> None:
    made = store.add(draft(source), SECRETS, nothing)
    begun = [a_run(kind="notify") for _ in range(2)]

    answers = [store.begin_digest(made, until=NOW + DAY, run=each) for each in begun]

    assert answers == [True, False]
    assert set(SqlRuns(database).get_many([each.id for each in begun])) == {begun[0].id}
    assert store.get(source.id, made.id).digested_until == NOW + DAY


def test_what_happened_in_a_time_is_gathered(store: SqlNotifications, source: Source, database: Database) -> None:
    queue = SqlRuns(database)
    ended = sorted((a_run(task_id=source.task_id) for _ in range(3)), key=lambda run: run.id)
    queue.add([*ended, a_run(task_id=source.task_id), a_run()])
    for number, run in enumerate(ended):
        moment = NOW + number * DAY
        claimed = queue.claim("w", queues=["default"], now=moment, lease=DAY, run_id=run.id)
        assert claimed is not None
        queue.finish(run.id, 1, Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1)), now=moment)

    happened = store.happened(source.id, since=NOW, until=NOW + 2 * DAY, limit=1)

    assert ([each.id for each in happened.runs], happened.total) == ([ended[0].id], 2)


def test_they_go_with_their_source(store: SqlNotifications, source: Source, database: Database) -> None:
    made = store.add(draft(source), SECRETS, nothing)
    SqlSources(database, VAULT).delete(source.id, tenant_id=TENANT)

    with pytest.raises(NotFound):
        store.get(source.id, made.id)
    with pytest.raises(NotFound):
        store.add(draft(source), SECRETS, nothing)


def test_what_the_end_of_a_run_asks_has_its_index(source: Source, database: Database) -> None:
    of_source = select(notifications).where(notifications.c.source_id == source.id).order_by(notifications.c.id)

    (plan,) = plans_of(database, lambda connection: connection.execute(of_source.limit(10)))

    assert "ix_notifications_source_id_id" in plan


def test_a_digest_does_not_read_all_runs(store: SqlNotifications, source: Source, database: Database) -> None:
    plans = plans_of(database, lambda _: store.happened(source.id, since=NOW, until=NOW + DAY, limit=10))

    assert [each for each in plans if "SCAN runs" in each or "Seq Scan on runs" in each] == []
