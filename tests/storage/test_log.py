"""A run's log keeps what matters most, and is read from either end; its files are listed by name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.making import LEASE, NOW, a_run
from windrow.errors import Cancelled, LeaseLost, NotFound
from windrow.model.identity import new_id
from windrow.model.runs import Level, LogEntry, Output, RunState
from windrow.ports.runs import Entry
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns

SECOND = timedelta(seconds=1)

levels = st.lists(st.sampled_from(Level), max_size=25)


def entries(*levels: Level) -> list[Entry]:
    return [Entry(NOW + number * SECOND, level, f"line {number}") for number, level in enumerate(levels)]


def read_all(runs: SqlRuns, run_id: str, **how: object) -> list[LogEntry]:
    found: list[LogEntry] = []
    cursor = None
    while True:
        page = runs.read_log(run_id, limit=4, cursor=cursor, **how)  # type: ignore[arg-type]  # keywords of the test
        found += page.items
        if (cursor := page.next) is None:
            return found


@pytest.fixture
def run_id(runs: SqlRuns) -> str:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    return run.id


def test_an_entry_is_kept_as_it_was_given(runs: SqlRuns, run_id: str) -> None:
    entry = Entry(NOW, "warning", "skipped", "page 12 of a very long address " * 20, {"identifier": "é", "size": 3})

    runs.write_log(run_id, [entry], keep=10)

    (kept,) = runs.read_log(run_id, limit=10).items
    assert kept == LogEntry(kept.id, run_id, NOW, Level.WARNING, "skipped", entry.part, {"identifier": "é", "size": 3})


def test_what_goes_first_is_the_oldest_chatter_then_the_oldest(database: Database, runs: SqlRuns) -> None:
    @settings(deadline=None, max_examples=40)
    @given(batches=st.lists(levels, min_size=1, max_size=4), keep=st.integers(1, 12))
    def check(batches: list[list[Level]], keep: int) -> None:
        run = a_run()
        runs.add([run])
        expected: list[Entry] = []
        for batch in batches:
            runs.write_log(run.id, entries(*batch), keep=keep)
            expected += entries(*batch)
            while len(expected) > keep:
                chatter = [each for each in expected if each.level in (Level.DEBUG, Level.INFO)]
                expected.remove(chatter[0] if chatter else expected[0])

        kept = [(entry.at, entry.level, entry.message) for entry in read_all(runs, run.id)]

        assert kept == [(entry.at, entry.level, entry.message) for entry in expected]

    check()


def test_a_log_is_read_from_either_end_and_from_a_level_on(runs: SqlRuns, run_id: str) -> None:
    runs.write_log(run_id, entries(*list(Level) * 3), keep=100)

    forwards = read_all(runs, run_id)
    serious = read_all(runs, run_id, least="warning", newest_first=True)

    assert [entry.message for entry in forwards] == [f"line {number}" for number in range(12)]
    assert read_all(runs, run_id, newest_first=True) == forwards[::-1]
    assert serious == [entry for entry in forwards[::-1] if entry.level in (Level.WARNING, Level.ERROR)]


def test_a_reader_who_comes_back_with_the_last_cursor_misses_nothing(runs: SqlRuns, run_id: str) -> None:
    runs.write_log(run_id, entries(*[Level.INFO] * 5), keep=100)
    first = runs.read_log(run_id, limit=4)
    runs.write_log(run_id, entries(Level.ERROR), keep=100)

    rest = runs.read_log(run_id, limit=4, cursor=first.next)

    assert [entry.level for entry in rest.items] == [Level.INFO, Level.ERROR]
    assert rest.next is None


def test_the_log_of_a_run_that_is_gone_is_refused(runs: SqlRuns) -> None:
    with pytest.raises(NotFound):
        runs.write_log(new_id(), entries(Level.INFO), keep=10)


def output(run_id: str, name: str, blob: str) -> Output:
    return Output(run_id, name, "text/csv", 12, "ab" * 32, blob, NOW)


def test_a_file_of_the_same_name_replaces_the_first(runs: SqlRuns, run_id: str) -> None:
    old, new, other = output(run_id, "b.csv", "one"), output(run_id, "b.csv", "two"), output(run_id, "a.csv", "three")

    replaced = [runs.add_output(each, 1) for each in (old, other, new, replace(new, size=13))]

    assert replaced == [None, None, "one", None]
    assert runs.list_outputs(run_id) == [other, replace(new, size=13)]


def test_files_come_from_the_current_attempt_only(runs: SqlRuns, run_id: str) -> None:
    with pytest.raises(LeaseLost):
        runs.add_output(output(run_id, "a.csv", "one"), 0)

    runs.cancel(run_id, tenant_id=None, now=NOW)
    with pytest.raises(Cancelled):
        runs.add_output(output(run_id, "a.csv", "one"), 1)
    assert runs.list_outputs(run_id) == []


def test_a_deleted_run_leaves_its_blobs_to_the_caller(runs: SqlRuns, run_id: str) -> None:
    runs.write_log(run_id, entries(Level.INFO), keep=10)
    runs.add_output(output(run_id, "a.csv", "one"), 1)
    runs.add_output(output(run_id, "b.csv", "two"), 1)
    runs.cancel(run_id, tenant_id=None, now=NOW)
    runs.sweep(NOW + LEASE + SECOND)
    assert runs.get(run_id, tenant_id=None).state is RunState.CANCELLED

    assert sorted(runs.delete(run_id, tenant_id=None)) == ["one", "two"]

    assert runs.read_log(run_id, limit=5).items == []
    assert runs.list_outputs(run_id) == []
