"""Spelling: identifiers and moments as ArcGIS writes them, and words that its clients must never read."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from windrow.errors import BadInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HEX = re.compile(r"[0-9a-fA-F]{32}")
_POISON = (
    (re.compile(r"invalid(\s+)token", re.IGNORECASE), "token rejected"),
    (re.compile(r"token is valid but access is denied\.?", re.IGNORECASE), "the token is good, and access refused"),
    (re.compile(r"token(\s+)required", re.IGNORECASE), "a token is needed"),
)
_SPLIT = re.compile(rb"(invalid) (token)|(Token is valid) (but access is denied\.)|(token) (required)", re.IGNORECASE)


def to_hex(identifier: str) -> str:
    """One of our identifiers without its dashes; anything else stays as it is."""
    return identifier.replace("-", "").lower() if is_own(identifier) else identifier


def from_hex(text: str) -> str:
    """One of our identifiers, spelled with or without dashes; anything else stays as it is, and names nothing here."""
    return str(uuid.UUID(text.replace("-", ""))) if is_own(text) else text


def is_own(text: str) -> bool:
    """Whether it is spelled as our identifiers are."""
    return len(text) in (32, 36) and _HEX.fullmatch(text.replace("-", "")) is not None


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(text: str, field: str) -> datetime:
    """A moment. Raises `BadInput`."""
    try:
        return EPOCH + timedelta(milliseconds=int(text[:20]))
    except (ValueError, OverflowError) as error:
        raise BadInput.of(field, "must be milliseconds since 1970, UTC") from error


def rephrased(value: Any) -> Any:
    """The same in other words where it holds some of which a client believes that its token is bad.

    A client that reads them anywhere, in a run's text or a title, sends its next requests without its token.
    """
    if isinstance(value, str):
        for pattern, instead in _POISON:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, dict):
        return {rephrased(name): rephrased(each) for name, each in value.items()}
    return [rephrased(each) for each in value] if isinstance(value, list | tuple) else value


def disarmed(json_text: bytes) -> bytes:
    r"""JSON that says the same, with `\u0020` for the space in such words: a file's content must not change."""
    return _SPLIT.sub(lambda found: b"\\u0020".join(each for each in found.groups() if each), json_text)
