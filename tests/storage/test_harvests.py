"""Passes and pages: each commit is whole or not at all, fenced, and says what it led to; on both databases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.storage.making import LEASE, NOW, a_run, add_basics
from tests.storage.shelves import PRIVATE, PUBLIC, add_source
from windrow.errors import Cancelled, LeaseLost
from windrow.model.records import Record
from windrow.model.resources import Outcome, Presence
from windrow.model.runs import Level, Progress, Run, RunState
from windrow.ports.fetching import Validators
from windrow.ports.harvests import Change, PageCommit, PageMemory, Pass, PassEnd
from windrow.ports.runs import Ending, Entry
from windrow.storage.database import Database
from windrow.storage.harvests import SqlHarvests
from windrow.storage.runs import SqlRuns
from windrow.storage.sweeping import LOST_AT_MOST
from windrow.storage.tables import pages, quarantine, records, resources, reviews, sources

LATER = NOW + timedelta(hours=1)
DONE = Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1))


@dataclass
class Field:
    """A source under harvest, by one attempt at one run."""

    database: Database
    harvests: SqlHarvests
    runs: SqlRuns
    source_id: int
    run: Run

    def begin(self, *keys: dict[str, Any], **changes: Any) -> Pass:
        begun = Pass(run_id=self.run.id, source_id=self.source_id, started_at=NOW, listing=True, **changes)
        self.harvests.begin_pass(begun, self.run.attempt, keys or ({"page": 1},), now=NOW)
        return begun

    @property
    def parts(self) -> list[int]:
        return [part.id for part in self.harvests.open_pages(self.run.id, after=0, limit=1000)]

    def commit(self, *changes: Change, part: int = 0, **fields: Any) -> Any:
        page = PageCommit(part_id=part or self.parts[0], now=NOW, changes=changes, **fields)
        with self.harvests.committing(self.run.id, self.run.attempt, self.source_id) as commit:
            return commit(page)

    def end(self, *absent: int, hold: bool = False, complete: bool = True, ending: Ending = DONE) -> None:
        end = PassEnd(absent, hold, complete, ending, log=[Entry(NOW, Level.INFO, "the end")])
        self.harvests.end_pass(self.run.id, self.run.attempt, self.source_id, end, now=LATER)

    def again(self) -> "Field":
        """The next run over the same source."""
        return replace(self, run=claimed(self.runs))

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


def claimed(runs: SqlRuns) -> Run:
    run = a_run(limits=())
    runs.add([run])
    found = runs.claim("worker", queues=["default"], now=NOW, lease=LEASE, run_id=run.id)
    assert found is not None
    return found


@pytest.fixture
def field(database: Database) -> Field:
    add_basics(database)
    add_source(database, PUBLIC)
    runs = SqlRuns(database)
    return Field(database, SqlHarvests(database), runs, PUBLIC, claimed(runs))


def new(identifier: str, title: str = "", **changes: Any) -> Change:
    record = Record(identifier, title or f"Title of {identifier}", standard="dublin-core")
    fingerprint = title.encode(errors="replace") or b"x"
    return Change(None, identifier, fingerprint, b"raw", "text/plain", record)._replace(**changes)


def bad(identifier: str) -> Change:
    return Change(None, identifier, b"y", b"spoilt", "text/plain", None, problem="it has no title")


def test_a_pass_is_found_again_as_it_was_begun(field: Field) -> None:
    begun = field.begin(
        problems=[],
        doubts=[],
        asked_since=NOW,
        next_since=LATER,
        total=7,
        cursor={"stamp": 1},
        config={"kind": "csw", "url": "u", "settings": {"a": [1]}},
        overlaps=True,
    )

    assert field.harvests.find_pass(field.run.id) == begun
    assert field.harvests.find_pass("no such run") is None


def test_pages_come_in_their_order_and_once(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2}, {"page": 1})

    first = field.harvests.open_pages(field.run.id, after=0, limit=1)
    rest = field.harvests.open_pages(field.run.id, after=first[0].id, limit=10)
    committed = field.commit(next=[{"page": 2}, {"page": 3}])

    assert [part.key for part in (*first, *rest)] == [{"page": 1}, {"page": 2}]
    assert [part.key for part in committed.new_parts] == [{"page": 3}]


def test_a_commit_writes_everything_of_its_page(field: Field) -> None:
    field.begin()

    committed = field.commit(
        new("a", version="v", etag="e", last_modified="m"),
        bad("b"),
        counts={"added": 1, "quarantined": 1},
        progress=Progress(2, 5, {"added": 1, "quarantined": 1}),
        problems=["a problem"],
        doubts=["a doubt"],
        announced=5,
        log=[Entry(NOW, Level.WARNING, "hello")],
    )

    a, b = committed.new_ids
    known = field.harvests.known(PUBLIC, ["a", "b", "c"])
    assert known["a"].validators == Validators("e", "m")
    assert (known["a"].id, known["a"].outcome, known["a"].version, known["a"].problem) == (a, Outcome.ADDED, "v", "")
    assert (known["b"].id, known["b"].outcome, known["b"].problem) == (b, Outcome.QUARANTINED, "it has no title")
    assert list(known) == ["a", "b"]
    assert field.rows(records.c.id, records.c.title, records.c.hidden) == [(a, "Title of a", False)]
    assert [row[0] for row in field.rows(quarantine.c.id)] == [b]
    run = field.runs.get(field.run.id, tenant_id=None)
    assert run.progress == Progress(2, 5, {"added": 1, "quarantined": 1})
    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert (begun.total, begun.problems, begun.doubts) == (5, ["a problem"], ["a doubt"])
    assert [each.message for each in field.runs.read_log(field.run.id, limit=10).items] == ["hello"]
    assert field.parts == []
    assert [(list(seen), list(gone)) for seen, gone in field.harvests.seen(field.run.id)] == [([a, b], [])]


def test_the_first_announcement_stays(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    first, second = field.parts

    field.commit(part=first, announced=5)
    field.commit(part=second, announced=6)

    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert begun.total == 5


def test_no_more_problems_are_kept_than_anybody_reads(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    for part in field.parts:
        field.commit(part=part, problems=[f"{part} {number}" for number in range(70)])

    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert len(begun.problems) == 100


def takeover(field: Field) -> type[Exception]:
    field.runs.hand_back(field.run.id, field.run.attempt, now=NOW, ready_at=NOW, failed=False)
    field.runs.claim("other", queues=["default"], now=NOW, lease=LEASE, run_id=field.run.id)
    return LeaseLost


def cancel(field: Field) -> type[Exception]:
    field.runs.cancel(field.run.id, tenant_id=None, now=NOW)
    return Cancelled


@pytest.mark.parametrize("stop", [takeover, cancel])
def test_an_attempt_that_must_stop_writes_nothing(field: Field, stop: Callable[[Field], type[Exception]]) -> None:
    begun = field.begin()
    part = field.parts[0]
    error = stop(field)
    entries = [Entry(NOW, Level.INFO, "x")]

    with pytest.raises(error):
        field.commit(new("a"), log=entries)
    with pytest.raises(error):
        field.harvests.fail_page(field.run.id, field.run.attempt, part, error="x", retry_at=None, log=entries)
    with pytest.raises(error):
        field.end()
    with pytest.raises(error):
        field.harvests.begin_pass(begun, field.run.attempt, [], now=NOW)

    assert field.harvests.known(PUBLIC, ["a"]) == {}
    assert field.runs.read_log(field.run.id, limit=10).items == []
    assert field.parts == [part]


def test_a_page_is_committed_once(field: Field) -> None:
    field.begin()
    part = field.parts[0]
    field.commit(new("a"))

    with pytest.raises(LeaseLost):
        field.commit(new("b"), part=part)

    assert list(field.harvests.known(PUBLIC, ["a", "b"])) == ["a"]


def test_a_pass_that_gets_on_is_never_given_up_however_often_its_worker_is_lost(field: Field) -> None:
    field.begin()

    for page in range(LOST_AT_MOST + 2):
        field.commit(new(f"a{page}"), next=[{"page": page + 2}])
        assert field.runs.sweep(LATER) == [field.run.id]
        again = field.runs.claim("worker", queues=["default"], now=LATER, lease=-LEASE, run_id=field.run.id)
        assert again is not None, f"given up after page {page}"
        field.run = again

    assert len(field.harvests.known(PUBLIC, [f"a{page}" for page in range(20)])) == LOST_AT_MOST + 2


def test_what_another_page_brought_first_is_counted_as_a_duplicate(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    first, second = field.parts
    field.commit(new("a"), part=first)

    committed = field.commit(
        new("a", "Another"),
        new("b"),
        part=second,
        counts={"added": 2},
        progress=Progress(3, None, {"added": 3}),
        memory=PageMemory(b"f"),
    )

    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert (committed.repeated, len(committed.new_ids)) == (["a"], 1)
    assert committed.progress == Progress(3, None, {"added": 2, "duplicate": 1})
    assert [title for _, title in field.rows(records.c.id, records.c.title)] == ["Title of a", "Title of b"]
    assert begun.doubts == ["1 records came on two pages: the list may have shifted"]
    assert field.rows(pages.c.digest) == [], "it must be read again, to be counted again"


def test_where_lists_overlap_a_duplicate_is_no_doubt(field: Field) -> None:
    field.begin(overlaps=True)
    field.commit(repeated=3)

    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert begun.doubts == []


def test_more_records_than_a_statement_takes(field: Field) -> None:
    field.begin()
    names = [f"r{number}" for number in range(1201)]

    committed = field.commit(*(new(each) for each in names))

    known = field.harvests.known(PUBLIC, names)
    assert [known[each].id for each in names] == list(committed.new_ids)
    assert list(field.harvests.ids(PUBLIC)) == sorted(committed.new_ids)


def test_texts_that_no_database_takes_are_written_all_the_same(field: Field) -> None:
    field.begin()

    field.commit(new("a", "nul \0 and half \ud800 a pair"))

    assert field.rows(resources.c.id, resources.c.title)[0][1] == "nul \ufffd and half ? a pair"


def harvested(field: Field, *changes: Change) -> Sequence[int]:
    """A first pass that found these; then the next run's."""
    field.begin()
    ids = field.commit(*changes).new_ids
    field.end()
    return list(ids)


