"""Sources: the port `Sources` on either database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NameTaken, NotFound
from windrow.model.availability import Check, Span
from windrow.model.listings import Listed, Listing
from windrow.model.paging import PageOf, check_limit
from windrow.model.resources import Resource
from windrow.model.sources import Credential, DeletionReview, Source
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.sources import Choice, ResourceFilter
from windrow.storage import availability, resources, reviews, source_removal
from windrow.storage.attendants import attend, find_attendants, save_attendant
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.listings import list_rows
from windrow.storage.numbers import can_be_id
from windrow.storage.secrets import Vault
from windrow.storage.source_rows import (
    IS_ACTIVE,
    SOURCE_FIELDS,
    select_sources,
    select_troubled,
    source_values,
    to_source,
)
from windrow.storage.tables import sources, tasks
from windrow.storage.task_rows import from_task
from windrow.storage.tasks import save_task

RESUME_AFTER = timedelta(minutes=10)
"""A source that was marked so long ago and is still there was left behind by a process that ended."""


class SqlSources:
    """Sources and what is kept of them."""

    def __init__(self, database: Database, vault: Vault, clock: Clock = system_clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def add(self, source: Source, task: Task, credential: Credential | None, attendants: Sequence[Task] = ()) -> Source:
        """Writes a source with its tasks, whose parameters are told the source's number."""
        with self._database.write(wake=True) as connection:
            connection.execute(insert(tasks).values(from_task(task, now=self._clock())))
            values = {
                **source_values(source),
                "tenant_id": source.tenant_id,
                "task_id": task.id,
                "credential": self._seal(credential, task.id),
                "created_at": source.created_at or self._clock(),
                "changed_at": source.changed_at or self._clock(),
                "cursor": {},
            }
            try:
                source_id = connection.scalars(insert(sources).values(values).returning(sources.c.id)).one()
            except IntegrityError as error:
                raise _name_taken(source) from error
            parameters = {**task.parameters, "source_id": source_id}
            connection.execute(update(tasks).where(tasks.c.id == task.id).values(parameters=parameters))
            for each in attendants:
                told = {**each.parameters, "source_id": source_id}
                attend(connection, replace(each, source_id=source_id, parameters=told), now=self._clock())
            return to_source(_one(connection, source_id, None))

    def get(self, source_id: int, *, tenant_id: str | None) -> Source:
        """One source."""
        with self._database.read() as connection:
            return to_source(_one(connection, source_id, tenant_id))

    def page(
        self, *, tenant_id: str | None, limit: int, cursor: str | None = None, retired: bool = False
    ) -> PageOf[Source]:
        """In the order they were made."""
        which = ~IS_ACTIVE if retired else IS_ACTIVE
        query = select_sources().where(which).order_by(sources.c.id).limit(check_limit(limit) + 1)
        if tenant_id is not None:
            query = query.where(sources.c.tenant_id == tenant_id)
        if cursor is not None:
            query = query.where(sources.c.id > number_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return to_page(rows, [to_source(row) for row in rows], limit)

    def list_by(self, listing: Listing, *, tenant_id: str | None) -> Listed[Source]:
        """Sources by page number."""
        query = select_sources().where(IS_ACTIVE)
        if tenant_id is not None:
            query = query.where(sources.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            rows, total = list_rows(connection, query, listing, SOURCE_FIELDS, sources.c.id)
        return Listed([to_source(row) for row in rows], total)

    def list_resources_by(self, source_id: int, listing: Listing) -> Listed[Resource]:
        """Resources that the remote has, by page number."""
        with self._database.read() as connection:
            return resources.list_resources_by(connection, source_id, listing)

    def find_resources(self, source_id: int, identifiers: Sequence[str]) -> dict[str, int]:
        """The numbers of resources that the remote has, by their identifiers."""
        with self._database.read() as connection:
            return resources.find_resources(connection, source_id, identifiers)

    def troubled(self, *, tenant_id: str | None, limit: int) -> list[Source]:
        """Sources that a person should look at."""
        query = select_troubled().limit(check_limit(limit))
        if tenant_id is not None:
            query = query.where(sources.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            return [to_source(row) for row in connection.execute(query)]

    def count(self, *, tenant_id: str | None) -> int:
        """How many there are."""
        query = select(func.count()).select_from(sources).where(~sources.c.deleting, IS_ACTIVE)
        if tenant_id is not None:
            query = query.where(sources.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            return connection.scalars(query).one()

    def kinds(self) -> list[str]:
        """Of which kinds there are any."""
        with self._database.read() as connection:
            return list(connection.scalars(select(sources.c.kind).distinct().order_by(sources.c.kind)))

    def save(
        self,
        source: Source,
        *,
        credential: Credential | None = None,
        drop_credential: bool = False,
        task: Task | None = None,
        attendants: Sequence[Task] = (),
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change; what changes the harvest makes the next pass a whole one."""
        values = {**source_values(source), "changed_at": source.changed_at or self._clock()}
        with self._database.write(wake=task is not None or bool(attendants)) as connection:
            # On PostgreSQL two may come here at once: the second waits for the first, and sees what it wrote.
            kept = to_source(_one(connection, source.id, None, lock=True))
            if seen is not None and kept.changed_at != seen:
                raise Conflict(
                    f"Source {source.id} was changed by somebody else meanwhile: look at it, and change it again."
                )
            if credential is not None or drop_credential:
                values["credential"] = self._seal(credential, kept.task_id)
            try:
                connection.execute(update(sources).where(sources.c.id == source.id).values(values))
            except IntegrityError as error:
                raise _name_taken(source) from error
            if (kept.kind, kept.url, kept.settings) != (source.kind, source.url, dict(source.settings)):
                resources.forget_pages(connection, source.id)
            if task is not None:
                save_task(connection, task, now=self._clock())
            for each in attendants:
                save_attendant(connection, each, now=self._clock())

    def attendants(self, source_ids: Sequence[int]) -> list[Task]:
        """The tasks that look after these sources beside their harvests."""
        with self._database.read() as connection:
            return find_attendants(connection, source_ids)

    def attend(self, task: Task) -> Task:
        """Writes such a task unless there is one of its kind; returns the one that there is."""
        with self._database.write() as connection:
            return attend(connection, task, now=self._clock())

    def note_check(self, source_id: int, check: Check) -> None:
        """Keeps what a check of a source said."""
        with self._database.write(wake=True) as connection:
            availability.note_check(connection, source_id, check)

    def list_spans(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Span]:
        """When a source answered and when not, newest first."""
        with self._database.read() as connection:
            return availability.list_spans(connection, source_id, limit=check_limit(limit), cursor=cursor)

    def credential(self, source_id: int) -> Credential | None:
        """A source's secret, decrypted."""
        with self._database.read() as connection:
            row = _one(connection, source_id, None)
        return None if row.credential is None else self._vault.open(row.credential, place=row.task_id)

    def delete(self, source_id: int, *, tenant_id: str | None) -> list[str]:
        """Deletes a source with its task, runs, resources and records, in batches; returns its blobs."""
        if not can_be_id(source_id):
            raise NotFound("source", source_id)
        with self._database.write(wake=True) as connection:
            source_removal.mark_removed(connection, source_id, tenant_id=tenant_id, now=self._clock())
        return [blob for some in source_removal.remove_marked(self._database, source_id) for blob in some]

    def list_resources(
        self, source_id: int, which: ResourceFilter, *, limit: int, cursor: str | None = None
    ) -> PageOf[Resource]:
        """A source's resources in the order they were found."""
        with self._database.read() as connection:
            return resources.list_resources(connection, source_id, which, limit=limit, cursor=cursor)

    def note_choices(self, source_id: int, choices: Sequence[Choice], *, now: datetime) -> None:
        """Lists resources that are not known yet, and says of all of them whether they are wanted."""
        resources.note_choices(self._database, source_id, choices, now=now)

    def want(self, source_id: int, resource_ids: Sequence[int] | None, *, wanted: bool, now: datetime) -> int:
        """Says whether resources (None: all) belong in the catalogue; returns how many changed."""
        del now  # a record that is shown again is no newer for it
        return resources.want(self._database, source_id, resource_ids, wanted=wanted)

    def retry_quarantined(self, source_id: int, resource_ids: Sequence[int] | None) -> int:
        """Has the next harvest read quarantined resources again; returns how many."""
        return resources.retry_quarantined(self._database, source_id, resource_ids)

    def list_reviews(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[DeletionReview]:
        """A source's held deletions, newest first."""
        with self._database.read() as connection:
            return reviews.list_reviews(connection, source_id, limit=limit, cursor=cursor)

    def decide_review(
        self, source_id: int, review_id: int, *, approve: bool, user_id: str, now: datetime
    ) -> DeletionReview:
        """Lets a held deletion through (missing becomes gone) or refuses it (missing becomes present).

        The decision counts before all of it is done: were this process to die meanwhile, the next whole pass finds the
        rest missing again and asks again.
        """
        with self._database.write() as connection:
            review = reviews.decide(connection, source_id, review_id, approve=approve, user_id=user_id, now=now)
        resources.settle_missing(self._database, source_id, delete=approve, now=now)
        return review

    def restore(self, source_id: int, resource_ids: Sequence[int] | None, *, now: datetime) -> int:
        """Undoes deletions that are still in their grace time; returns how many came back."""
        return resources.restore(self._database, source_id, resource_ids, now=now)

    def purge(self, now: datetime, *, limit: int) -> int:
        """Removes tombstones whose grace time is over, at most `limit`; returns how many.

        Goes on, too, with removing sources whose deletion was cut short; their files are left to a sweep of the blobs.
        """
        with self._database.read() as connection:
            left_behind = source_removal.find_marked(connection, self._clock() - RESUME_AFTER)
        for source_id in left_behind:
            for _ in source_removal.remove_marked(self._database, source_id):
                pass
        return resources.purge(self._database, now, limit=limit)

    def _seal(self, credential: Credential | None, task_id: str) -> bytes | None:
        # A source has no number before it is written, but its task has an id.
        return None if credential is None else self._vault.seal(credential, place=task_id)


def _one(connection: Connection, source_id: int, tenant_id: str | None, *, lock: bool = False) -> Row[Any]:
    query = select_sources().where(sources.c.id == source_id)
    if tenant_id is not None:
        query = query.where(sources.c.tenant_id == tenant_id)
    if lock:
        query = query.with_for_update(of=sources)
    row = connection.execute(query).one_or_none() if can_be_id(source_id) else None
    if row is None:
        raise NotFound("source", source_id)
    return row


def _name_taken(source: Source) -> NameTaken:
    return NameTaken(f"There is a source {source.name!r} already; choose another name.")
