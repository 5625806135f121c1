"""Copies, as shapes."""

from windrow.model import copies
from windrow.wire import copies as shapes


def to_copy(copy: copies.Copy) -> shapes.Copy:
    """A file that a record links to."""
    return shapes.Copy(
        id=copy.id,
        record_id=copy.resource_id,
        role=copy.wanted.role.value,
        href=copy.wanted.href,
        state=copy.state.value,
        name=copy.name or copy.wanted.name,
        media_type=copy.media_type or copy.wanted.media_type,
        size=copy.size,
        sha256=copy.sha256,
        problem=copy.problem,
        attempts=copy.attempts,
        copied_at=copy.copied_at,
        checked_at=copy.checked_at,
    )


def to_stock(stock: copies.Stock) -> shapes.Stock:
    """What a source has of copies."""
    return shapes.Stock(counts={state.value: count for state, count in stock.counts.items()}, size=stock.size)
