"""Named secrets on either database: encrypted, of one tenant, listed by name."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Conflict, NotFound
from windrow.model.named_secrets import NamedSecret, OpenSecret
from windrow.storage.database import Database
from windrow.storage.named_secrets import SqlNamedSecrets, list_query
from windrow.storage.secrets import open_vault
from windrow.storage.tables import named_secrets


@pytest.fixture
def secrets(database: Database, tmp_path: Path) -> SqlNamedSecrets:
    add_basics(database)
    return SqlNamedSecrets(database, open_vault(tmp_path))


def secret(name: str = "TOKEN", tenant_id: str = TENANT) -> NamedSecret:
    return NamedSecret(tenant_id, name, ("api.example.org",), OWNER, NOW, NOW)


def test_a_secret_is_replaced_and_opened_and_its_value_lies_nowhere(
    secrets: SqlNamedSecrets, database: Database
) -> None:
    later = NOW + timedelta(days=1)
    secrets.put(secret(), "first")

    written = secrets.put(replace(secret(), hosts=("b.example",), created_at=later, changed_at=later), "second-s3cr3t")

    assert (written.created_at, written.changed_at, written.hosts) == (NOW, later, ("b.example",))
    assert secrets.get("TOKEN", tenant_id=TENANT) == written
    assert secrets.open("TOKEN", tenant_id=TENANT) == OpenSecret("second-s3cr3t", frozenset({"b.example"}))
    with database.read() as connection:
        row = connection.execute(select(named_secrets)).one()
    assert b"s3cr3t" not in bytes(row.sealed)


def test_another_team_has_its_own(secrets: SqlNamedSecrets) -> None:
    secrets.put(secret(), "ours-ours")
    secrets.put(secret(tenant_id=OTHER_TENANT), "theirs")

    secrets.delete("TOKEN", tenant_id=OTHER_TENANT)

    opened = secrets.open("TOKEN", tenant_id=TENANT)
    assert opened is not None
    assert (opened.value, "ours" in repr(opened)) == ("ours-ours", False)
    assert secrets.open("TOKEN", tenant_id=OTHER_TENANT) is None
    for attempt in (secrets.get, secrets.delete):
        with pytest.raises(NotFound):
            attempt("TOKEN", tenant_id=OTHER_TENANT)


def test_a_value_that_was_moved_to_another_name_cannot_be_opened(secrets: SqlNamedSecrets, database: Database) -> None:
    secrets.put(secret(), "s3cr3t")

    with database.write() as connection:
        connection.execute(update(named_secrets).values(name="OTHER"))

    with pytest.raises(Conflict):
        secrets.open("OTHER", tenant_id=TENANT)


def test_the_list_goes_by_name_page_after_page(secrets: SqlNamedSecrets, database: Database) -> None:
    for name in ("b", "C", "a", "d"):
        secrets.put(secret(name), "value")

    first = secrets.page(tenant_id=TENANT, limit=3)
    second = secrets.page(tenant_id=TENANT, limit=3, cursor=first.next)
    plan = " ".join(plans_of(database, lambda connection: connection.execute(list_query(TENANT, "a"))))

    assert sorted(each.name for page in (first, second) for each in page.items) == ["C", "a", "b", "d"]
    assert (len(first.items), second.next) == (3, None)
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan.upper()
