"""Whether the validators of a capabilities document can be trusted to change with it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SETTLED = timedelta(seconds=2)


def is_settled(modified: str, answered: str) -> bool:
    """False for a document changed in the very second it was fetched in, or that claims to change with every answer.

    `Last-Modified` tells seconds, and web servers make their ETags of that and the size (RFC 9110, 8.8.2.2). Both
    arguments are HTTP dates: the document's own, and when it was answered.
    """
    changed, now = _moment(modified), _moment(answered)
    return changed is None or now is None or now - changed > _SETTLED


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
