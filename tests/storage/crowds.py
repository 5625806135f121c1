"""Crowds: databases with many runs, and what an action costs there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text

from tests.storage.making import LEASE, NOW, OTHER_TENANT, a_run, add_basics, add_task
from windrow.model.identity import new_id
from windrow.model.runs import RunState
from windrow.storage import tables
from windrow.storage.database import Database
from windrow.storage.run_rows import from_run

SECOND = timedelta(seconds=1)

CROWDED_RUN = "00000000-0000-7000-8000-0000000000b1"
"""A waiting run with as many parts and log entries as there are runs; it holds the key that many others wait for."""

STATES = [RunState.SUCCEEDED] * 10 + [RunState.FAILED] * 4 + [RunState.QUEUED] * 3 + [RunState.SCHEDULED]
"""How runs are spread; a few of other states come on top."""


def fill(database: Database, count: int) -> None:
    """So many runs of two tenants, kinds and tasks; with them parts, log entries, tasks with schedules."""
    add_basics(database)
    with database.write() as connection:
        add_task(connection, OTHER_TASK, tenant_id=OTHER_TENANT, kind="report")
        connection.execute(insert(tables.runs), [_row(number) for number in range(count)])
        connection.execute(insert(tables.runs), [_rare_row(state) for state in RARE for _ in range(3)])
        connection.execute(insert(tables.runs), [_crowded_row()])
        connection.execute(insert(tables.key_holds), [{"key": "busy", "run_id": CROWDED_RUN}])
        connection.execute(insert(tables.parts), [_part_row(number) for number in range(count)])
        connection.execute(insert(tables.log_entries), [_log_row(number) for number in range(count)])
    with database.write() as connection:
        for _ in range(count // 20):
            add_task(connection, new_id())
        connection.execute(tables.tasks.update().values(next_due=NOW + timedelta(days=1)))
    if not database.is_sqlite:
        _make_rows_dear(database)


def _make_rows_dear(database: Database) -> None:
    # A few thousand rows are read sooner than any index; with these settings PostgreSQL plans as for millions.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        for setting in ("enable_seqscan = off", "enable_bitmapscan = off", "cpu_tuple_cost = 1"):
            connection.execute(text(f"ALTER DATABASE {database.url.database} SET {setting}"))
    database.engine.dispose()


OTHER_TASK = "00000000-0000-7000-8000-0000000000aa"
RARE = (RunState.PARTIAL, RunState.RUNNING, RunState.CANCELLING)


def _row(number: int) -> dict[str, Any]:
    state = STATES[number % len(STATES)]
    other = {"task_id": OTHER_TASK, "tenant_id": OTHER_TENANT, "kind": "report"} if number % 3 == 0 else {}
    ready_at = NOW + timedelta(days=1) if state is RunState.SCHEDULED else NOW - number * SECOND
    ended_at = NOW if state.is_terminal else None
    due = NOW + (number - 3_000) * SECOND  # without moments the indexes of them are empty, and any would do
    run = a_run(state=state, ready_at=ready_at, priority=number % 5, ended_at=ended_at, due=due, **other)
    blocked_by = "busy" if state is RunState.QUEUED and number % 2 else ""
    limits = [{"key": "busy", "most": 1}] if blocked_by else []
    return from_run(run) | _HELD_BY_NOBODY | {"blocked_by": blocked_by, "limits": limits}


_HELD_BY_NOBODY: dict[str, Any] = {"open_parts": 0, "worker_id": "", "lease_until": None}


def _rare_row(state: RunState) -> dict[str, Any]:
    row = from_run(a_run(state=state, ended_at=NOW if state.is_terminal else None)) | _HELD_BY_NOBODY
    return row if state.is_terminal else row | {"worker_id": "ann", "lease_until": NOW + LEASE}


def _crowded_row() -> dict[str, Any]:
    return from_run(a_run(id=CROWDED_RUN, state=RunState.WAITING)) | _HELD_BY_NOBODY


def _part_row(number: int) -> dict[str, Any]:
    state = ("done", "failed", "open")[number % 3]
    digest = number.to_bytes(16)
    resting = {"ready_at": NOW + timedelta(days=1), "queue": "default", "priority": number % 2}
    return {"run_id": CROWDED_RUN, "digest": digest, "key": {"page": number}, "state": state, **resting}


def _log_row(number: int) -> dict[str, Any]:
    level = ("debug", "info", "info", "warning")[number % 4]
    return {"run_id": CROWDED_RUN, "at": NOW, "level": level, "part": "", "message": "a line", "data": None}


def effort(database: Database, action: Callable[[], object]) -> int:
    """What an action costs: steps of SQLite's virtual machine, or rows that PostgreSQL looked at."""
    with (_steps if database.is_sqlite else _rows)(database) as spent:
        action()
    return sum(spent)


@contextmanager
def _steps(database: Database) -> Iterator[list[int]]:
    spent: list[int] = []

    def count() -> int:
        spent.append(10)
        return 0

    def watch(raw: Any, _record: object, _proxy: object) -> None:
        raw.set_progress_handler(count, 10)

    def look_away(raw: Any, _record: object) -> None:
        raw.set_progress_handler(None, 0)

    for engine in {database.engine, database.writer}:
        event.listen(engine, "checkout", watch)
        event.listen(engine, "checkin", look_away)
    yield spent
    for engine in {database.engine, database.writer}:
        event.remove(engine, "checkout", watch)
        event.remove(engine, "checkin", look_away)


@contextmanager
def _rows(database: Database) -> Iterator[list[int]]:
    spent: list[int] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            values = parameters[0] if isinstance(parameters, list) else parameters
            raw = connection.connection.cursor()
            raw.execute("SAVEPOINT look")
            raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
            plan = raw.fetchone()[0]
            raw.execute("ROLLBACK TO SAVEPOINT look")
            spent.append(_looked_at((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))

    event.listen(database.engine, "before_cursor_execute", explain)
    yield spent
    event.remove(database.engine, "before_cursor_execute", explain)


def _looked_at(node: dict[str, Any]) -> int:
    below = sum(_looked_at(each) for each in node.get("Plans", ()))
    if "Scan" not in node["Node Type"]:
        return below
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return below + int((node["Actual Rows"] + removed) * node["Actual Loops"])
