"""Named secrets as shapes."""

from windrow.model.named_secrets import NamedSecret
from windrow.wire import named_secrets as shapes


def to_secret(secret: NamedSecret) -> shapes.Secret:
    """A secret without its value."""
    return shapes.Secret(
        name=secret.name,
        hosts=list(secret.hosts),
        owner_id=secret.owner_id,
        created_at=secret.created_at,
        changed_at=secret.changed_at,
    )
