"""Page commits: everything that one page of a harvest changes, in one transaction. The hot path of every harvest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, bindparam, func, select, update

from windrow.errors import LeaseLost
from windrow.model.resources import Outcome, Presence
from windrow.model.runs import Part, PartState, Progress, RunState
from windrow.ports.harvests import Change, Committed, PageCommit
from windrow.ports.source_kinds import PageKey
from windrow.storage.batches import batches
from windrow.storage.encoding import RecordEncoder, compress
from windrow.storage.keys import digest_key
from windrow.storage.moves import raise_why_fenced
from windrow.storage.named import rows_named
from windrow.storage.page_edits import Known, settle_edits
from windrow.storage.page_standing import Target, relist, return_resources, show_again, touch
from windrow.storage.records import insert_compressed, insert_encoded, replace_encoded, write_compressed
from windrow.storage.seen import pack
from windrow.storage.tables import parts, passes, runs
from windrow.storage.types import dump_json
from windrow.storage.upserts import insert_missing, missing

KEPT = 100
"""Problems of a pass, and doubts, that are kept: enough to know."""


def commit_page(target: Target, page: PageCommit) -> Committed:
    """Commits one page. Raises `LeaseLost` or `Cancelled` before anything was written."""
    changes, repeated = _drop_repeated(target, page.changes)
    page = replace(page, counts=recount(page.counts, repeated), progress=_recounted(page.progress, repeated))
    if not target.pages:
        fence(target, page)  # which holds the run until the end of the transaction
    target.pages.append(page)
    new_ids = _write_changes(target, changes, page)
    return_resources(target, page)
    touch(target, page)
    relist(target, page)
    seen = pack([*page.seen, *page.returned, *new_ids, *(each.id for each in changes if each.id is not None)])
    digest = _close_page(target, page, seen)
    _note(target, page, len(repeated))
    if not repeated:
        _remember(target, page, digest, seen)
    new_parts = add_pages(target, page.next, page.now) if page.next else []
    return Committed(new_ids, new_parts, [each.identifier for each in repeated], page.progress)


# Statements of every page are made once: making one costs more than SQLite takes to carry it out.
_FENCE = (
    update(runs)
    .where(runs.c.id == bindparam("of_run"), runs.c.attempt == bindparam("of"), runs.c.state == RunState.RUNNING)
    .values(
        progress_done=bindparam("done"),
        progress_total=bindparam("whole"),
        counts=bindparam("counted"),
        message=bindparam("told"),
        lost=0,  # whoever lost it before was not taken down by what is left of it: see sweeping.py
    )
)


def fence(target: Target, page: PageCommit) -> None:
    """Writes the run's progress if this attempt still holds the run; raises otherwise."""
    progress = page.progress
    values = {
        "of_run": target.run_id,
        "of": target.attempt,
        "done": progress.done,
        "whole": progress.total,
        "counted": dict(progress.counts),
        "told": progress.message,
    }
    if target.connection.execute(_FENCE, values).rowcount != 1:
        raise_why_fenced(target.connection, target.run_id, target.attempt)


def recount(counts: Mapping[str, int], repeated: Sequence[Change]) -> dict[str, int]:
    """The counts with these changes turned into duplicates."""
    changed = dict(counts)
    for each in repeated:
        word = each.outcome.value
        changed[word] = changed.get(word, 0) - 1
        changed["duplicate"] = changed.get("duplicate", 0) + 1
    return changed


def _recounted(progress: Progress, repeated: Sequence[Change]) -> Progress:
    return replace(progress, counts=recount(progress.counts, repeated)) if repeated else progress


