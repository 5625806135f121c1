"""Resources: lists of them, and what people do with many of them at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    update,
)

from windrow.model.listings import Listed, Listing
from windrow.model.paging import PageOf, check_limit
from windrow.model.resources import Outcome, Presence, Resource
from windrow.ports.harvests import NEVER_FETCHED
from windrow.ports.sources import Choice, ResourceFilter
from windrow.storage.batches import batches
from windrow.storage.copies import spare_copies
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.listings import list_rows, of_table
from windrow.storage.numbers import possible_ids
from windrow.storage.records import remove_records
from windrow.storage.source_rows import policies_from_json
from windrow.storage.tables import copies, pages, records, resources, sources
from windrow.storage.upserts import insert_missing

BATCH = 500
"""Resources changed in one transaction: the single writer of SQLite is free again within some tens of milliseconds."""

LONGEST_PAUSE = 0.05

# The words below stand in the SQL as they are: neither database takes a partial index for a condition that it is only
# told when the statement runs.

NOT_PRESENT = resources.c.presence != literal_column("'present'")
NOT_ADDED = resources.c.outcome != literal_column("'added'")
IS_GONE = resources.c.presence == literal_column("'gone'")
NOT_FETCHED = func.length(resources.c.fingerprint) == 0

ON_REMOTE = [each.value for each in Presence if each.is_on_remote]

_FIELDS = of_table(resources, "id", "identifier", "title", "type", "wanted", "outcome", "last_changed")

Conditions: TypeAlias = Sequence[ColumnElement[bool]]
Change: TypeAlias = Callable[[Connection, list[int]], None]


def list_resources(
    connection: Connection, source_id: int, which: ResourceFilter, *, limit: int, cursor: str | None
) -> PageOf[Resource]:
    """A source's resources in the order they were found."""
    after = 0 if cursor is None else number_of(cursor)
    narrow = _narrow(which)
    query = select(resources).where(*narrow, *_words(which)).limit(check_limit(limit) + 1)
    if narrow:
        query = query.where(resources.c.source_id == source_id, resources.c.id > after).order_by(resources.c.id)
    else:
        # Told that `source_id` equals a number, PostgreSQL may walk the primary key instead, past all the resources of
        # other sources. Told a range of one number, it knows one index only that has this order.
        place = (resources.c.source_id, resources.c.id)
        query = query.where(place[0] <= source_id, tuple_(*place) > (source_id, after)).order_by(*place)
    rows = connection.execute(query).all()
    return to_page(rows, [_resource(row) for row in rows], limit)


def _narrow(which: ResourceFilter) -> Conditions:
    conditions = []
    if which.presence is not None:
        conditions.append(resources.c.presence == which.presence)
        conditions += [] if which.presence is Presence.PRESENT else [NOT_PRESENT]
    if which.outcome is not None:
        conditions.append(resources.c.outcome == which.outcome)
        conditions += [] if which.outcome is Outcome.ADDED else [NOT_ADDED]
    if which.wanted is not None:
        conditions.append(resources.c.wanted == which.wanted)
    return conditions


def _words(which: ResourceFilter) -> Conditions:
    """Words and types are looked for in the text itself, which costs a walk over the source."""
    fields = (resources.c.title, resources.c.identifier)
    words = which.words.replace("\0", " ").split()
    of_type = [] if which.type is None else [resources.c.type == which.type.replace("\0", " ")]
    return [*of_type, *(or_(*(field.icontains(word, autoescape=True) for field in fields)) for word in words)]


def list_resources_by(connection: Connection, source_id: int, listing: Listing) -> Listed[Resource]:
    """Resources that the remote has, by page number."""
    query = select(resources).where(resources.c.source_id == source_id, resources.c.presence.in_(ON_REMOTE))
    rows, total = list_rows(connection, query, listing, _FIELDS, resources.c.id)
    return Listed([_resource(row) for row in rows], total)


def find_resources(connection: Connection, source_id: int, identifiers: Sequence[str]) -> dict[str, int]:
    """The numbers of resources that the remote has."""
    found: dict[str, int] = {}
    for some in batches(identifiers):
        these = (resources.c.source_id == source_id, resources.c.identifier.in_(some))
        rows = connection.execute(
            select(resources.c.identifier, resources.c.id).where(*these, resources.c.presence.in_(ON_REMOTE))
        )
        found |= {row.identifier: row.id for row in rows}
    return found


