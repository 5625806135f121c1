"""Resources on both databases: what people do with many at once leaves counters, records and search in step."""

from datetime import timedelta
from itertools import count, cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, insert, select, update

from tests.storage.making import NOW, OWNER, TENANT, add_basics
from tests.storage.plans import plans_of
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.identity import new_id
from windrow.model.paging import PageOf
from windrow.model.records import Record
from windrow.model.resources import Outcome, Presence, Resource
from windrow.model.sources import DeletionReview, Policies, ReviewState, Source
from windrow.model.tasks import Task
from windrow.ports.sources import ResourceFilter
from windrow.storage import resources as resource_module
from windrow.storage.database import Database
from windrow.storage.records import insert_records, write_documents
from windrow.storage.resources import list_resources
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import documents, pages, records, resources, reviews, sources

GRACE = timedelta(days=30)
LATER = NOW + timedelta(days=1)
numbers = count(1)


@pytest.fixture
def store(database: Database) -> SqlSources:
    add_basics(database)
    return SqlSources(database, Vault([b"k" * KEY_BYTES]), lambda: NOW)


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_module, "BATCH", 3)


class Field:
    """A source whose resources a test lays out, and looks at again."""

    def __init__(self, store: SqlSources, database: Database, *, grace: timedelta = GRACE) -> None:
        name = f"source {next(numbers)}"
        source = Source(0, name, "csw", "https://example.org", TENANT, OWNER, new_id(), policies=Policies(grace=grace))
        task = Task(source.task_id, name, "harvest", TENANT, OWNER)
        self.database = database
        self.source_id = store.add(source, task, None).id

    def lay_out(self, *rows: dict[str, Any]) -> list[int]:
        """Resources with records and documents, as a harvest would have left them."""
        with self.database.write() as connection:
            first = (connection.scalar(select(func.max(resources.c.id))) or 0) + 1
            laid = [self._row(number, row) for number, row in enumerate(rows, first)]
            ids = [row["id"] for row in laid]
            if laid:
                connection.execute(insert(resources), laid)
            insert_records(
                self.database,
                connection,
                [(row["id"], self.source_id, Record(row["identifier"], "dataset", row["title"])) for row in laid],
            )
            write_documents(self.database, connection, [(each, "application/xml", b"<x/>") for each in ids])
            hidden = [row["id"] for row in laid if row["presence"] == "gone" or not row["wanted"]]
            connection.execute(update(records).where(records.c.id.in_(hidden)).values(hidden=True))
            kept = sum(row["presence"] != "gone" for row in laid)
            connection.execute(update(sources).where(sources.c.id == self.source_id).values(resources=kept))
        return ids

    def _row(self, number: int, changes: dict[str, Any]) -> dict[str, Any]:
        row = {
            "id": number,
            "source_id": self.source_id,
            "identifier": f"id {number}",
            "fingerprint": b"f",
            "presence": "present",
            "outcome": "added",
            "wanted": True,
            "title": f"Title {number}",
            "version": "v",
            "etag": "e",
            "last_modified": "m",
            "first_seen": NOW,
            "last_changed": NOW,
            "gone_since": None,
            "problem": "",
            **changes,
        }
        if row["presence"] == "gone" and row["gone_since"] is None:
            row["gone_since"] = NOW
        return row

    def column(self, name: str) -> list[Any]:
        """One column of all resources, by id."""
        with self.database.read() as connection:
            query = select(resources.c[name]).where(resources.c.source_id == self.source_id)
            return list(connection.scalars(query.order_by(resources.c.id)))

    def shown(self) -> list[int]:
        """Ids of the records that the catalogue shows."""
        with self.database.read() as connection:
            query = select(records.c.id).where(records.c.source_id == self.source_id, ~records.c.hidden)
            return list(connection.scalars(query.order_by(records.c.id)))

    def kept(self) -> int:
        """The source's own count."""
        with self.database.read() as connection:
            found = connection.execute(select(sources.c.resources).where(sources.c.id == self.source_id)).one()
        kept: int = found.resources
        return kept

    def add_review(self, state: str = "waiting") -> int:
        with self.database.write() as connection:
            values = {"source_id": self.source_id, "run_id": new_id(), "missing": 2, "present": 9, "created_at": NOW}
            made = insert(reviews).values(state=state, **values).returning(reviews.c.id)
            number: int = connection.scalars(made).one()
        return number

    def check(self) -> None:
        """What must always hold: the count is right, and records are hidden exactly when they should be."""
        presences, wanted, ids = (self.column(name) for name in ("presence", "wanted", "id"))
        assert self.kept() == sum(presence != "gone" for presence in presences)
        visible = [
            number for number, presence, wish in zip(ids, presences, wanted, strict=True) if presence != "gone" and wish
        ]
        assert self.shown() == visible


