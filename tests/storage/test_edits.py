"""Local edits: kept, applied at every harvest, given up by their rules, undone; on both databases."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from tests.storage.making import LEASE, NOW, OWNER, a_run, add_basics
from tests.storage.plans import plans_of
from tests.storage.record_strategies import any_texts
from tests.storage.record_strategies import records as any_record
from tests.storage.shelves import PUBLIC, add_source, put
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.edits import Edit, EditedRecord, Moved, Origin, Rule, provenance
from windrow.model.records import Contact, Link, Record
from windrow.model.resources import Outcome
from windrow.model.runs import Run
from windrow.model.sources import Policies
from windrow.ports.catalogue import Reader, Search
from windrow.ports.harvests import Change, PageCommit, Pass
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database
from windrow.storage.edits import SqlEdits, list_query
from windrow.storage.encoding import decode_encoded, encode_record
from windrow.storage.harvests import SqlHarvests
from windrow.storage.page_edits import _QUESTION
from windrow.storage.record_rows import sound
from windrow.storage.resources import purge, restore, retry_quarantined, want
from windrow.storage.runs import SqlRuns
from windrow.storage.source_rows import policies_to_json
from windrow.storage.tables import edits, originals, records, resources, sources

HOUR = timedelta(hours=1)
RIVERS = Record(
    "rivers",
    "Rivers",
    abstract="All of them.",
    keywords=("water", "Rivers"),
    contacts=(Contact("Ada"),),
    links=(Link("https://example.org/rivers"),),
    bbox=(5.0, 45.0, 16.0, 55.0),
    geometry={"type": "Point", "coordinates": [5, 45]},
    time_start=NOW,
    standard="dublin-core",
)


@dataclass
class Field:
    """A source that is harvested again and again, and edited in between."""

    database: Database
    harvests: SqlHarvests
    runs: SqlRuns
    edits: SqlEdits
    catalogue: SqlCatalogue
    hour: int = 0

    @property
    def now(self) -> Any:
        return NOW + self.hour * HOUR

    def harvest(self, *found: Record, policies: Policies | None = None, returned: list[int] | None = None) -> Run:
        """One page with these records, new or changed. An hour later."""
        run, page = self.prepare(*found, policies=policies, returned=returned)
        with self.harvests.committing(run.id, 1, PUBLIC) as commit:
            commit(page)
        return run

    def prepare(
        self, *found: Record, policies: Policies | None = None, returned: list[int] | None = None
    ) -> tuple[Run, PageCommit]:
        """The same, but for the commit."""
        self.hour += 1
        if policies is not None:
            with self.database.write() as connection:
                connection.execute(update(sources).values(policies=policies_to_json(policies)))
        run = a_run(limits=())
        self.runs.add([run])
        claimed = self.runs.claim("worker", queues=["default"], now=self.now, lease=LEASE, run_id=run.id)
        assert claimed is not None
        known = self.harvests.known(PUBLIC, [each.identifier for each in found])
        encoder = self.harvests.encoder(PUBLIC)
        changes = [
            Change(
                known[each.identifier].id if each.identifier in known else None,
                each.identifier,
                each.title.encode(),
                b"",
                "text/plain",
                None,
                encoded=encoder.record(each, *encoder.documents([each.title.encode()])),
            )
            for each in found
        ]
        begun = Pass(run_id=run.id, source_id=PUBLIC, started_at=self.now, listing=True)
        self.harvests.begin_pass(begun, 1, [{"page": 1}], now=self.now)
        part = self.harvests.open_pages(run.id, after=0, limit=1)[0]
        return run, PageCommit(part_id=part.id, now=self.now, changes=changes, returned=returned or [])

    def edit(self, values: Mapping[str, Any], record: int = 1, seen: Any = None, **rules: Rule) -> EditedRecord:
        """Half an hour after the last harvest."""

        def change(edited: EditedRecord) -> EditedRecord:
            return edited.edit(values, rules, {}, user_id=OWNER, now=self.now + HOUR / 2)

        return self.edits.change(record, change, seen=seen, now=self.now + HOUR / 2)

    def undo(self, name: str) -> EditedRecord:
        return self.edits.change(1, lambda edited: edited.undo(name), seen=None, now=self.now + HOUR / 2)

    @property
    def shown(self) -> Record:
        return self.catalogue.get(Reader(everything=True), 1).record

    def finds(self, **search: Any) -> bool:
        return bool(self.catalogue.search(Reader(everything=True), Search(**search), limit=5).items)

    def column(self, column: Any) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.scalars(select(column)))

    def told(self, run: Run) -> list[str]:
        return [each.message for each in self.runs.read_log(run.id, limit=100).items]


@pytest.fixture
def field(database: Database) -> Field:
    add_basics(database)
    add_source(database, PUBLIC)
    parts = (SqlHarvests(database), SqlRuns(database), SqlEdits(database), SqlCatalogue(database))
    field = Field(database, *parts)
    field.harvest(RIVERS)
    return field


def test_what_was_never_edited_is_the_remotes(field: Field) -> None:
    assert field.edits.get(1) == EditedRecord(RIVERS, field.now)
    with pytest.raises(NotFound):
        field.edits.get(7)
    with pytest.raises(NotFound):
        field.edits.get(2**70)


def test_an_edit_is_shown_found_and_counts_as_a_change(field: Field) -> None:
    field.edit({"title": "Streams", "keywords": ("brooks",), "bbox": (100.0, 1.0, 101.0, 2.0)})

    assert field.shown == replace(
        RIVERS, title="Streams", keywords=("brooks",), bbox=(100.0, 1.0, 101.0, 2.0), geometry=None
    )
    assert field.finds(words="streams")
    assert not field.finds(words="rivers")
    assert field.finds(keywords=["BROOKS"])
    assert not field.finds(keywords=["water"])
    assert field.finds(bbox=(100, 1, 101, 2))
    assert not field.finds(bbox=(6, 46, 7, 47))
    assert field.column(resources.c.last_changed) == [field.now + HOUR / 2]
    assert field.column(records.c.title) == ["Streams"]


def test_every_field_is_kept_as_it_was_edited(field: Field) -> None:
    values: dict[str, Any] = {
        "title": "T",
        "abstract": "",
        "type": "series",
        "keywords": (),
        "contacts": (Contact("A", "B", "C", "D", "E", "F"),),
        "licence": "CC0",
        "links": (Link("h", "", "t", "d", "m", "p"),),
        "bbox": None,
        "time_start": None,
        "time_end": NOW,
        "language": "de",
        "collection": "c",
    }

    edited = field.edit(values)

    assert field.edits.get(1) == edited
    assert {name: each.value for name, each in edited.edits.items()} == values
    assert field.shown == replace(RIVERS, **values, geometry=None)
    assert edited.remote == RIVERS
    assert {each.user_name for each in edited.edits.values()} == {"ada"}


def test_an_edit_over_what_somebody_else_wrote_is_refused(field: Field) -> None:
    seen = field.now
    field.edit({"title": "Streams"}, seen=seen)

    with pytest.raises(Conflict):
        field.edit({"title": "Brooks"}, seen=seen)
    assert field.shown.title == "Streams"
    field.edit({"title": "Brooks"}, seen=field.column(resources.c.last_changed)[0])
    assert field.shown.title == "Brooks"


def test_what_cannot_be_done_writes_nothing(field: Field) -> None:
    with pytest.raises(BadInput):
        field.edit({"time_end": NOW - HOUR})
    with pytest.raises(BadInput):
        field.edit({}, title=Rule.MERGE)
    with pytest.raises(NotFound):
        field.undo("title")

    assert field.column(originals.c.resource_id) == []
    assert field.shown == RIVERS


def test_a_local_edit_stays_whatever_the_remote_says(field: Field) -> None:
    field.edit({"title": "Streams"})

    run = field.harvest(replace(RIVERS, title="Rivers and lakes", abstract="More."))

    edited = field.edits.get(1)
    assert field.shown == replace(RIVERS, title="Streams", abstract="More.")
    assert edited.conflicts == ["title"]
    assert edited.remote.title == "Rivers and lakes"
    assert field.finds(words="streams more")
    assert not field.finds(words="lakes")
    assert field.told(run) == []
    assert field.column(resources.c.title) == ["Rivers and lakes"]


def test_a_confirmed_edit_is_no_conflict_any_more(field: Field) -> None:
    field.edit({"title": "Streams"})
    field.harvest(replace(RIVERS, title="Rivers and lakes"))
    written = field.column(resources.c.last_changed)

    field.edits.change(1, lambda edited: edited.confirm("title"), seen=None, now=field.now)

    assert field.edits.get(1).conflicts == []
    assert field.shown.title == "Streams"
    assert field.column(resources.c.last_changed) == written


def test_by_the_rule_remote_the_next_change_of_the_field_ends_the_edit(field: Field) -> None:
    field.edit({"title": "Streams", "abstract": "Mine."}, title=Rule.REMOTE, abstract=Rule.REMOTE)

    first = field.harvest(replace(RIVERS, abstract="Theirs."))
    between = field.shown
    second = field.harvest(replace(RIVERS, title="Lakes", abstract="Theirs."))

    assert between == replace(RIVERS, title="Streams", abstract="Theirs.")
    assert field.told(first) == ["local edit of abstract gave way to the source: rivers"]
    assert field.told(second) == ["local edit of title gave way to the source: rivers"]
    assert field.shown == replace(RIVERS, title="Lakes", abstract="Theirs.")
    assert field.finds(words="lakes theirs")
    assert not field.finds(words="streams")
    assert field.column(edits.c.field) == []


def test_by_the_rule_merge_lists_hold_both(field: Field) -> None:
    more = {"keywords": ("WATER", "brooks"), "contacts": (Contact("Bea"),), "title": "Streams"}
    field.edit(more, keywords=Rule.MERGE, contacts=Rule.MERGE, title=Rule.MERGE)
    before = field.shown

    field.harvest(replace(RIVERS, title="Lakes", keywords=("lakes", "Brooks"), contacts=()))

    assert before.keywords == ("water", "Rivers", "brooks")
    assert before.contacts == (Contact("Ada"), Contact("Bea"))
    assert field.shown == replace(RIVERS, title="Streams", keywords=("lakes", "Brooks"), contacts=(Contact("Bea"),))
    assert field.finds(keywords=["brooks", "lakes"])
    assert not field.finds(keywords=["water"])


def test_undoing_brings_the_remotes_present_value_back_at_once(field: Field) -> None:
    field.edit({"title": "Streams", "bbox": None})
    field.harvest(replace(RIVERS, title="Lakes"))

    field.undo("title")
    field.undo("bbox")

    assert field.shown == replace(RIVERS, title="Lakes")
    assert field.finds(words="lakes", bbox=(6, 46, 7, 47))
    assert not field.finds(words="streams")
    assert field.column(resources.c.last_changed) == [field.now + HOUR / 2 + timedelta(microseconds=1)]


def test_a_pass_over_what_did_not_change_leaves_the_edit(field: Field) -> None:
    field.edit({"title": "Streams"})
    kept = field.harvests.known(PUBLIC, ["rivers"])["rivers"]

    field.harvest(returned=[1])

    assert kept.fingerprint == b"Rivers"
    assert (kept.outcome, field.shown.title) == (Outcome.ADDED, "Streams")


def test_what_was_gone_or_unwanted_comes_back_as_it_was_edited(field: Field) -> None:
    field.edit({"title": "Streams"})
    with field.database.write() as connection:
        connection.execute(update(resources).values(presence="gone", gone_since=field.now))
        connection.execute(update(records).values(hidden=True))

    assert restore(field.database, PUBLIC, None, now=field.now) == 1
    assert field.shown.title == "Streams"
    want(field.database, PUBLIC, None, wanted=False)
    assert not field.finds(words="streams")
    field.harvest(replace(RIVERS, abstract="New."))
    want(field.database, PUBLIC, None, wanted=True)
    assert field.finds(words="streams new")


def test_what_cannot_be_read_leaves_the_edited_record_as_it_is(field: Field) -> None:
    field.edit({"title": "Streams"})
    run = a_run(limits=())
    field.runs.add([run])
    field.runs.claim("worker", queues=["default"], now=field.now, lease=LEASE, run_id=run.id)
    field.harvests.begin_pass(Pass(run.id, PUBLIC, field.now, listing=True), 1, [{"page": 1}], now=field.now)
    bad = Change(1, "rivers", b"y", b"spoilt", "text/plain", None, problem="it has no title")
    page = PageCommit(field.harvests.open_pages(run.id, after=0, limit=1)[0].id, field.now, changes=[bad])
    with field.harvests.committing(run.id, 1, PUBLIC) as commit:
        commit(page)

    assert field.shown.title == "Streams"
    retry_quarantined(field.database, PUBLIC, None)
    field.harvest(RIVERS)
    assert field.shown == replace(RIVERS, title="Streams")
    assert field.edits.get(1).conflicts == []


def test_what_is_purged_takes_its_edits_along(field: Field) -> None:
    field.edit({"title": "Streams"})
    with field.database.write() as connection:
        connection.execute(update(resources).values(presence="gone", gone_since=NOW))

    assert purge(field.database, NOW + timedelta(days=60), limit=10) == 1

    assert (field.column(edits.c.field), field.column(originals.c.resource_id)) == ([], [])
    assert not field.finds(words="streams")


UNION = Policies(keywords_union=True)


def test_keywords_stay_that_the_remote_drops_where_the_source_is_told_so(field: Field) -> None:
    field.harvest(replace(RIVERS, keywords=("WATER", "lakes")), policies=UNION)
    first = field.shown.keywords
    field.harvest(replace(RIVERS, keywords=("rivers",)))

    assert first == ("WATER", "lakes", "Rivers")
    assert field.shown.keywords == ("rivers", "WATER", "lakes")
    assert field.finds(keywords=["water", "lakes"])
    (told,) = [each for each in provenance(field.edits.get(1)) if each.field == "keywords"]
    assert (told.origin, told.remote, told.kept) == (Origin.MERGED, ("rivers",), ("WATER", "lakes"))


def test_keywords_that_were_added_here_stay_when_their_edit_gives_way(field: Field) -> None:
    field.edit({"keywords": ("brooks",)}, keywords=Rule.REMOTE)

    field.harvest(replace(RIVERS, keywords=("lakes",)), policies=UNION)

    assert field.shown.keywords == ("lakes", "water", "Rivers", "brooks")
    assert field.edits.get(1).edits == {}


def test_keywords_go_at_their_next_change_where_the_source_is_told_so_no_more(field: Field) -> None:
    field.harvest(replace(RIVERS, keywords=()), policies=UNION)

    field.harvest(replace(RIVERS, keywords=("lakes",)), policies=Policies())

    assert field.shown.keywords == ("lakes",)


def test_provenance_tells_when_and_by_whom_as_far_as_it_is_known(field: Field) -> None:
    begun = field.now
    field.edit({"title": "Streams"})
    made = field.now + HOUR / 2
    run = field.harvest(replace(RIVERS, title="Lakes", licence="CC0"))

    found = {each.field: each for each in provenance(field.edits.get(1))}

    edit = Edit("title", "Streams", Rule.LOCAL, "Rivers", OWNER, made, "ada")
    assert found["title"].edit == edit
    assert (found["title"].origin, found["title"].value, found["title"].remote) == (Origin.LOCAL, "Streams", "Lakes")
    assert (found["title"].conflict, found["title"].changed_at) == (True, field.now)
    assert (found["licence"].origin, found["licence"].changed_at) == (Origin.REMOTE, field.now)
    assert (found["licence"].exact, found["licence"].run_id) == (True, run.id)
    assert (found["abstract"].exact, found["abstract"].changed_at, found["abstract"].run_id) == (False, begun, None)
    assert field.edits.get(1).moved["title"] == Moved(field.now, run.id)


def test_what_was_edited_is_listed_page_by_page(field: Field) -> None:
    field.harvest(*(replace(RIVERS, identifier=f"r{number}", title=f"R{number}") for number in range(4)))
    for number in (2, 3, 5):
        field.edit({"licence": "CC0", "title": f"Ours {number}"}, record=number)
    field.edit({"title": "Once"}, record=1)
    field.undo("title")
    field.harvest(replace(RIVERS, identifier="r1", title="R1 anew"))
    want(field.database, PUBLIC, [5], wanted=False)

    first = field.edits.page(PUBLIC, conflicts=False, limit=1)
    rest = field.edits.page(PUBLIC, conflicts=False, limit=5, cursor=first.next)
    changed = field.edits.page(PUBLIC, conflicts=True, limit=5)

    found = [(each.record_id, each.identifier, each.title) for each in (*first.items, *rest.items)]
    assert found == [(2, "r0", "Ours 2"), (3, "r1", "Ours 3")]
    assert rest.next is None
    assert [(each.record_id, each.edited.conflicts) for each in changed.items] == [(3, ["title"])]
    assert changed.items[0].edited == field.edits.get(3)


@pytest.mark.parametrize(("conflicts", "index"), [(False, "ix_originals_edited"), (True, "ix_originals_conflict")])
def test_the_list_is_read_from_its_index(field: Field, conflicts: bool, index: str) -> None:
    plans = plans_of(
        field.database,
        lambda connection: connection.execute(list_query(PUBLIC, after=5, conflicts=conflicts).limit(10)).all(),
    )

    assert index in plans[0]


def test_whether_anything_is_edited_is_asked_of_indexes(field: Field) -> None:
    (plan,) = plans_of(field.database, lambda connection: connection.execute(_QUESTION, {"this_source": PUBLIC}).all())

    assert "ix_originals_edited" in plan
    assert "ix_originals_kept" in plan


def test_a_source_without_edits_pays_one_small_question_for_a_page(field: Field) -> None:
    statements: list[str] = []
    for engine in {field.database.engine, field.database.writer}:
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_others: statements.append(statement),
        )
    others = [replace(RIVERS, identifier=f"r{number}") for number in range(200)]

    field.harvest(*others)
    fresh = [each for each in statements if "originals" in each or "edits" in each]
    statements.clear()
    field.harvest(*(replace(each, title="New") for each in others))

    assert fresh == []
    assert [each for each in statements if "originals" in each or "edits" in each] == [
        each for each in statements if "any_edited" in each
    ]
    assert len([each for each in statements if "any_edited" in each]) == 1
    with field.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(originals)) == 0


def test_an_edit_during_a_commit_is_made_over_what_that_writes(field: Field) -> None:
    run, page = field.prepare(replace(RIVERS, title="Lakes", abstract="New."))
    editing = threading.Thread(target=field.edit, args=({"title": "Streams"},))

    with field.harvests.committing(run.id, 1, PUBLIC) as commit:
        commit(page)
        editing.start()
    editing.join()

    assert field.shown == replace(RIVERS, title="Streams", abstract="New.")
    assert field.edits.get(1).conflicts == []


def test_a_commit_during_an_edit_sees_it(field: Field) -> None:
    run, page = field.prepare(replace(RIVERS, title="Lakes", abstract="New."))

    def harvest() -> None:
        with field.harvests.committing(run.id, 1, PUBLIC) as commit:
            commit(page)

    harvesting = threading.Thread(target=harvest)

    def change(edited: EditedRecord) -> EditedRecord:
        harvesting.start()
        return edited.edit({"title": "Streams"}, {}, {}, user_id=OWNER, now=field.now)

    field.edits.change(1, change, seen=None, now=field.now)
    harvesting.join()

    assert field.shown == replace(RIVERS, title="Streams", abstract="New.")
    assert field.edits.get(1).conflicts == ["title"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(any_record(any_texts))
def test_the_remotes_record_is_kept_as_it_was(field: Field, record: Record) -> None:
    (number,) = put(field.database, record)

    field.edit({"licence": "CC0"}, record=number)
    found = field.edits.get(number)

    assert found.remote == sound(record)[0]
    assert found.undo("licence").shown == sound(record)[0]


@given(any_record(any_texts), st.booleans())
def test_what_was_encoded_is_read_back_as_the_database_would(record: Record, sqlite: bool) -> None:
    encoded = encode_record(record, PUBLIC, sqlite=sqlite)

    assert decode_encoded(encoded, sqlite=sqlite) == sound(record)[0]