def want(database: Database, source_id: int, resource_ids: Sequence[int] | None, *, wanted: bool) -> int:
    """Shows or hides the records of resources, and remembers it. What is gone stays hidden."""

    def change(connection: Connection, ids: list[int]) -> None:
        connection.execute(update(resources).where(resources.c.id.in_(ids)).values(wanted=wanted))
        _settle_hidden(connection, ids)
        apart = select(resources.c.id).where(resources.c.id.in_(ids), resources.c.href != "").limit(1)
        if wanted and connection.scalar(apart) is not None:
            # What is fetched apart from its list was not fetched while nobody wanted it: no list of changes names it.
            forget_pages(connection, source_id)

    return _change_all(database, source_id, resource_ids, [resources.c.wanted != wanted], change)


def note_choices(database: Database, source_id: int, choices: Sequence[Choice], *, now: datetime) -> None:
    """Lists resources that are not known yet, and says of all of them whether they are wanted."""
    for some in batches(choices, BATCH):
        rows = [_listed(source_id, each, now) for each in some]
        with database.write() as connection:
            insert_missing(connection, resources, rows, conflict=["source_id", "identifier"])
            found = find_resources(connection, source_id, [each.identifier for each in some])
            kept = _count_present(connection, source_id)
            connection.execute(update(sources).where(sources.c.id == source_id).values(resources=kept))
        for wanted in (True, False):
            ids = [found[each.identifier] for each in some if each.wanted is wanted and each.identifier in found]
            want(database, source_id, ids, wanted=wanted)


def _count_present(connection: Connection, source_id: int) -> int:
    present = (resources.c.source_id == source_id, resources.c.presence.in_(ON_REMOTE))
    return connection.scalar(select(func.count()).select_from(resources).where(*present)) or 0


def _listed(source_id: int, choice: Choice, now: datetime) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "identifier": choice.identifier,
        "fingerprint": NEVER_FETCHED,
        "presence": Presence.PRESENT.value,
        "outcome": Outcome.LISTED.value,
        "wanted": choice.wanted,
        "title": choice.title,
        "type": choice.type,
        "first_seen": now,
        "last_changed": now,
    }


def restore(database: Database, source_id: int, resource_ids: Sequence[int] | None, *, now: datetime) -> int:
    """Brings back what is gone and still in its grace time."""
    with database.read() as connection:
        kept = connection.scalar(select(sources.c.policies).where(sources.c.id == source_id))
    since = now - policies_from_json(kept or {}).grace
    conditions = [resources.c.gone_since > since, IS_GONE]
    # What could not be read when it went can still not be read, and what was never fetched is still only listed.
    outcome = case(
        (resources.c.problem != "", Outcome.QUARANTINED.value),
        (NOT_FETCHED, Outcome.LISTED.value),
        else_=Outcome.RESTORED.value,
    )

    def change(connection: Connection, ids: list[int]) -> None:
        connection.execute(
            update(resources)
            .where(resources.c.id.in_(ids))
            .values(presence=Presence.PRESENT, gone_since=None, outcome=outcome)
        )
        _settle_hidden(connection, ids)
        count_kept(connection, source_id, len(ids))

    return _change_all(database, source_id, resource_ids, conditions, change)


def settle_missing(database: Database, source_id: int, *, delete: bool, now: datetime) -> int:
    """Makes all that is missing gone, or present again."""
    conditions = [resources.c.presence == Presence.MISSING, NOT_PRESENT]
    gone = {"presence": Presence.GONE, "outcome": Outcome.DELETED, "gone_since": now}
    values = gone if delete else {"presence": Presence.PRESENT}

    def change(connection: Connection, ids: list[int]) -> None:
        connection.execute(update(resources).where(resources.c.id.in_(ids)).values(values))
        if delete:
            _settle_hidden(connection, ids)
            count_kept(connection, source_id, -len(ids))

    return _change_all(database, source_id, None, conditions, change)


def retry_quarantined(database: Database, source_id: int, resource_ids: Sequence[int] | None) -> int:
    """Forgets what quarantined resources were last seen as, and all that would let the next harvest pass them by."""
    conditions = [resources.c.outcome == Outcome.QUARANTINED, NOT_ADDED]

    def change(connection: Connection, ids: list[int]) -> None:
        forget_pages(connection, source_id)
        nothing = {"fingerprint": b"", "version": "", "etag": "", "last_modified": ""}
        connection.execute(update(resources).where(resources.c.id.in_(ids)).values(nothing))

    return _change_all(database, source_id, resource_ids, conditions, change)


def forget_pages(connection: Connection, source_id: int) -> None:
    """Makes the next pass a whole one: no page is taken for unchanged, and everything is asked for."""
    connection.execute(delete(pages).where(pages.c.source_id == source_id))
    connection.execute(update(sources).where(sources.c.id == source_id).values(since=None, cursor={}))


