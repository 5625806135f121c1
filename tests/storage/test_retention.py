"""Ended runs go when they have had their time; what still tells something stays."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.storage.making import NOW, TASK, a_run, add_task
from tests.storage.plans import plans_of
from windrow.model.identity import first_id_at, made_at, new_id
from windrow.model.runs import Output, Run, RunState
from windrow.ports.runs import Entry
from windrow.storage.database import Database
from windrow.storage.removals import _outdated
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import log_entries, outputs, tasks

COMPARISON = "00000000-0000-7000-8000-0000000000cc"
DAY = timedelta(days=1)


def ended(moment: datetime, **changes: Any) -> Run:
    """A run that began a minute before it ended."""
    born = moment - timedelta(minutes=1)
    values = {"state": RunState.SUCCEEDED, "created_at": born, "ready_at": born, "ended_at": moment}
    return a_run(id=first_id_at(born)[:24] + new_id()[24:], **values | changes)


def left(runs: SqlRuns, made: list[Run]) -> list[int]:
    kept = runs.get_many([run.id for run in made])
    return [number for number, run in enumerate(made) if run.id in kept]


def test_an_identifier_sorts_behind_its_moment_and_before_the_next() -> None:
    made = new_id()

    assert first_id_at(made_at(made)) <= made < first_id_at(made_at(made) + timedelta(milliseconds=1))


def test_runs_that_ended_before_go_and_the_latest_of_a_task_stays(runs: SqlRuns) -> None:
    made = [ended(NOW - n * DAY) for n in (9, 8, 7, 1)]
    runs.add(made)

    assert runs.forget_ended(NOW - 5 * DAY, limit=10) == (3, [])
    assert runs.forget_ended(NOW + DAY, limit=10) == (0, [])
    assert left(runs, made) == [3]


def test_the_oldest_go_first_and_no_more_than_asked(runs: SqlRuns) -> None:
    made = [ended(NOW - n * DAY) for n in (9, 8, 7, 1)]
    runs.add(made)

    assert runs.forget_ended(NOW, limit=2) == (2, [])
    assert left(runs, made) == [2, 3]


def test_what_has_not_ended_stays_however_old(runs: SqlRuns) -> None:
    made = [ended(NOW - 9 * DAY, state=RunState.RUNNING, ended_at=None), ended(NOW - DAY)]
    runs.add(made)

    assert runs.forget_ended(NOW, limit=10) == (0, [])
    assert left(runs, made) == [0, 1]


def test_logs_and_files_go_with_their_run(runs: SqlRuns, database: Database) -> None:
    old, latest = ended(NOW - 9 * DAY), ended(NOW)
    runs.add([old, latest])
    runs.write_log(old.id, [Entry(NOW, "info", "begun")], keep=10)
    with database.write() as connection:
        made = Output(old.id, "report.csv", "text/csv", 3, "aa", "blob-1", NOW)
        connection.execute(insert(outputs).values(asdict(made)))

    assert runs.forget_ended(NOW - DAY, limit=10) == (1, ["blob-1"])

    with database.read() as connection:
        for table in (log_entries, outputs):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_task_made_for_one_run_goes_with_it(runs: SqlRuns, database: Database) -> None:
    with database.write() as connection:
        add_task(connection, COMPARISON, kind="source_diff")
    runs.add([ended(NOW - 9 * DAY), ended(NOW - 9 * DAY, task_id=COMPARISON, kind="source_diff")])

    assert runs.forget_ended(NOW - DAY, limit=10, passing={"source_diff"}) == (1, [])

    with database.read() as connection:
        assert list(connection.scalars(select(tasks.c.id))) == [TASK]


@pytest.mark.usefixtures("runs")
def test_what_is_outdated_is_found_by_the_primary_key(database: Database) -> None:
    (plan,) = plans_of(database, lambda connection: connection.execute(_outdated(NOW, ["source_diff"]).limit(10)))

    assert "SCAN runs" not in plan
    assert "Seq Scan" not in plan
    assert "SORT" not in plan.upper().replace("SORTED", "")