@pytest.fixture
def field(store: SqlSources, database: Database) -> Field:
    return Field(store, database)


def rows(*presences: str, wanted: bool = True) -> list[dict[str, Any]]:
    return [{"presence": presence, "wanted": wanted} for presence in presences]


@pytest.mark.usefixtures("_small_batches")
def test_unwanted_resources_leave_the_catalogue_and_come_back(store: SqlSources, field: Field) -> None:
    ids = field.lay_out(*rows(*["present"] * 7))

    assert store.want(field.source_id, [ids[0], ids[6], 10**30, -1], wanted=False, now=NOW) == 2
    assert store.want(field.source_id, ids[:2], wanted=False, now=NOW) == 1
    assert field.shown() == ids[2:6]
    assert store.want(field.source_id, None, wanted=True, now=NOW) == 3
    assert field.shown() == ids
    assert store.want(field.source_id, None, wanted=False, now=NOW) == 7
    assert (field.shown(), field.kept()) == ([], 7)


def test_wanting_what_is_gone_does_not_show_it(store: SqlSources, field: Field) -> None:
    (gone,) = field.lay_out({"presence": "gone", "wanted": False})

    assert store.want(field.source_id, [gone], wanted=True, now=NOW) == 1
    assert field.shown() == []
    assert store.restore(field.source_id, None, now=LATER) == 1
    assert field.shown() == [gone]


def test_another_sources_resources_are_left_alone(store: SqlSources, database: Database, field: Field) -> None:
    other = Field(store, database)
    mine = field.lay_out(*rows("present", "gone"))
    theirs = other.lay_out(*rows("present", "gone"), {"outcome": "quarantined"})

    assert store.want(field.source_id, [*mine, *theirs], wanted=False, now=NOW) == 2
    assert store.restore(field.source_id, theirs, now=LATER) == 0
    assert store.retry_quarantined(field.source_id, theirs) == 0
    assert store.want(other.source_id, mine, wanted=True, now=NOW) == 0

    assert other.shown() == [theirs[0], theirs[2]]
    field.check()
    other.check()


@pytest.mark.usefixtures("_small_batches")
def test_a_deletion_is_undone_within_its_grace_time(store: SqlSources, field: Field) -> None:
    ids = field.lay_out(
        *({"presence": "gone", "gone_since": NOW - GRACE + timedelta(days=day)} for day in range(8)),
        *rows("present", "missing"),
    )

    assert store.restore(field.source_id, [ids[7], ids[8]], now=NOW) == 1
    assert store.restore(field.source_id, None, now=NOW) == 6

    assert field.column("presence") == ["gone", *["present"] * 8, "missing"]
    assert field.column("gone_since")[1:] == [None] * 9
    assert field.column("outcome")[:2] == ["added", "restored"]
    field.check()


