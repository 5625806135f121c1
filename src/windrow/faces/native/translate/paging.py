"""Pages and moments, which all words have."""

from datetime import UTC, datetime
from typing import TypeVar, overload

from windrow.errors import BadInput
from windrow.model.paging import PageOf
from windrow.wire import shapes

Shape = TypeVar("Shape")


def list_of(page: PageOf[Shape]) -> shapes.ListOf[Shape]:
    """A page of shapes."""
    return shapes.ListOf(items=page.items, next=page.next)


@overload
def in_utc(moment: datetime, *, field: str) -> datetime: ...
@overload
def in_utc(moment: datetime | None, *, field: str) -> datetime | None: ...
def in_utc(moment: datetime | None, *, field: str) -> datetime | None:
    """A moment that came in, in UTC. Raises `BadInput` when it has no zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise BadInput.of(field, "needs a time zone, such as 2026-01-01T00:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise BadInput.of(field, "lies outside the years 1 to 9999 in UTC") from error
