"""Items as shapes."""

from windrow.model import items
from windrow.wire import items as shapes


def to_item(item: items.Item) -> shapes.Item:
    """An item without its content. Where a file of a folder lies is nobody's business but this machine's."""
    return shapes.Item(
        id=item.id,
        title=item.title,
        type=item.type.value,
        name=item.name,
        size=item.size,
        media_type=item.media_type,
        sha256=item.sha256,
        uploaded=item.is_uploaded,
        owner_id=item.owner_id,
        created_at=item.created_at,
        changed_at=item.changed_at,
    )