def test_an_approved_deletion_makes_missing_resources_gone(store: SqlSources, field: Field) -> None:
    ids = field.lay_out(*rows("present", "missing", "missing", "gone"), {"presence": "missing", "wanted": False})
    review = field.add_review()

    decided = store.decide_review(field.source_id, review, approve=True, user_id=OWNER, now=LATER)

    assert (decided.state, decided.decided_at, decided.decided_by) == (ReviewState.APPROVED, LATER, OWNER)
    assert field.column("presence") == ["present", "gone", "gone", "gone", "gone"]
    assert field.column("gone_since") == [None, LATER, LATER, NOW, LATER]
    assert field.column("outcome") == ["added", "deleted", "deleted", "added", "deleted"]
    assert (field.shown(), field.kept()) == (ids[:1], 1)


def test_a_refused_deletion_makes_missing_resources_present(store: SqlSources, field: Field) -> None:
    ids = field.lay_out(*rows("present", "missing", "gone"))
    review = field.add_review()

    decided = store.decide_review(field.source_id, review, approve=False, user_id=OWNER, now=LATER)

    assert decided.state is ReviewState.REFUSED
    assert field.column("presence") == ["present", "present", "gone"]
    assert (field.shown(), field.kept()) == (ids[:2], 2)


@pytest.mark.parametrize("state", ["approved", "refused", "outdated"])
def test_a_review_is_decided_once(store: SqlSources, field: Field, state: str) -> None:
    field.lay_out(*rows("missing"))
    review = field.add_review(state)

    with pytest.raises(Conflict, match=f"is {state} already"):
        store.decide_review(field.source_id, review, approve=True, user_id=OWNER, now=LATER)

    assert field.column("presence") == ["missing"]


def test_an_unknown_review_or_another_sources_is_not_found(store: SqlSources, database: Database, field: Field) -> None:
    review = Field(store, database).add_review()

    for number in (review, review + 1, 0, 10**30):
        with pytest.raises(NotFound):
            store.decide_review(field.source_id, number, approve=True, user_id=OWNER, now=LATER)


def test_reviews_are_listed_newest_first(store: SqlSources, database: Database, field: Field) -> None:
    ids = [field.add_review(state) for state in ("refused", "outdated", "waiting")]
    Field(store, database).add_review()

    first = store.list_reviews(field.source_id, limit=2)
    second = store.list_reviews(field.source_id, limit=2, cursor=first.next)

    assert [review.id for review in first.items] == [ids[2], ids[1]]
    assert [review.id for review in second.items] == [ids[0]]
    assert first.items[0] == DeletionReview(
        ids[2], field.source_id, first.items[0].run_id, ReviewState.WAITING, 2, 9, NOW
    )
    assert second.next is None


@pytest.mark.usefixtures("_small_batches")
def test_quarantined_resources_are_read_again_when_asked_for(store: SqlSources, field: Field) -> None:
    ids = field.lay_out(*({"outcome": "quarantined", "problem": "no title"} for _ in range(5)), {})
    with field.database.write() as connection:
        page = {"digest": b"d", "fingerprint": b"", "seen": b"", "next": []}
        connection.execute(insert(pages).values(source_id=field.source_id, **page))
        connection.execute(update(sources).values(since=NOW, cursor={"etag": "x"}))

    assert store.retry_quarantined(field.source_id, [ids[5]]) == 0
    assert store.get(field.source_id, tenant_id=None).since == NOW
    assert store.retry_quarantined(field.source_id, [ids[0], ids[5]]) == 1
    assert store.retry_quarantined(field.source_id, None) == 5

    source = store.get(field.source_id, tenant_id=None)
    assert (source.since, source.cursor) == (None, {})
    for name in ("fingerprint", "version", "etag", "last_modified"):
        *forgotten, kept = field.column(name)
        assert not any(forgotten)
        assert kept
    with field.database.read() as connection:
        assert connection.execute(select(pages)).all() == []


