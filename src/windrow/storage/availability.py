"""Availability: what the checks of a source said, kept as spans, so that years of it stay small."""

from sqlalchemy import Connection, insert, select, update

from windrow.model.availability import Check, Span
from windrow.model.paging import PageOf
from windrow.storage.listing import number_of, to_page
from windrow.storage.tables import availability, sources

KEPT = 1_000
"""Spans of a source that are kept: enough to see how it behaved, however often it comes and goes."""


def note_check(connection: Connection, source_id: int, check: Check) -> None:
    """Lengthens the last span, or begins another one where this check says something else."""
    of_source = availability.c.source_id == source_id
    latest = select(availability).where(of_source).order_by(availability.c.id.desc()).limit(1).with_for_update()
    last = connection.execute(latest).one_or_none()
    if last is not None and (last.available, last.problem) == (check.available, check.problem):
        longer = {"until": check.at, "checks": last.checks + 1, "seconds": check.seconds}
        connection.execute(update(availability).where(availability.c.id == last.id).values(longer))
    else:
        fresh = {"source_id": source_id, "available": check.available, "problem": check.problem, "checks": 1}
        times = {"since": check.at, "until": check.at, "seconds": check.seconds}
        connection.execute(insert(availability).values(fresh | times))
        beyond = select(availability.c.id).where(of_source).order_by(availability.c.id.desc()).offset(KEPT).limit(1)
        oldest = connection.scalar(beyond)
        if oldest is not None:
            connection.execute(availability.delete().where(of_source, availability.c.id <= oldest))
    noted = {"available": check.available, "checked_at": check.at}
    connection.execute(update(sources).where(sources.c.id == source_id).values(noted))


def list_spans(connection: Connection, source_id: int, *, limit: int, cursor: str | None) -> PageOf[Span]:
    """A source's spans, newest first."""
    query = select(availability).where(availability.c.source_id == source_id).order_by(availability.c.id.desc())
    if cursor is not None:
        query = query.where(availability.c.id < number_of(cursor))
    rows = connection.execute(query.limit(limit + 1)).all()
    return to_page(rows, [Span(**row._mapping) for row in rows], limit)
