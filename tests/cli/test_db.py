"""The database by command line."""

import base64
import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import COUNT, Windrow
from windrow.storage.secrets import KEY_BYTES, KEY_FILE


def test_an_empty_folder_gets_its_tables(windrow: Windrow, tmp_path: Path) -> None:
    assert windrow("db", "upgrade", "--json").json == {"changed": True}
    assert windrow("db", "upgrade", "--json").json == {"changed": False}
    assert windrow("db", "check", "--json").json["current"] is True


def test_what_is_in_it_is_told(windrow: Windrow, harvested: Path) -> None:
    info = windrow("db", "info", "--json").json

    assert info["url"] == f"sqlite:///{harvested}/windrow.db"
    assert (info["engine"], info["current"]) == ("SQLite", True)
    assert (info["counts"]["records"], info["counts"]["sources"], info["counts"]["runs"]) == (COUNT, 1, 1)
    assert f"records    {COUNT}" in windrow("db", "info").out


def test_a_backup_is_an_installation_again(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    assert windrow("db", "backup", "copy.db").code == 0

    (tmp_path / "restored").mkdir()
    shutil.move("copy.db", tmp_path / "restored" / "windrow.db")
    assert windrow("records", "count", "--data", "restored").out == f"{COUNT}\n"
    assert windrow("db", "check", "--data", "restored").code == 0


def test_a_folder_gets_a_backup_with_its_moment(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()

    made = windrow("db", "backup", "copies", "--json").json

    assert [path.stat().st_size for path in (tmp_path / "copies").glob("windrow-*.db")] == [made["size"]]


def test_a_damaged_database_fails_its_check(windrow: Windrow, harvested: Path) -> None:
    file = harvested / "windrow.db"
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as content:
        content.seek((page - 1) * size)
        content.write(b"\xff" * size)

    checked = windrow("db", "check", "--json")

    assert (checked.code, checked.json["problems"] != []) == (1, True)


def test_tables_of_another_version_are_told(windrow: Windrow, harvested: Path) -> None:
    connection = sqlite3.connect(harvested / "windrow.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    checked, used = windrow("db", "check"), windrow("sources", "list")

    assert (checked.code, used.code, used.err.count("\n")) == (5, 5, 1)
    assert "windrow db upgrade" in checked.out
    assert "made by a newer version of Windrow" in used.err


def test_the_key_is_changed_and_the_old_one_goes(
    windrow: Windrow, harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = harvested / KEY_FILE
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t-t0k3n\n"))
    windrow("secrets", "set", "TOKEN", "--host", "x.org")
    old, new = key.read_text(), base64.b64encode(b"n" * KEY_BYTES).decode() + "\n"

    key.write_text(new + old)
    counted = windrow("db", "reseal", "--dry-run")
    done = windrow("db", "reseal", "--json")
    again = windrow("db", "reseal")
    key.write_text(new)
    left = windrow("db", "reseal", "--dry-run", "--json")

    assert "The older keys are still needed." in counted.out
    (named,) = [each for each in done.json["items"] if each["name"] == "named secrets"]
    assert named == {"name": "named secrets", "total": 1, "resealed": 1, "unreadable": 0}
    assert (done.code, again.code, left.code) == (0, 0, 0)
    assert "older ones are needed no more" in again.out
    assert not any(each["resealed"] or each["unreadable"] for each in left.json["items"])
    key.write_text(old)
    lost = windrow("db", "reseal")
    assert (lost.code, "No key at hand opens some" in lost.out) == (1, True)


def test_without_any_key_none_is_made(windrow: Windrow, harvested: Path) -> None:
    (harvested / KEY_FILE).unlink(missing_ok=True)

    refused = windrow("db", "reseal")

    assert (refused.code != 0, "is missing: put it back" in refused.err) == (True, True)
    assert not (harvested / KEY_FILE).exists()


def test_space_is_given_back(windrow: Windrow, harvested: Path) -> None:
    windrow("sources", "delete", 1, "--yes")

    vacuumed = windrow("db", "vacuum", "--json").json

    assert vacuumed["after"] < vacuumed["before"]
