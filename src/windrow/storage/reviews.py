"""Reviews: deletions that wait for a person, and what the person decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from windrow.errors import Conflict, NotFound
from windrow.model.paging import PageOf, check_limit
from windrow.model.sources import DeletionReview, ReviewState
from windrow.storage.listing import number_of, to_page
from windrow.storage.numbers import can_be_id
from windrow.storage.tables import reviews


def list_reviews(connection: Connection, source_id: int, *, limit: int, cursor: str | None) -> PageOf[DeletionReview]:
    """A source's held deletions, newest first."""
    query = select(reviews).where(reviews.c.source_id == source_id)
    if cursor is not None:
        query = query.where(reviews.c.id < number_of(cursor))
    rows = connection.execute(query.order_by(reviews.c.id.desc()).limit(check_limit(limit) + 1)).all()
    return to_page(rows, [_review(row) for row in rows], limit)


def decide(
    connection: Connection, source_id: int, review_id: int, *, approve: bool, user_id: str, now: datetime
) -> DeletionReview:
    """Notes the decision on a waiting review. Of two people who decide at once, one is told by `Conflict`."""
    if not can_be_id(review_id):
        raise NotFound("review", review_id)
    one = (reviews.c.id == review_id, reviews.c.source_id == source_id)
    state = ReviewState.APPROVED if approve else ReviewState.REFUSED
    changed = connection.execute(
        update(reviews)
        .where(*one, reviews.c.state == ReviewState.WAITING)
        .values(state=state, decided_at=now, decided_by=user_id)
    ).rowcount
    row = connection.execute(select(reviews).where(*one)).one_or_none()
    if row is None:
        raise NotFound("review", review_id)
    if changed != 1:
        raise Conflict(f"Review {review_id} is {row.state} already; look at the newest one.")
    return _review(row)


def _review(row: Row[Any]) -> DeletionReview:
    return DeletionReview(**{**row._mapping, "state": ReviewState(row.state)})
