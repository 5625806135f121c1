"""Identifiers: time-ordered UUIDs (version 7, RFC 9562), so that the newest sorts last."""

import os
import re
import time
import uuid
from datetime import UTC, datetime

_ANY_SPELLING = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")


def new_id() -> str:
    """A new identifier: 36 characters, lower case, ordered by the millisecond of its making."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def first_id_at(moment: datetime) -> str:
    """The least identifier that can be made at a moment: what sorts before it was made earlier."""
    return str(uuid.UUID(int=int(moment.timestamp() * 1000) << 80))


def is_id(text: str) -> bool:
    """Whether the text is one of our identifiers in its usual spelling."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def usual_spelling(text: str) -> str:
    """One of our identifiers as we spell it, if it came without its dashes or in capitals; any other text as it is."""
    return str(uuid.UUID(text)) if _ANY_SPELLING.fullmatch(text) else text


def made_at(identifier: str) -> datetime:
    """The moment an identifier was made, to the millisecond."""
    return datetime.fromtimestamp((uuid.UUID(identifier).int >> 80) / 1000, UTC)
