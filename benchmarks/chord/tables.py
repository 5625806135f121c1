"""The emulator's bookkeeping: its tables, and the statements that it runs for each record."""

import os
from collections.abc import Sequence

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.chord import catalogue

SCHEMA = """
CREATE TABLE harvesters (
    id serial PRIMARY KEY, list_url text NOT NULL, record_url text NOT NULL, status text NOT NULL);
CREATE TABLE sessions (
    id serial PRIMARY KEY, harvester_id int REFERENCES harvesters, status text NOT NULL,
    records_done int NOT NULL DEFAULT 0, total int NOT NULL DEFAULT 0, details text NOT NULL DEFAULT '');
CREATE TABLE resources (
    id serial PRIMARY KEY, harvester_id int REFERENCES harvesters, unique_identifier text NOT NULL, title text NOT NULL,
    should_be_harvested boolean NOT NULL DEFAULT true, last_refreshed timestamptz, last_harvested timestamptz,
    last_harvesting_succeeded boolean, last_harvesting_message text, UNIQUE (harvester_id, unique_identifier));
CREATE TABLE executions (id serial PRIMARY KEY, input jsonb NOT NULL);
"""


def connect() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection where each statement is its own transaction, as the original's are."""
    return psycopg.connect(os.environ["CHORD_DATABASE"], autocommit=True)


def prepare(connection: "psycopg.Connection[tuple[object, ...]]", list_url: str, record_url: str) -> None:
    """Makes the tables and one harvester."""
    connection.execute(SCHEMA)
    connection.execute(catalogue.SCHEMA)
    connection.execute(
        "INSERT INTO harvesters (list_url, record_url, status) VALUES (%s, %s, 'ready')", [list_url, record_url]
    )


def begin(connection: "psycopg.Connection[tuple[object, ...]]", total: int) -> int:
    """A new session over so many records; gives its number."""
    row = connection.execute(
        "INSERT INTO sessions (harvester_id, status, total) VALUES (1, 'on-going', %s) RETURNING id", [total]
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def list_address(connection: "psycopg.Connection[tuple[object, ...]]", session: int) -> str:
    """The reads before ten records are listed; gives the address of the list."""
    connection.execute("SELECT * FROM sessions WHERE id = %s", [session]).fetchone()
    remote = connection.execute("SELECT * FROM harvesters WHERE id = 1").fetchone()
    assert remote is not None
    return str(remote[1])


def refresh_one(connection: "psycopg.Connection[tuple[object, ...]]", identifier: str, title: str) -> None:
    """Gets or creates the row of a remote record, and saves it."""
    found = connection.execute(
        "SELECT * FROM resources WHERE harvester_id = 1 AND unique_identifier = %s", [identifier]
    ).fetchone()
    if found is None:
        found = connection.execute(
            "INSERT INTO resources (harvester_id, unique_identifier, title) VALUES (1, %s, %s) RETURNING id",
            [identifier, title],
        ).fetchone()
    assert found is not None
    connection.execute("UPDATE resources SET title = %s, last_refreshed = now() WHERE id = %s", [title, found[0]])


def note_refreshed(connection: "psycopg.Connection[tuple[object, ...]]", session: int, count: int) -> None:
    """Counts rows as refreshed."""
    connection.execute("UPDATE sessions SET records_done = records_done + %s WHERE id = %s", [count, session])


def wanted(connection: "psycopg.Connection[tuple[object, ...]]") -> Sequence[int]:
    """The numbers of the resources to harvest."""
    rows = connection.execute("SELECT id FROM resources WHERE should_be_harvested").fetchall()
    return [int(str(row[0])) for row in rows]


def keep_input(connection: "psycopg.Connection[tuple[object, ...]]", ids: Sequence[int]) -> None:
    """The row that holds all numbers of an execution, read again by each of its tasks."""
    connection.execute("INSERT INTO executions (id, input) VALUES (1, %s)", [Jsonb({"ids": list(ids)})])


def look_up(connection: "psycopg.Connection[tuple[object, ...]]", resource: int, session: int) -> tuple[str, str]:
    """The reads before a record is fetched; gives the remote's address and the record's identifier."""
    connection.execute("SELECT * FROM sessions WHERE id = %s", [session]).fetchone()
    found = connection.execute("SELECT * FROM resources WHERE id = %s", [resource]).fetchone()
    connection.execute("SELECT * FROM executions WHERE id = 1").fetchone()
    remote = connection.execute("SELECT * FROM harvesters WHERE id = 1").fetchone()
    assert found is not None
    assert remote is not None
    return str(remote[2]), str(found[2])


def note_harvested(connection: "psycopg.Connection[tuple[object, ...]]", resource: int, session: int) -> None:
    """The bookkeeping after a record: two updates of its row, one line more in the session's growing text."""
    connection.execute("UPDATE resources SET last_harvested = now() WHERE id = %s", [resource])
    connection.execute(
        "UPDATE resources SET last_harvesting_succeeded = true, last_harvesting_message = %s WHERE id = %s",
        [f"Harvested resource {resource} successfully", resource],
    )
    line = f"2026-03-14T09:26:53.589793+00:00 - Record {resource} - Harvested successfully"
    connection.execute(
        "UPDATE sessions SET records_done = records_done + 1, details = details || E'\\n' || %s WHERE id = %s",
        [line, session],
    )


def finish(connection: "psycopg.Connection[tuple[object, ...]]", session: int) -> None:
    """Ends the session."""
    connection.execute("UPDATE sessions SET status = 'finished-all-ok' WHERE id = %s", [session])


def is_finished(connection: "psycopg.Connection[tuple[object, ...]]", session: int) -> bool:
    """Whether the session has ended."""
    row = connection.execute("SELECT status FROM sessions WHERE id = %s", [session]).fetchone()
    return row is not None and row[0] != "on-going"