def _drop_repeated(target: Target, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    # Two pages in flight may hold the same new record: neither saw the other's when it was compared. Whoever commits
    # first wins; nobody else adds resources to this source, because one run at a time holds it.
    fresh = [each.identifier for each in changes if each.id is None]
    taken = {row[0] for row in rows_named(target.database, target.connection, ["identifier"], target.source_id, fresh)}
    if not taken:
        return list(changes), []
    repeated = [each for each in changes if each.id is None and each.identifier in taken]
    return [each for each in changes if each.id is not None or each.identifier not in taken], repeated


def _write_changes(target: Target, changes: Sequence[Change], page: PageCommit) -> list[int]:
    changes = [_encoded(target, each) for each in changes]
    fresh = [each for each in changes if each.id is None]
    known: Known = [(each.id, each) for each in changes if each.id is not None]
    ids = _reserve_ids(target, len(fresh))
    added = list(zip(ids, fresh, strict=True))
    _insert_resources(target, added, page)
    _update_resources(target, known, page)
    target.added.extend(added)
    _replace(target, settle_edits(target, known, page.now))
    return ids


def finish_commit(target: Target) -> None:
    """Writes what can be written once for all pages of a transaction: how far they came, and the records of what they
    have added. To be called before it ends."""
    if len(target.pages) > 1:
        fence(target, target.pages[-1])
    target.pages.clear()
    _write_added(target)


def _write_added(target: Target) -> None:
    database, connection, added = target.database, target.connection, target.added
    fresh = [(number, target.source_id, each.encoded) for number, each in added if each.encoded]
    insert_encoded(database, connection, fresh)
    unwanted = [(True, number) for number, each in added if each.encoded and not each.wanted]
    database.write_many(connection, "UPDATE records SET hidden = ? WHERE id = ?", unwanted)
    insert_compressed(database, connection, _documents(added))
    _set_aside(target, added)
    target.added.clear()


def _encoded(target: Target, change: Change) -> Change:
    if change.encoded is not None or change.record is None:
        return change
    encoder = RecordEncoder(target.source_id, sqlite=target.database.is_sqlite)
    return change._replace(encoded=encoder.record(change.record, compress(change.raw)))


def _reserve_ids(target: Target, count: int) -> list[int]:
    if count == 0:
        return []
    if target.database.is_sqlite:
        # One writer at a time, so nobody else can take these; AUTOINCREMENT never gives an id of the past again.
        last = target.connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'resources'").scalar()
        return list(range((last or 0) + 1, (last or 0) + 1 + count))
    sql = "SELECT nextval(pg_get_serial_sequence('resources', 'id')) FROM generate_series(1, ?)"
    return [row[0] for row in target.database.run(target.connection, sql, (count,))]


_INSERT_RESOURCE = """
INSERT INTO resources (id, source_id, identifier, fingerprint, presence, outcome, wanted, title, type, href, version,
                       etag, last_modified, remote_modified, first_seen, last_changed, problem)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _insert_resources(target: Target, added: Sequence[tuple[int, Change]], page: PageCommit) -> None:
    database, now = target.database, target.database.moment(page.now)
    database.write_many(
        target.connection,
        _INSERT_RESOURCE,
        [
            (
                number,
                target.source_id,
                each.identifier,
                each.fingerprint,
                Presence.PRESENT.value,
                each.outcome.value,
                each.wanted,
                each.encoded.title if each.encoded else each.title,
                each.type,
                each.href,
                each.version,
                each.etag,
                each.last_modified,
                each.encoded.modified if each.encoded else None,
                now,
                now,
                each.problem,
            )
            for number, each in added
        ],
    )


_UPDATE_RESOURCE = """
UPDATE resources
SET fingerprint = ?, presence = 'present', outcome = ?, title = COALESCE(?, title), type = COALESCE(?, type),
    href = COALESCE(?, href), version = ?, etag = ?,
    last_modified = ?, remote_modified = ?, last_changed = ?, gone_since = NULL, problem = ?
WHERE id = ?
"""


def _update_resources(target: Target, known: Sequence[tuple[int, Change]], page: PageCommit) -> None:
    database, now = target.database, target.database.moment(page.now)
    database.write_many(
        target.connection,
        _UPDATE_RESOURCE,
        [
            (
                each.fingerprint,
                each.outcome.value,
                each.encoded.title if each.encoded else None,
                each.type or None,
                each.href or None,
                each.version,
                each.etag,
                each.last_modified,
                each.encoded.modified if each.encoded else None,
                now,
                each.problem,
                number,
            )
            for number, each in known
        ],
    )


def _replace(target: Target, known: Known) -> None:
    database, connection = target.database, target.connection
    again = [(number, target.source_id, each.encoded) for number, each in known if each.encoded]
    replace_encoded(database, connection, again)
    # Also those that cannot be read now: what was gone is back, with the last version that could be read.
    show_again(target, [number for number, _ in known])
    write_compressed(database, connection, _documents(known))
    _set_aside(target, known)
    database.write_many(connection, "DELETE FROM quarantine WHERE id = ?", [(number,) for number, _, _ in again])


def _set_aside(target: Target, changed: Known) -> None:
    odd = [(number, each) for number, each in changed if each.outcome is Outcome.QUARANTINED]
    target.database.write_many(
        target.connection,
        "INSERT INTO quarantine (id, media_type, content) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, content = excluded.content",
        [(number, each.media_type, compress(each.raw)) for number, each in odd],
    )


def _documents(changed: Sequence[tuple[int, Change]]) -> list[tuple[int, str, bytes]]:
    return [(number, each.media_type, each.encoded.content) for number, each in changed if each.encoded]


_CLOSE_PAGE = (
    update(parts)
    .where(parts.c.id == bindparam("of_page"), parts.c.run_id == bindparam("of_run"), parts.c.state == PartState.OPEN)
    .values(
        state=PartState.DONE,
        attempts=parts.c.attempts + 1,
        counts=bindparam("counted"),
        error="",
        seen=bindparam("held"),
        gone=bindparam("declared"),
    )
    .returning(parts.c.digest)
)


def _close_page(target: Target, page: PageCommit, seen: bytes) -> bytes:
    """Closes the page; returns the digest of its key."""
    values = {
        "of_page": page.part_id,
        "of_run": target.run_id,
        "counted": dict(page.counts),
        "held": seen,
        "declared": pack(page.gone) if page.gone else None,
    }
    digest = target.connection.execute(_CLOSE_PAGE, values).scalar()
    if digest is None:
        raise LeaseLost(f"Page {page.part_id} of run {target.run_id} was committed before.")
    return bytes(digest)


_ANNOUNCE = (
    update(passes)
    .where(passes.c.run_id == bindparam("of_run"), passes.c.total.is_(None))
    .values(total=bindparam("announced"))
)


def _note(target: Target, page: PageCommit, repeated: int) -> None:
    if page.announced is not None:
        target.connection.execute(_ANNOUNCE, {"of_run": target.run_id, "announced": page.announced})
    if page.problems:
        add_problems(target, page.problems)
    repeated += page.repeated
    if repeated and not target.connection.scalar(select(passes.c.overlaps).where(passes.c.run_id == target.run_id)):
        page = replace(page, doubts=[*page.doubts, f"{repeated} records came on two pages: the list may have shifted"])
    if page.doubts:
        _add_to(target, passes.c.doubts, page.doubts)


def add_problems(target: Target, problems: Sequence[str]) -> None:
    """Notes on the pass what keeps it from being complete."""
    _add_to(target, passes.c.problems, problems)


def _add_to(target: Target, column: Column[Any], more: Sequence[str]) -> None:
    this = passes.c.run_id == target.run_id
    kept = target.connection.scalar(select(column).where(this)) or []
    if len(kept) < KEPT:
        target.connection.execute(update(passes).where(this).values({column: [*kept, *more][:KEPT]}))


_REMEMBER = """
INSERT INTO pages (source_id, digest, fingerprint, seen, next, total) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (source_id, digest) DO UPDATE SET
    fingerprint = excluded.fingerprint, seen = excluded.seen, next = excluded.next, total = excluded.total
"""


def _remember(target: Target, page: PageCommit, digest: bytes, seen: bytes) -> None:
    memory = page.memory
    if memory is None:
        return
    following = dump_json([dict(key) for key in memory.next])
    values = (target.source_id, digest, memory.fingerprint, seen, following, memory.total)
    target.database.run(target.connection, _REMEMBER, values)


def add_pages(target: Target, keys: Sequence[PageKey], now: datetime) -> list[Part]:
    """Adds pages to the pass and returns the new ones; a key that it has already stays the one page it is."""
    rows = {
        digest_key(key): {
            "run_id": target.run_id,
            "digest": digest_key(key),
            "key": dict(key),
            "state": PartState.OPEN,
            "ready_at": now,
        }
        for key in keys
    }
    if len(rows) == 1:
        return _add_page(target, *rows.values())
    last = target.connection.scalar(_LAST_PAGE, {"of_run": target.run_id}) or 0
    for some in batches(rows.values(), 1000):
        insert_missing(target.connection, parts, some, conflict=_NO_KEY_TWICE)
    return open_pages(target.connection, target.run_id, after=last, limit=len(rows))


_NO_KEY_TWICE = ("run_id", "digest")
_LAST_PAGE = select(func.max(parts.c.id)).where(parts.c.run_id == bindparam("of_run"))


def _add_page(target: Target, row: Mapping[str, Any]) -> list[Part]:
    # Pages that lead to one another are many, and come one by one.
    insert = missing(target.connection.dialect.name, parts, _NO_KEY_TWICE).returning(parts.c.id)
    number = target.connection.scalar(insert, row)
    if number is None:
        return []
    return [Part(number, target.run_id, row["key"], PartState.OPEN, ready_at=row["ready_at"])]


_OPEN_PAGES = (
    select(parts)
    .where(parts.c.run_id == bindparam("of_run"), parts.c.state == PartState.OPEN, parts.c.id > bindparam("after_this"))
    .order_by(parts.c.id)
    .limit(bindparam("most"))
)


def open_pages(connection: Connection, run_id: str, *, after: int, limit: int) -> list[Part]:
    """Pages still to be done, by id."""
    rows = connection.execute(_OPEN_PAGES, {"of_run": run_id, "after_this": after, "most": limit})
    return [
        Part(
            id=row.id,
            run_id=row.run_id,
            key=row.key,
            state=PartState(row.state),
            attempts=row.attempts,
            ready_at=row.ready_at,
            error=row.error,
        )
        for row in rows
    ]