def purge(database: Database, now: datetime, *, limit: int) -> int:
    """Removes tombstones whose grace time is over."""
    removed = 0
    for source_id, ids in _overdue(database, now, limit):
        removed += _change_all(database, source_id, ids, [IS_GONE], partial(_remove, database))
    return removed


def _overdue(database: Database, now: datetime, limit: int) -> Iterator[tuple[int, list[int]]]:
    for source_id, policies in _policies(database):
        if limit <= 0:
            return
        with database.read() as connection:
            ids = overdue(connection, source_id, now - policies_from_json(policies).grace, limit)
        limit -= len(ids)
        if ids:
            yield source_id, ids


def overdue(connection: Connection, source_id: int, until: datetime, limit: int) -> list[int]:
    """Tombstones of a source that are as old as that or older."""
    query = select(resources.c.id).where(resources.c.source_id == source_id, resources.c.gone_since <= until, IS_GONE)
    return list(connection.scalars(query.limit(limit)))


def _policies(database: Database) -> list[tuple[int, Any]]:
    """Every source that has tombstones, with its policies."""
    has_gone = select(resources.c.id).where(resources.c.source_id == sources.c.id, IS_GONE).exists()
    with database.read() as connection:
        return [
            (row.id, row.policies)
            for row in connection.execute(select(sources.c.id, sources.c.policies).where(has_gone))
        ]


def remove(database: Database, connection: Connection, ids: Sequence[int]) -> list[str]:
    """Removes resources with their records, documents, search entries and copies, whose files become spare and are
    returned."""
    remove_records(database, connection, ids)
    blobs = spare_copies(connection, copies.c.resource_id.in_(ids))
    connection.execute(delete(resources).where(resources.c.id.in_(ids)))
    return blobs


def _remove(database: Database, connection: Connection, ids: list[int]) -> None:
    remove(database, connection, ids)


def count_kept(connection: Connection, source_id: int, more: int) -> None:
    """Keeps the source's count of resources that are not gone."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(resources=sources.c.resources + more))


def _settle_hidden(connection: Connection, ids: Sequence[int]) -> None:
    """A record is hidden while its resource is gone or unwanted. Call it with the resources' rows already written."""
    shown = and_(resources.c.presence != Presence.GONE, resources.c.wanted)
    hidden = select(not_(shown)).where(resources.c.id == records.c.id).scalar_subquery()
    connection.execute(update(records).where(records.c.id.in_(ids)).values(hidden=hidden))


def _change_all(
    database: Database,
    source_id: int,
    resource_ids: Sequence[int] | None,
    conditions: Conditions,
    change: Change,
) -> int:
    """Changes those of the resources (None: all) that meet the conditions, each batch in a transaction of its own.

    A source may have a million resources, whose records are large: in one transaction everybody else would wait for
    minutes. Stopped half-way, the rest is as it was, and doing it again does the rest.
    """
    chosen = [None] if resource_ids is None else list(batches(possible_ids(resource_ids), BATCH))
    return sum(_change_some(database, source_id, some, conditions, change) for some in chosen)


def _change_some(
    database: Database,
    source_id: int,
    among: list[int] | None,
    conditions: Conditions,
    change: Change,
) -> int:
    query = select(resources.c.id).where(
        resources.c.source_id == source_id, *conditions, true() if among is None else resources.c.id.in_(among)
    )
    changed, last = 0, 0
    while True:
        begun = time.monotonic()
        with database.write() as connection:
            # Locked on PostgreSQL, so that a harvest cannot move them between the two statements of a change.
            found = query.where(resources.c.id > last).order_by(resources.c.id).limit(BATCH).with_for_update()
            ids = list(connection.scalars(found))
            if ids:
                change(connection, ids)
        changed += len(ids)
        if len(ids) < BATCH:
            return changed
        last = ids[-1]
        let_others_write(database, time.monotonic() - begun)


def let_others_write(database: Database, held: float) -> None:
    """Pauses between two batches after having held the writer so many seconds.

    SQLite's waiting processes look now and then whether the writer is free; taken again at once, they never see it so.
    """
    if database.is_sqlite:
        time.sleep(min(held, LONGEST_PAUSE))


def _resource(row: Row[Any]) -> Resource:
    return Resource(
        id=row.id,
        source_id=row.source_id,
        identifier=row.identifier,
        title=row.title,
        presence=Presence(row.presence),
        outcome=Outcome(row.outcome),
        wanted=row.wanted,
        first_seen=row.first_seen,
        last_changed=row.last_changed,
        gone_since=row.gone_since,
        remote_modified=row.remote_modified,
        version=row.version,
        problem=row.problem,
        type=row.type,
        href=row.href,
    )
