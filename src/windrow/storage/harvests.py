"""Harvests: passes over sources, what is known of their resources, and how a pass ends."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from windrow.errors import LeaseLost
from windrow.model.resources import Outcome, Presence
from windrow.model.runs import Part, PartState, RunState
from windrow.model.sources import ReviewState
from windrow.ports.fetching import Validators
from windrow.ports.harvests import CommitPage, Committed, Encoder, Known, PageCommit, PageMemory, Pass, PassEnd
from windrow.ports.runs import Entry
from windrow.ports.source_kinds import Reference
from windrow.storage.batches import batches
from windrow.storage.database import Database
from windrow.storage.encoding import RecordEncoder
from windrow.storage.endings import end_run
from windrow.storage.keys import digest_key
from windrow.storage.log import append_log
from windrow.storage.moves import raise_why_fenced
from windrow.storage.named import bytes_of, rows_named
from windrow.storage.numbers import possible_ids
from windrow.storage.page_commits import add_pages, add_problems, commit_page, finish_commit, open_pages
from windrow.storage.page_standing import Target
from windrow.storage.reconciling import reconcile
from windrow.storage.resources import ON_REMOTE
from windrow.storage.seen import unpack
from windrow.storage.tables import pages, parts, passes, resources, reviews, runs, sources
from windrow.storage.types import load_json

ID_BATCH = 20_000
PAGE_BATCH = 500


class SqlHarvests:
    """The port `Harvests` on either database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_pass(self, run_id: str) -> Pass | None:
        """The pass that an earlier attempt began."""
        with self._database.read() as connection:
            row = connection.execute(select(passes).where(passes.c.run_id == run_id)).one_or_none()
        return None if row is None else _to_pass(row)

    def begin_pass(self, begun: Pass, attempt: int, pages: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
        """Writes a pass and its first pages."""
        with self._database.write(wake=True) as connection:
            target = self._target(connection, begun.run_id, attempt, begun.source_id)
            _fence_quietly(target)
            rivals = _note_rivals(target)
            values = {each.name: getattr(begun, each.name) for each in fields(begun)}
            connection.execute(insert(passes).values(values | {"problems": [*begun.problems, *rivals]}))
            add_pages(target, pages, now)

    def open_pages(self, run_id: str, *, after: int, limit: int) -> list[Part]:
        """Pages still to be done, by id."""
        with self._database.read() as connection:
            return open_pages(connection, run_id, after=after, limit=limit)

    def is_blank(self, source_id: int) -> bool:
        """Whether nothing is kept of the source."""
        with self._database.read() as connection:
            one = connection.scalar(select(resources.c.id).where(resources.c.source_id == source_id).limit(1))
        return one is None

    def known(self, source_id: int, identifiers: Sequence[str]) -> dict[str, Known]:
        """What is kept of these resources."""
        with self._database.read() as connection:
            rows = rows_named(self._database, connection, _KNOWN, source_id, identifiers)
            return {row[0]: _to_known(row) for row in rows}

    def page_memory(self, source_id: int, key: Mapping[str, Any], fingerprint: bytes) -> PageMemory | None:
        """What the last pass kept of a page that looked the same."""
        with self._database.read() as connection:
            row = self._database.run(connection, _MEMORY, (source_id, digest_key(key), fingerprint)).one_or_none()
            if row is None:
                return None
            seen, following, total = tuple(row)
            memory = PageMemory(fingerprint, load_json(following), total, unpack(seen))
            return None if _any_absent(self._database, connection, memory.seen) else memory

    def chosen(self, source_id: int, resource_ids: Sequence[int]) -> list[Reference]:
        """These resources as a list would name them."""
        columns = (resources.c.identifier, resources.c.href, resources.c.type)
        found: list[Reference] = []
        with self._database.read() as connection:
            for some in batches(possible_ids(resource_ids)):
                these = select(*columns).where(resources.c.source_id == source_id, resources.c.id.in_(some))
                rows = connection.execute(these.order_by(resources.c.id))
                found += [Reference(row.identifier, row.href, type=row.type) for row in rows]
        return found

    def encoder(self, source_id: int) -> Encoder:
        """What prepares records for their commit."""
        return RecordEncoder(source_id, sqlite=self._database.is_sqlite)

    @contextmanager
    def committing(self, run_id: str, attempt: int, source_id: int) -> Iterator[CommitPage]:
        """One transaction for one page or several."""
        with self._database.write(wake=True) as connection:
            target = self._target(connection, run_id, attempt, source_id)

            def commit(page: PageCommit) -> Committed:
                committed = commit_page(target, page)
                append_log(connection, run_id, page.log)
                return committed

            yield commit
            finish_commit(target)

    def fail_page(
        self, run_id: str, attempt: int, part_id: int, *, error: str, retry_at: datetime | None, log: Sequence[Entry]
    ) -> None:
        """Notes a failed try of a page; without `retry_at` it has failed for good."""
        with self._database.write(wake=True) as connection:
            target = self._target(connection, run_id, attempt, 0)
            _fence_quietly(target)
            values: dict[str, Any] = {"attempts": parts.c.attempts + 1, "error": error}
            values |= {"state": PartState.FAILED} if retry_at is None else {"ready_at": retry_at}
            connection.execute(
                update(parts).where(parts.c.id == part_id, parts.c.state == PartState.OPEN).values(values)
            )
            if retry_at is None:
                add_problems(target, [f"a page failed: {error}"])
            append_log(connection, run_id, log)

    def seen(self, run_id: str) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Which resources the committed pages held, and which they declared gone."""
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    select(parts.c.id, parts.c.seen, parts.c.gone)
                    .where(parts.c.run_id == run_id, parts.c.state == PartState.DONE, parts.c.id > last)
                    .order_by(parts.c.id)
                    .limit(PAGE_BATCH)
                ).all()
            for row in rows:
                yield unpack(row.seen), unpack(row.gone)
            if len(rows) < PAGE_BATCH:
                return
            last = rows[-1].id

    def ids(self, source_id: int) -> Iterator[int]:
        """The ids of a source's resources that are not gone, in order."""
        last = 0
        while True:
            with self._database.read() as connection:
                found = connection.scalars(
                    select(resources.c.id)
                    .where(
                        resources.c.source_id == source_id,
                        resources.c.presence.in_(ON_REMOTE),
                        resources.c.id > last,
                    )
                    .order_by(resources.c.id)
                    .limit(ID_BATCH)
                ).all()
            yield from found
            if len(found) < ID_BATCH:
                return
            last = found[-1]

    def end_pass(self, run_id: str, attempt: int, source_id: int, end: PassEnd, *, now: datetime) -> None:
        """Ends a pass and its run in one transaction."""
        with self._database.write(wake=True) as connection:
            target = self._target(connection, run_id, attempt, source_id)
            _fence_quietly(target)
            begun = _to_pass(connection.execute(select(passes).where(passes.c.run_id == run_id)).one())
            _settle_absent(target, begun, end, now)
            _settle_source(target, begun, end, now)
            append_log(connection, run_id, end.log)
            ending = end.ending
            if end.tallied is not None:
                ending = reconcile(connection, run_id, source_id, end.tallied, ending, now=now)
            if not end_run(connection, run_id, attempt, ending, now=now):
                raise LeaseLost(f"Attempt {attempt} at run {run_id} is not the current one.")

    def miss_pass(self, run_id: str, source_id: int, state: RunState) -> None:
        """Notes on the source how a run ended that did not come to the end of a pass."""
        with self._database.write() as connection:
            failures = sources.c.failures + (1 if state == RunState.FAILED else 0)
            connection.execute(
                update(sources)
                .where(sources.c.id == source_id)
                .values(last_run_id=run_id, last_state=state, failures=failures)
            )

    def _target(self, connection: Connection, run_id: str, attempt: int, source_id: int) -> Target:
        return Target(self._database, connection, run_id, attempt, source_id)


_MEMORY = "SELECT seen, next, total FROM pages WHERE source_id = ? AND digest = ? AND fingerprint = ?"
_KNOWN = (
    "identifier",
    "id",
    "fingerprint",
    "presence",
    "outcome",
    "wanted",
    "version",
    "etag",
    "last_modified",
    "problem",
)
_NO_VALIDATORS = Validators()


def _to_known(row: Any) -> Known:
    _, number, fingerprint, presence, outcome, wanted, version, etag, modified, problem = row
    validators = Validators(etag, modified) if etag or modified else _NO_VALIDATORS
    return Known(number, bytes_of(fingerprint), presence, outcome, bool(wanted), version, validators, problem)


def _to_pass(row: Row[Any]) -> Pass:
    return Pass(**row._mapping)


def _fence_quietly(target: Target) -> None:
    # An UPDATE rather than a SELECT: on PostgreSQL it holds the row against a sweeper until this commits.
    held = target.connection.execute(
        update(runs)
        .where(runs.c.id == target.run_id, runs.c.attempt == target.attempt, runs.c.state == RunState.RUNNING)
        .values(worker_id=runs.c.worker_id)
    ).rowcount
    if held != 1:
        raise_why_fenced(target.connection, target.run_id, target.attempt)


def _note_rivals(target: Target) -> list[str]:
    connection = target.connection
    begun = (
        select(passes.c.run_id)
        .join(runs, runs.c.id == passes.c.run_id)
        .where(passes.c.source_id == target.source_id, passes.c.run_id != target.run_id, runs.c.ended_at.is_(None))
    )
    rivals = connection.scalars(begun.order_by(passes.c.run_id)).all()
    for rival in rivals:
        told = f"run {target.run_id} harvested the same source before this one had ended"
        add_problems(replace(target, run_id=rival), [told])
    return [f"run {rival} had begun to harvest the same source and not ended" for rival in rivals]


def _any_absent(database: Database, connection: Connection, seen: Sequence[int]) -> bool:
    # A page that holds again what is gone or missing here must be read, to bring it back.
    for some in batches(seen):
        marks = ",".join("?" * len(some))
        sql = f"SELECT count(*) FROM resources WHERE id IN ({marks}) AND presence = 'present'"  # noqa: S608 - marks
        if database.run(connection, sql, tuple(some)).scalar() != len(some):
            return True
    return False


def _settle_absent(target: Target, begun: Pass, end: PassEnd, now: datetime) -> None:
    # An incremental pass says nothing of what a whole one found missing: that still waits for its person.
    if (end.complete and begun.whole) or (end.absent and end.hold):
        target.connection.execute(
            update(reviews)
            .where(reviews.c.source_id == target.source_id, reviews.c.state == ReviewState.WAITING)
            .values(state=ReviewState.OUTDATED, decided_at=now)
        )
    if end.absent and end.hold:
        _hold(target, end.absent, now)
    elif end.absent:
        _delete(target, end.absent, now, keep=end.keep)


def _hold(target: Target, absent: Sequence[int], now: datetime) -> None:
    connection = target.connection
    for some in batches(absent):
        connection.execute(
            update(resources)
            .where(resources.c.id.in_(some), resources.c.source_id == target.source_id)
            .values(presence=Presence.MISSING)
        )
    connection.execute(
        insert(reviews).values(
            source_id=target.source_id,
            run_id=target.run_id,
            state=ReviewState.WAITING,
            missing=connection.scalar(_count(target.source_id, resources.c.presence == Presence.MISSING)),
            present=connection.scalar(_count_kept(target.source_id)),
            created_at=now,
        )
    )


def _delete(target: Target, absent: Sequence[int], now: datetime, *, keep: bool) -> None:
    database, moment = target.database, target.database.moment(now)
    rows = [(moment, number, target.source_id) for number in absent]
    # Of what was never fetched there is nothing to be kept.
    presence = "CASE WHEN length(fingerprint) = 0 THEN 'gone' ELSE 'kept' END" if keep else "'gone'"
    database.write_many(
        target.connection,
        f"UPDATE resources SET presence = {presence}, outcome = '{Outcome.DELETED.value}', "  # noqa: S608 - our words
        "gone_since = ? WHERE id = ? AND source_id = ?",
        rows,
    )
    if keep:
        return
    shown = [(True, number) for number in absent]
    database.write_many(target.connection, "UPDATE records SET hidden = ? WHERE id = ?", shown)


def _settle_source(target: Target, begun: Pass, end: PassEnd, now: datetime) -> None:
    connection = target.connection
    this = sources.c.id == target.source_id
    source = connection.execute(select(sources.c.kind, sources.c.url, sources.c.settings).where(this)).one()
    values: dict[str, Any] = {
        "last_run_id": target.run_id,
        "last_state": end.ending.state.value,
        "failures": sources.c.failures + 1 if end.ending.state is RunState.FAILED else 0,
        "resources": _count_kept(target.source_id).scalar_subquery(),
    }
    # What this pass learned is worth nothing to the next one where the source was changed meanwhile.
    if end.complete and dict(source._mapping) == begun.config:
        values |= {"cursor": dict(begun.cursor), "since": begun.next_since}
        if begun.asked_since is None:
            values["last_complete"] = begun.started_at
    if begun.whole:
        values |= {"listed_at": now, "announced": end.ending.progress.done}
    if end.complete and begun.whole:
        _forget_old_pages(target)
    connection.execute(update(sources).where(this).values(values))


def _count(source_id: int, condition: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(resources).where(resources.c.source_id == source_id, condition)


def _count_kept(source_id: int) -> Any:
    return _count(source_id, resources.c.presence.in_(ON_REMOTE))


def _forget_old_pages(target: Target) -> None:
    used = select(parts.c.digest).where(parts.c.run_id == target.run_id)
    target.connection.execute(pages.delete().where(pages.c.source_id == target.source_id, pages.c.digest.not_in(used)))
