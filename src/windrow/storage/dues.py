"""Dues: what is to be pushed to a target, and what to be taken away from it."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, false, func, or_, select

from windrow.model.targets import Standing, TargetState
from windrow.ports.deliveries import Stretch
from windrow.storage.tables import deliveries, records, resources, targets

SHOWN = and_(records.c.id == resources.c.id, ~records.c.hidden)
"""A record belongs at a target as long as the catalogue shows it: `hidden` is what is gone or unwanted, and neither
what is only held nor what is kept."""


_FOUND = records.alias("found")
_IS_SHOWN = select(_FOUND.c.id).where(_FOUND.c.id == resources.c.id, ~_FOUND.c.hidden).exists()
"""The same, asked of a resource."""


def find_stretch(connection: Connection, target: Row[Any], *, removals: bool, after: int, limit: int) -> Stretch | None:
    """The next resources behind `after` that have something to do."""
    number = deliveries.c.resource_id if removals else resources.c.id
    due = _select_removals(target) if removals else _select_due(target)
    some = due.where(number > after).order_by(number).limit(limit).subquery()
    column = some.c[0]
    first, last, count = connection.execute(select(func.min(column), func.max(column), func.count())).one()
    return Stretch(first, last, count) if count else None


def due_between(target: Row[Any], first: int, last: int) -> Select[Any]:
    """The numbers of what is to be pushed of a stretch, each with its record's identifier and the name it has there."""
    within = (resources.c.id >= first, resources.c.id <= last)
    more = (records.c.identifier, deliveries.c.identifier.label("given"))
    query = _select_due(target).add_columns(*more).join(records, records.c.id == resources.c.id)
    return query.where(*within).order_by(resources.c.id)


def removals_between(target: Row[Any], first: int, last: int) -> Select[Any]:
    """The numbers of what is to be taken away of a stretch."""
    within = (deliveries.c.resource_id >= first, deliveries.c.resource_id <= last)
    return _select_removals(target).where(*within).order_by(deliveries.c.resource_id)


def is_anything_due(connection: Connection, target: Row[Any]) -> bool:
    """Whether a push would have something to do there."""
    return any(
        connection.execute(query.limit(1)).first() is not None
        for query in (_select_removals(target), _select_due(target))
    )


def count_standing(connection: Connection, target: Row[Any]) -> Standing:
    """How far a target is."""
    there = select(func.count()).where(deliveries.c.target_id == target.id, deliveries.c.problem != "")
    failed = connection.scalar(there) or 0
    pushed, waiting = connection.execute(_counted(target)).one()
    removals = _select_removals(target).where(deliveries.c.problem == "").subquery()
    waiting = (waiting or 0) + (connection.scalar(select(func.count()).select_from(removals)) or 0)
    return Standing(pushed or 0, waiting, failed)


def _counted(target: Row[Any]) -> Select[Any]:
    sound = func.coalesce(deliveries.c.problem, "") == ""
    due = _is_due(target)
    return (
        select(
            func.sum(case((and_(sound, ~due), 1), else_=0)),
            func.sum(case((and_(sound, due), 1), else_=0)),
        )
        .select_from(_joined(target))
        .where(resources.c.source_id == target.source_id, _IS_SHOWN, target.state == TargetState.KEPT)
    )


def _joined(target: Row[Any]) -> Any:
    here = and_(deliveries.c.target_id == target.id, deliveries.c.resource_id == resources.c.id)
    return resources.outerjoin(deliveries, here)


def _is_due(target: Row[Any]) -> ColumnElement[bool]:
    changed = deliveries.c.version.is_distinct_from(resources.c.last_changed)
    return or_(changed, deliveries.c.edition != target.edition)


def _select_due(target: Row[Any]) -> Select[Any]:
    query = select(resources.c.id).select_from(_joined(target))
    of_source = (resources.c.source_id == target.source_id, target.state == TargetState.KEPT)
    # Records are large rows. SQLite would look at each of them first, and then whether it is due at all.
    return query.where(*of_source, case((_is_due(target), _IS_SHOWN), else_=false()))


def _select_removals(target: Row[Any]) -> Select[Any]:
    query = select(deliveries.c.resource_id).where(deliveries.c.target_id == target.id)
    if target.state == TargetState.LEAVING:
        return query
    shown = select(records.c.id).where(records.c.id == deliveries.c.resource_id, ~records.c.hidden)
    return query.where(~shown.exists())


def select_target(target_id: int) -> Select[Any]:
    """A target's row."""
    return select(targets).where(targets.c.id == target_id)