def test_tombstones_are_purged_when_their_grace_is_over(store: SqlSources, database: Database, field: Field) -> None:
    short = Field(store, database, grace=timedelta(days=1))
    old = {"presence": "gone", "gone_since": NOW - timedelta(days=2)}
    ids = short.lay_out(old, old, *rows("gone", "present", "missing"))
    kept = field.lay_out(old)

    assert store.purge(NOW, limit=1) == 1
    assert store.purge(NOW, limit=10) == 1
    assert store.purge(NOW, limit=10) == 0

    assert short.column("id") == ids[2:]
    assert field.column("id") == kept
    short.check()
    with database.read() as connection:
        left = [*ids[2:], *kept]
        assert sorted(connection.scalars(select(records.c.id))) == left
        assert sorted(connection.scalars(select(documents.c.id))) == left
        assert connection.exec_driver_sql("SELECT count(*) FROM record_words").scalar() == len(left)


FILTERED: list[tuple[ResourceFilter, list[int]]] = [
    (ResourceFilter(), [0, 1, 2, 3, 4, 5]),
    (ResourceFilter(presence=Presence.PRESENT), [0, 3, 4, 5]),
    (ResourceFilter(presence=Presence.MISSING), [1]),
    (ResourceFilter(presence=Presence.GONE), [2]),
    (ResourceFilter(outcome=Outcome.ADDED), [0, 1, 5]),
    (ResourceFilter(outcome=Outcome.QUARANTINED), [4]),
    (ResourceFilter(outcome=Outcome.CHANGED, presence=Presence.PRESENT), [3]),
    (ResourceFilter(wanted=False), [5]),
    (ResourceFilter(wanted=True, outcome=Outcome.DELETED), [2]),
    (ResourceFilter(words="SOIL map"), [0, 3]),
    (ResourceFilter(words="urn:"), [3]),
    (ResourceFilter(words="100%"), [1]),
    (ResourceFilter(words="10_%"), []),
    (ResourceFilter(words="\0 soil"), [0, 3]),
    (ResourceFilter(words="'; DROP TABLE resources --"), []),
]


def lay_out_assorted(field: Field) -> list[int]:
    return field.lay_out(
        {"title": "Soil map"},
        {"title": "100% water", "presence": "missing"},
        {"presence": "gone", "outcome": "deleted"},
        {"title": "Map", "identifier": "urn:x:soil", "outcome": "changed"},
        {"outcome": "quarantined", "problem": "no title"},
        {"wanted": False},
    )


def test_lists_show_what_was_asked_for(store: SqlSources, field: Field) -> None:
    ids = lay_out_assorted(field)

    pages = [store.list_resources(field.source_id, which, limit=10) for which, _ in FILTERED]

    assert [[ids.index(resource.id) for resource in page.items] for page in pages] == [found for _, found in FILTERED]
    assert {page.next for page in pages} == {None}


def test_a_list_shows_all_of_a_resource_page_by_page(store: SqlSources, field: Field) -> None:
    ids = lay_out_assorted(field)

    first: PageOf[Resource] = store.list_resources(field.source_id, ResourceFilter(), limit=4)
    second = store.list_resources(field.source_id, ResourceFilter(), limit=4, cursor=first.next)

    assert [resource.id for resource in [*first.items, *second.items]] == ids
    assert second.items[0] == Resource(
        ids[4],
        field.source_id,
        f"id {ids[4]}",
        f"Title {ids[4]}",
        Presence.PRESENT,
        Outcome.QUARANTINED,
        wanted=True,
        first_seen=NOW,
        last_changed=NOW,
        version="v",
        problem="no title",
    )


def test_a_cursor_of_another_list_is_refused(store: SqlSources, field: Field) -> None:
    for cursor in ("", "WyJuYW1lIl0", "WzEuNV0", "WzEsMl0", "WzFlNDBd", "W251bGxd"):
        with pytest.raises(BadInput, match="cursor"):
            store.list_resources(field.source_id, ResourceFilter(), limit=4, cursor=cursor)
        with pytest.raises(BadInput, match="cursor"):
            store.list_reviews(field.source_id, limit=4, cursor=cursor)
        with pytest.raises(BadInput, match="cursor"):
            store.page(tenant_id=None, limit=4, cursor=cursor)


