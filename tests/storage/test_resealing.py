"""After a change of the key everything that is kept encrypted is sealed anew, in batches, also after a cut."""

from collections.abc import Mapping
from itertools import islice

import pytest
from sqlalchemy import LargeBinary, select, update

from tests.storage.making import LEASE, NOW, OWNER, TENANT, a_run, add_basics
from windrow.errors import Conflict
from windrow.model.destinations import Destination
from windrow.model.identity import new_id
from windrow.model.named_secrets import NamedSecret, OpenSecret
from windrow.model.notifications import Channel, Event, Notification, Secrets
from windrow.model.sources import Credential, CredentialKind, Source
from windrow.model.targets import Target
from windrow.model.tasks import Task
from windrow.storage import resealing, tables
from windrow.storage.database import Database
from windrow.storage.resealing import KEPT, Resealed, reseal
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.store import SqlStore

OLD, NEW, LOST = b"o" * KEY_BYTES, b"n" * KEY_BYTES, b"l" * KEY_BYTES
SECRETS = Secrets("https://chat.example.org/hooks/t0ken", "whsec_c2VjcmV0")
CREDENTIAL = Credential(CredentialKind.BASIC, "correct horse", "ann")
URL = "https://x.org/"

NOT_SEALED = {"content", "digest", "fingerprint", "gone", "place", "request", "seen"}
"""Names of columns that hold bytes which nobody encrypts."""


@pytest.fixture
def store(database: Database) -> SqlStore:
    """Everything that is sealed, by the old key: one of each, and three named secrets."""
    add_basics(database)
    store = SqlStore(database, Vault([OLD]))
    task = Task(new_id(), "one", "harvest", TENANT, OWNER, {}, created_at=NOW, changed_at=NOW)
    source = store.sources.add(
        Source(0, "one", "csw", URL, TENANT, OWNER, task.id, created_at=NOW, changed_at=NOW), task, CREDENTIAL
    )
    store.targets.add(Target(0, source.id, TENANT, OWNER, "portal", "csw_t", URL), CREDENTIAL)
    on = frozenset({Event.ERROR})
    told = Notification(0, source.id, TENANT, OWNER, "me", Channel.WEBHOOK, URL, on=on, created_at=NOW, changed_at=NOW)
    store.notifications.add(told, SECRETS, lambda _: [])
    store.destinations.add(Destination(0, TENANT, OWNER, "board", Channel.WEBHOOK, URL, NOW), SECRETS)
    for name in ("A", "B", "C"):
        store.named_secrets.put(NamedSecret(TENANT, name, ("x.org",), OWNER, NOW, NOW), f"value of {name}")
    run = a_run()
    store.runs.add([run])
    store.runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    store.memories.keep(run.id, 1, {"requests[0]": {"token": "T0K3N"}, "requests[1]": 1})
    return store


def opened(database: Database, *keys: bytes) -> Mapping[str, object]:
    """Everything, as a store with these keys reads it."""
    store = SqlStore(database, Vault(keys))
    with database.read() as connection:
        (source,) = connection.scalars(select(tables.sources.c.id))
        (target,) = connection.scalars(select(tables.targets.c.id))
        (notification,) = connection.scalars(select(tables.notifications.c.id))
        (destination,) = connection.scalars(select(tables.destinations.c.id))
        (run,) = connection.scalars(select(tables.runs.c.id))
    return {
        "source": store.sources.credential(source),
        "target": store.targets.credential(target),
        "notification": store.notifications.secrets(source, notification),
        "destination": store.destinations.secrets(destination),
        "named": [store.named_secrets.open(name, tenant_id=TENANT) for name in ("A", "B", "C")],
        "memories": store.memories.all(run),
    }


EVERYTHING = {
    "source": CREDENTIAL,
    "target": CREDENTIAL,
    "notification": SECRETS,
    "destination": SECRETS,
    "named": [OpenSecret(f"value of {name}", frozenset({"x.org"})) for name in ("A", "B", "C")],
    "memories": {"requests[0]": {"token": "T0K3N"}, "requests[1]": 1},
}
COUNTS = {each.name: 1 for each in KEPT} | {"named secrets": 3, "what runs remember": 2}


def test_everything_comes_under_the_new_key_and_the_old_one_may_go(
    store: SqlStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    both = Vault([NEW, OLD])

    counted = list(reseal(database, both, write=False))
    first = list(reseal(database, both))
    second = list(reseal(database, both))

    assert first == counted == [Resealed(name, count, count) for name, count in COUNTS.items()]
    assert second == [Resealed(name, count) for name, count in COUNTS.items()]
    assert opened(database, NEW) == EVERYTHING
    with pytest.raises(Conflict, match="another key"):
        opened(database, OLD)


def test_cut_short_it_goes_on_with_what_is_left(store: SqlStore, database: Database) -> None:
    both = Vault([NEW, OLD])
    list(islice(reseal(database, both), 3))

    rest = list(reseal(database, both))

    assert [each.resealed for each in rest] == [0, 0, 0, *list(COUNTS.values())[3:]]
    assert opened(database, NEW) == opened(database, NEW, OLD) == EVERYTHING


def test_what_no_key_opens_is_counted_and_holds_nothing_up(store: SqlStore, database: Database) -> None:
    SqlStore(database, Vault([LOST])).named_secrets.put(NamedSecret(TENANT, "B", ("x.org",), OWNER, NOW, NOW), "lost")

    named = {each.name: each for each in reseal(database, Vault([NEW, OLD]))}["named secrets"]

    assert named == Resealed("named secrets", 3, 2, 1)
    lost = SqlStore(database, Vault([LOST])).named_secrets.open("B", tenant_id=TENANT)
    assert lost == OpenSecret("lost", frozenset({"x.org"}))


def test_what_is_entered_anew_meanwhile_stays_as_it_was_entered(store: SqlStore, database: Database) -> None:
    class Slow(Vault):
        """Somebody enters the secret while it is sealed again."""

        def reseal(self, sealed: bytes, *, place: str) -> bytes:
            if place.endswith(" C"):
                later = NamedSecret(TENANT, "C", ("x.org",), OWNER, NOW, NOW)
                SqlStore(database, Vault([OLD])).named_secrets.put(later, "entered anew")
            return super().reseal(sealed, place=place)

    named = {each.name: each for each in reseal(database, Slow([NEW, OLD]))}["named secrets"]

    found = SqlStore(database, Vault([OLD])).named_secrets.open("C", tenant_id=TENANT)
    assert (named.resealed, found) == (2, OpenSecret("entered anew", frozenset({"x.org"})))


def test_a_value_moved_into_another_row_is_not_sealed_for_it(store: SqlStore, database: Database) -> None:
    secrets = tables.named_secrets
    with database.write() as connection:
        other = connection.scalar(select(secrets.c.sealed).where(secrets.c.name == "A"))
        connection.execute(update(secrets).where(secrets.c.name == "B").values(sealed=other))

    named = {each.name: each for each in reseal(database, Vault([NEW, OLD]))}["named secrets"]

    assert (named.resealed, named.unreadable) == (2, 1)


def test_no_sealed_column_is_forgotten() -> None:
    sealed = {
        (table.name, column.name)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name not in NOT_SEALED
    }

    assert sealed == {(each.column.table.name, each.column.name) for each in KEPT}
