"""A database as a whole: checked, counted, copied while it is in use, and cleaned up."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from samples.servers.postgres import Postgres
from windrow.errors import BadInput, StoreUnavailable
from windrow.model.identity import new_id
from windrow.ports.clocks import system_clock
from windrow.storage import schema, upkeep
from windrow.storage.database import PAGE_BYTES, Database
from windrow.storage.tables import tenants


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'windrow.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.new_database()
    database = Database(url)
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'windrow.db'}")
    schema.upgrade(database)
    yield database
    database.close()


def add_tenants(database: Database, count: int) -> None:
    with database.write() as connection:
        rows = [{"id": new_id(), "name": f"team {n}", "created_at": system_clock()} for n in range(count)]
        connection.execute(insert(tenants), rows)


def test_a_sound_database_is_told_as_such(database: Database) -> None:
    found = upkeep.check(database)

    assert (found.engine, found.current, found.problems) == (
        "SQLite" if database.is_sqlite else "PostgreSQL",
        True,
        (),
    )
    assert found.size > 10_000


def test_rows_are_counted(database: Database) -> None:
    add_tenants(database, 3)
    upkeep.vacuum(database)

    counts = upkeep.count_rows(database)

    assert (set(counts), counts["tenants"], counts["runs"]) == (set(upkeep.COUNTED), 3, 0)


def test_space_is_given_back(sqlite: Database) -> None:
    add_tenants(sqlite, 20_000)
    before = upkeep.describe(sqlite).size
    with sqlite.write() as connection:
        connection.execute(text("DELETE FROM tenants"))

    upkeep.vacuum(sqlite)

    assert upkeep.describe(sqlite).size < before / 2


def test_a_copy_made_while_somebody_writes_is_whole(sqlite: Database, tmp_path: Path) -> None:
    add_tenants(sqlite, 1000)
    told: list[tuple[int, int]] = []
    target = tmp_path / "copy.db"

    with sqlite.write() as connection:
        connection.execute(text("DELETE FROM tenants"))  # not committed, so not in the copy
        copied = upkeep.backup(sqlite, target, progress=lambda done, total: told.append((done, total)))

    copy = Database(f"sqlite:///{target}")
    assert upkeep.check(copy).problems == ()
    assert upkeep.count_rows(copy)["tenants"] == 1000
    assert (copied, told[-1][0]) == (target.stat().st_size, told[-1][1])
    copy.close()


def test_a_copy_replaces_nothing_and_leaves_nothing_half_done(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    before = sorted(tmp_path.iterdir())

    for target in (tmp_path / "copy.db", tmp_path / "no" / "copy.db"):
        with pytest.raises(BadInput):
            upkeep.backup(sqlite, target, progress=lambda _done, _total: None)

    assert (sorted(tmp_path.iterdir()), (tmp_path / "copy.db").read_text()) == (before, "mine")


def test_postgresql_is_copied_by_its_own_tool(postgres_server: Postgres, tmp_path: Path) -> None:
    database = Database(postgres_server.new_database())

    with pytest.raises(BadInput, match="pg_dump"):
        upkeep.backup(database, tmp_path / "copy", progress=lambda _done, _total: None)

    database.close()


def test_a_damaged_page_is_found(sqlite: Database, tmp_path: Path) -> None:
    add_tenants(sqlite, 5000)
    upkeep.vacuum(sqlite)
    damaged = Path(shutil.copy(tmp_path / "windrow.db", tmp_path / "damaged.db"))
    with damaged.open("r+b") as file:
        file.seek(damaged.stat().st_size // PAGE_BYTES // 2 * PAGE_BYTES)  # a page of tenants: most of them are
        file.write(b"\xff" * 64)

    database = Database(f"sqlite:///{damaged}")
    problems = upkeep.check(database).problems
    database.close()

    assert problems


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "windrow.db").write_bytes(b"something else " * 1000)
    database = Database(f"sqlite:///{tmp_path / 'windrow.db'}")

    with pytest.raises(StoreUnavailable, match="file is not a database"):
        schema.upgrade(database)

    database.close()


def test_the_tables_of_a_newer_version_are_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnavailable, match="made by a newer version of Windrow"):
        schema.upgrade(database)

    assert upkeep.describe(database).schema == "9999"