INDEXED = [
    (ResourceFilter(), "ix_resources_source_id_id"),
    (ResourceFilter(presence=Presence.GONE), "ix_resources_odd"),
    (ResourceFilter(presence=Presence.MISSING), "ix_resources_odd"),
    (ResourceFilter(outcome=Outcome.QUARANTINED), "ix_resources_outcome"),
    (ResourceFilter(outcome=Outcome.RESTORED), "ix_resources_outcome"),
    (ResourceFilter(wanted=False), "ix_resources_source_id_wanted_id"),
]


def test_every_filter_walks_its_index_in_order(store: SqlSources, database: Database) -> None:
    source_id = add_many(store, database)

    def ask(connection: Connection) -> None:
        for which, _ in INDEXED:
            list_resources(connection, source_id, which, limit=10, cursor="WzVd")

    for plan, (_, index) in zip(plans_of(database, ask), INDEXED, strict=True):
        assert index in plan
        assert "sort" not in plan.lower()
        assert "TEMP B-TREE" not in plan


def test_the_purge_walks_the_index_of_tombstones(store: SqlSources, database: Database) -> None:
    source_id = add_many(store, database)

    (plan,) = plans_of(database, lambda connection: resource_module.overdue(connection, source_id, NOW - GRACE, 5))

    assert "ix_resources_gone" in plan


def add_many(store: SqlSources, database: Database) -> int:
    """Sources with so many resources of all sorts that a planner has reason to choose well; the number of one."""
    fields = [Field(store, database) for _ in range(20)]
    sorts: list[dict[str, Any]] = [{}] * 20 + [
        {"presence": "gone", "outcome": "deleted"},
        {"presence": "missing"},
        {"outcome": "quarantined"},
        {"outcome": "restored"},
        {"wanted": False},
    ]
    places = cycle(fields)
    made = [next(places)._row(number, sort) for number, sort in zip(range(1, 4001), cycle(sorts), strict=False)]
    with database.write() as connection:
        connection.execute(insert(resources), made)
        connection.exec_driver_sql("ANALYZE resources")
    return fields[5].source_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.usefixtures("_small_batches")
def test_whatever_people_do_counts_and_records_stay_in_step(store: SqlSources, database: Database, data: Any) -> None:
    with database.write() as connection:
        connection.execute(delete(resources))  # of the example before, which may have ended anywhere
    field = Field(store, database)
    presence = st.sampled_from(["present", "missing", "gone"])
    ages = st.sampled_from([NOW, NOW - GRACE, NOW - GRACE + timedelta(microseconds=1)])
    row = st.fixed_dictionaries({"presence": presence, "wanted": st.booleans(), "gone_since": ages})
    ids = [*field.lay_out(*data.draw(st.lists(row, max_size=9))), 0]
    chosen = st.none() | st.lists(st.integers(0, len(ids) - 1), max_size=9)
    deeds = st.sampled_from(["want", "unwant", "restore", "approve", "refuse", "purge"])

    for deed, places in data.draw(st.lists(st.tuples(deeds, chosen), max_size=9)):
        take(store, field, deed, None if places is None else [ids[place] for place in places])
        field.check()


def take(store: SqlSources, field: Field, deed: str, ids: list[int] | None) -> None:
    """Does one of the things that people do, and checks what it says it did."""
    before = field.column("presence")
    if deed in ("want", "unwant"):
        meant = [number for number in field.column("id") if ids is None or number in ids]
        wanted = dict(zip(field.column("id"), field.column("wanted"), strict=True))
        changed = store.want(field.source_id, ids, wanted=deed == "want", now=NOW)
        assert changed == sum(wanted[number] != (deed == "want") for number in meant)
    elif deed == "restore":
        restored = store.restore(field.source_id, ids, now=NOW)
        assert field.column("presence").count("gone") == before.count("gone") - restored
    elif deed == "purge":
        purged = store.purge(NOW, limit=100)
        assert len(field.column("id")) == len(before) - purged
    else:
        store.decide_review(field.source_id, field.add_review(), approve=deed == "approve", user_id=OWNER, now=NOW)
        assert "missing" not in field.column("presence")
