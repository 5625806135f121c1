"""Deliveries: what is written while records are pushed, each result as soon as it is known."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, Row, insert, literal_column, not_, select, update

from windrow.errors import Cancelled, LeaseLost, NotFound
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Part, PartState, RunState
from windrow.model.targets import Consignment, Delivery, names_for
from windrow.ports.deliveries import Arrived, Refused, Removed, Result
from windrow.storage.database import Database
from windrow.storage.dues import SHOWN, due_between, removals_between, select_target
from windrow.storage.listing import number_of, to_page
from windrow.storage.record_rows import decode
from windrow.storage.records import read_documents
from windrow.storage.tables import deliveries, originals, parts, records, resources, runs, targets
from windrow.storage.target_rows import to_delivery

FAILED: ColumnElement[bool] = literal_column("deliveries.problem <> ''")
"""In the words of its partial index."""

_GOES_ON = (RunState.WAITING.value, RunState.RUNNING.value)


def announce(connection: Connection, part: Part, target_id: int, first: int, last: int) -> list[int]:
    """Gives a name to each record of a stretch that is due and has none; returns the numbers of all that are due."""
    _fence(connection, part)
    target = _one(connection, target_id)
    due = connection.execute(due_between(target, first, last)).all()
    unnamed = [(row.id, names_for(row.id, row.identifier)) for row in due if row.given is None]
    if unnamed:
        taken = _names_taken(connection, target, [name for _, names in unnamed for name in names])
        rows = []
        for number, names in unnamed:
            name = next(each for each in (*names, f"windrow-{target_id}-{number}") if each not in taken)
            taken.add(name)
            rows.append({"target_id": target_id, "resource_id": number, "identifier": name})
        connection.execute(insert(deliveries), rows)
    return [row.id for row in due]


def _names_taken(connection: Connection, target: Row[Any], names: Sequence[str]) -> set[str]:
    # Whoever gives names at this place at the same time waits here, and then sees the ones that were given.
    same = select(targets.c.id).where(targets.c.place == target.place).order_by(targets.c.id).with_for_update()
    ids = connection.scalars(same).all()
    taken = select(deliveries.c.identifier).where(deliveries.c.identifier.in_(names), deliveries.c.target_id.in_(ids))
    return set(connection.scalars(taken))


def find_removals(connection: Connection, target_id: int, first: int, last: int) -> list[Delivery]:
    """What of a stretch is to be taken away."""
    numbers = removals_between(_one(connection, target_id), first, last).subquery()
    query = _with_title().where(
        deliveries.c.target_id == target_id, deliveries.c.resource_id.in_(select(numbers.c.resource_id))
    )
    return [to_delivery(row) for row in connection.execute(query.order_by(deliveries.c.resource_id))]


def consign(database: Database, connection: Connection, target_id: int, number: int) -> Consignment | None:
    """A record as it is to be pushed."""
    # The moment of its last change is read no later than what it says: what changes in between is pushed once more.
    query = (
        select(
            records,
            resources.c.last_changed,
            deliveries.c.identifier.label("given"),
            deliveries.c.remote,
            originals.c.resource_id.label("original"),
        )
        .select_from(resources.join(records, SHOWN).outerjoin(originals, originals.c.resource_id == resources.c.id))
        .join(deliveries, deliveries.c.resource_id == resources.c.id)
        .where(resources.c.id == number, deliveries.c.target_id == target_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    # The document as it came does not say what was changed here.
    documents = read_documents(database, connection, [number]) if row.original is None else []
    _, media_type, raw = documents[0] if documents else (number, "", b"")
    return Consignment(number, row.given, row.remote, row.last_changed, decode(row), raw, media_type)


def note(connection: Connection, part: Part, target_id: int, result: Result, *, counted: str, now: datetime) -> None:
    """Keeps what became of one record."""
    counts = Counter(_fence(connection, part))
    counts[counted] += 1
    connection.execute(update(parts).where(parts.c.id == part.id).values(counts=dict(counts)))
    this = (deliveries.c.target_id == target_id, deliveries.c.resource_id == result.number)
    tried = {"tried_at": now, "attempts": deliveries.c.attempts + 1}
    match result:
        case Arrived():
            values = {"remote": result.remote, "version": result.version, "edition": result.edition, "problem": ""}
            connection.execute(update(deliveries).where(*this).values(**values, **tried, pushed_at=now))
        case Refused():
            values = {"problem": result.problem, "version": result.version, "edition": result.edition}
            connection.execute(update(deliveries).where(*this).values(**values, **tried))
        case Removed():
            connection.execute(deliveries.delete().where(*this))
        case _:
            assert_never(result)


def list_deliveries(
    connection: Connection, target_id: int, *, failed: bool | None, limit: int, cursor: str | None
) -> PageOf[Delivery]:
    """What became of each record, by its number."""
    query = _with_title().where(deliveries.c.target_id == target_id)
    if cursor is not None:
        query = query.where(deliveries.c.resource_id > number_of(cursor))
    if failed is not None:
        query = query.where(FAILED if failed else not_(FAILED))
    rows = connection.execute(query.order_by(deliveries.c.resource_id).limit(check_limit(limit) + 1)).all()
    return to_page(rows, [to_delivery(row) for row in rows], limit)


def _with_title() -> Any:
    of_resource = resources.c.id == deliveries.c.resource_id
    return select(deliveries, deliveries.c.resource_id.label("id"), resources.c.title).outerjoin(resources, of_resource)


def _one(connection: Connection, target_id: int) -> Row[Any]:
    row = connection.execute(select_target(target_id)).one_or_none()
    if row is None:
        raise NotFound("target", target_id)
    return row


def _fence(connection: Connection, part: Part) -> dict[str, int]:
    """Holds the part against whoever would take it, until this commits; returns what it has counted so far."""
    held = select(parts.c.counts).where(
        parts.c.id == part.id,
        parts.c.attempts == part.attempts,
        parts.c.worker_id == part.worker_id,
        parts.c.state == PartState.RUNNING.value,
        select(runs.c.id).where(runs.c.id == parts.c.run_id, runs.c.state.in_(_GOES_ON)).exists(),
    )
    row = connection.execute(held.with_for_update(of=parts)).one_or_none()
    if row is not None:
        return dict(row.counts or {})
    state = connection.scalar(select(runs.c.state).where(runs.c.id == part.run_id))
    if state in (RunState.CANCELLING, RunState.CANCELLED):
        raise Cancelled(f"Run {part.run_id} was cancelled.")
    raise LeaseLost(f"Attempt {part.attempts} at part {part.id} is not the current one.")