def test_changes_replace_and_returns_restore(field: Field) -> None:
    a, b, c = harvested(field, new("a"), new("b"), new("c"))
    second = field.again()
    second.begin()
    second.end(b, c)
    assert field.rows(resources.c.id, resources.c.presence) == [(a, "present"), (b, "gone"), (c, "gone")]
    assert field.rows(records.c.id, records.c.hidden) == [(a, False), (b, True), (c, True)]
    third = field.again()
    third.begin()

    third.commit(
        new("a", "Changed", id=a), bad("b")._replace(id=b), returned=[c], touched={c: ("v2", Validators("e2", "m2"))}
    )

    shown = field.rows(resources.c.id, resources.c.presence, resources.c.outcome, resources.c.gone_since)
    assert shown == [
        (a, "present", "changed", None),
        (b, "present", "quarantined", None),
        (c, "present", "restored", None),
    ]
    assert field.rows(records.c.id, records.c.title, records.c.hidden) == [
        (a, "Changed", False),
        (b, "Title of b", False),
        (c, "Title of c", False),
    ]
    assert field.harvests.known(PUBLIC, ["c"])["c"].validators == Validators("e2", "m2")


def test_a_page_is_remembered_until_something_on_it_is_no_longer_here(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    first, second = field.parts
    (a,) = field.commit(new("a"), part=first, memory=PageMemory(b"one", [{"page": 2}], 2)).new_ids
    (b,) = field.commit(new("b"), part=second, memory=PageMemory(b"two", [], 2)).new_ids
    field.end()
    recall = field.harvests.page_memory

    assert recall(PUBLIC, {"page": 1}, b"one") == PageMemory(b"one", [{"page": 2}], 2, _Like([a]))
    assert recall(PUBLIC, {"page": 2}, b"two") == PageMemory(b"two", [], 2, _Like([b]))
    assert recall(PUBLIC, {"page": 2}, b"one") is None
    assert recall(PUBLIC, {"page": 3}, b"one") is None
    second_run = field.again()
    second_run.begin({"page": 1}, {"page": 2}, asked_since=NOW)
    second_run.end(b)

    assert recall(PUBLIC, {"page": 1}, b"one") is not None
    assert recall(PUBLIC, {"page": 2}, b"two") is None
    assert recall(PRIVATE, {"page": 1}, b"one") is None


class _Like(list[int]):
    """Compares with any sequence."""

    def __eq__(self, other: object) -> bool:
        return list(other) == list(self) if isinstance(other, Sequence) else False

    __hash__ = None


def test_a_whole_pass_forgets_the_pages_it_did_not_meet(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    for part in field.parts:
        field.commit(part=part, memory=PageMemory(b"f"))
    field.end()
    second = field.again()
    second.begin({"page": 1})
    second.end()

    found = [field.harvests.page_memory(PUBLIC, {"page": number}, b"f") for number in (1, 2)]
    assert [each is not None for each in found] == [True, False]


def test_a_failed_page_is_tried_later_or_never(field: Field) -> None:
    field.begin({"page": 1}, {"page": 2})
    first, second = field.parts

    field.harvests.fail_page(field.run.id, 1, first, error="cut off", retry_at=LATER, log=[])
    field.harvests.fail_page(field.run.id, 1, second, error="gone", retry_at=None, log=[])

    (part,) = field.harvests.open_pages(field.run.id, after=0, limit=10)
    begun = field.harvests.find_pass(field.run.id)
    assert begun is not None
    assert (part.id, part.attempts, part.ready_at, part.error) == (first, 1, LATER, "cut off")
    assert begun.problems == ["a page failed: gone"]


def source(field: Field) -> dict[str, Any]:
    with field.database.read() as connection:
        return dict(connection.execute(select(sources).where(sources.c.id == PUBLIC)).one()._mapping)


CONFIG = {"kind": "csw", "url": "https://example.org/csw", "settings": {}}


def test_a_complete_pass_is_noted_on_its_source(field: Field) -> None:
    field.begin(next_since=LATER, cursor={"stamp": 1}, config=CONFIG)
    field.commit(new("a"), new("b"))
    field.end()

    noted = source(field)
    assert (noted["since"], noted["cursor"], noted["last_complete"]) == (LATER, {"stamp": 1}, NOW)
    assert (noted["last_state"], noted["last_run_id"], noted["failures"]) == ("succeeded", field.run.id, 0)
    assert noted["resources"] == 2
    run = field.runs.get(field.run.id, tenant_id=None)
    assert (run.state, run.ended_at, run.lease_until) == (RunState.SUCCEEDED, LATER, None)
    assert [each.message for each in field.runs.read_log(run.id, limit=10).items] == ["the end"]


def test_what_is_learned_of_a_source_that_was_changed_is_not_kept(field: Field) -> None:
    field.begin(next_since=LATER, cursor={"stamp": 1}, config=CONFIG | {"url": "https://example.org/old"})
    field.end()

    noted = source(field)
    assert (noted["since"], noted["cursor"], noted["last_complete"], noted["last_state"]) == (
        None,
        {},
        None,
        "succeeded",
    )


def test_failures_in_a_row_are_counted(field: Field) -> None:
    field.begin()
    field.end(complete=False, ending=Ending(RunState.FAILED, {}, "x", Progress(0, 1)))
    field.harvests.miss_pass("another run", PUBLIC, RunState.FAILED)
    assert (source(field)["failures"], source(field)["last_run_id"]) == (2, "another run")
    second = field.again()
    second.begin()
    second.end(complete=False, ending=Ending(RunState.PARTIAL, {}, "x", Progress(1, 2)))

    assert source(field)["failures"] == 0


def test_what_is_absent_is_deleted_or_held(field: Field) -> None:
    a, b, c = harvested(field, new("a"), new("b"), new("c"))
    second = field.again()
    second.begin()
    second.end(a)
    third = field.again()
    third.begin()
    third.end(b, hold=True)

    found = field.rows(resources.c.id, resources.c.presence, resources.c.gone_since)
    assert found == [(a, "gone", LATER), (b, "missing", None), (c, "present", None)]
    assert field.rows(records.c.id, records.c.hidden) == [(a, True), (b, False), (c, False)]
    assert field.rows(reviews.c.id, reviews.c.state, reviews.c.missing, reviews.c.present)[0][1:] == ("waiting", 1, 2)
    assert source(field)["resources"] == 2


def test_resources_of_another_source_are_never_touched(field: Field) -> None:
    add_source(field.database, PRIVATE)
    other = replace(field, source_id=PRIVATE, run=claimed(field.runs))
    other.begin()
    (foreign,) = other.commit(new("a")).new_ids
    other.end()
    (own,) = harvested(field, new("a"))
    second = field.again()
    second.begin()
    second.end(own, foreign)

    assert field.rows(resources.c.id, resources.c.presence) == [(foreign, "present"), (own, "gone")]
    assert list(field.harvests.known(PRIVATE, ["a"])) == ["a"]
    assert field.harvests.known(PRIVATE, ["a"])["a"].presence == Presence.PRESENT


def test_two_passes_over_one_source_at_a_time_tell_each_other(field: Field) -> None:
    field.begin()
    second = field.again()
    second.begin()

    mine, theirs = (field.harvests.find_pass(each.run.id) for each in (field, second))
    assert mine is not None
    assert theirs is not None
    assert mine.problems == [f"run {second.run.id} harvested the same source before this one had ended"]
    assert theirs.problems == [f"run {field.run.id} had begun to harvest the same source and not ended"]


def test_a_pass_that_ended_is_nobodys_rival(field: Field) -> None:
    harvested(field, new("a"))
    second = field.again()
    second.begin()

    begun = field.harvests.find_pass(second.run.id)
    assert begun is not None
    assert begun.problems == []


def test_ids_are_never_given_twice(field: Field) -> None:
    (first,) = harvested(field, new("a"))
    with field.database.write() as connection:
        connection.execute(text("DELETE FROM records"))
        connection.execute(text("DELETE FROM resources"))
    second = field.again()
    second.begin()

    (again,) = second.commit(new("a")).new_ids

    assert again > first
