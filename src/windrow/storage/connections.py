"""Connections to PostgreSQL: what is asked of each, so that a silent network or a frozen client holds nobody up."""

import time
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import DisconnectionError

CONNECT_SECONDS = 5
"""How long a server may take to answer a new connection."""

SILENCE_SECONDS = 4
"""How long the other side's machine may keep silent before a connection counts as dead, at both ends: long enough for
packets that are lost and sent again, short enough for a worker to renew its leases (8 s) over a new connection."""

IDLE_SECONDS = 60
"""How long a transaction may stand open with nothing asked in it: its client is frozen and its locks stand."""

RESTED_SECONDS = 1.0
"""How long a connection may lie in the pool before it is tried when it is taken out: a try is a round trip, and work of
milliseconds takes connections all the time."""

IDLE_FOR_TOO_LONG = "25P03"
"""What PostgreSQL calls the end of such a transaction."""

_PROBE_AFTER = 2
_PROBE_EVERY = 1
_PROBES = 2

# Without these, TCP waits a quarter of an hour for an answer to what was sent, and two hours before it asks whether a
# machine that says nothing is still there.
_AT_OUR_END = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": _PROBE_AFTER,
    "keepalives_interval": _PROBE_EVERY,
    "keepalives_count": _PROBES,
    "tcp_user_timeout": SILENCE_SECONDS * 1000,
}

# The server must notice by itself that we are gone: until then it keeps our transaction, and whoever wants the rows
# that it locked waits. The sweeper skips locked rows, so a run in them would not be given to another worker at all.
_AT_THE_SERVER = {
    "tcp_keepalives_idle": _PROBE_AFTER,
    "tcp_keepalives_interval": _PROBE_EVERY,
    "tcp_keepalives_count": _PROBES,
    "tcp_user_timeout": SILENCE_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
    # The driver cannot express year 9999 in zones east of Greenwich, and open ends are often written so.
    "timezone": "UTC",
}

UNHURRIED = "SET LOCAL idle_in_transaction_session_timeout = 0"
"""For a transaction that waits for people between two questions, such as a download."""


def connect_arguments(url: URL) -> dict[str, Any]:
    """Arguments of libpq for a new connection. What the URL says itself stands; its `options` come after ours."""
    ours = {name: value for name, value in _AT_OUR_END.items() if name not in url.query}
    settings = " ".join(f"-c {name}={value}" for name, value in _AT_THE_SERVER.items())
    given = url.query.get("options", "")
    theirs = given if isinstance(given, str) else " ".join(given)
    return {**ours, "options": f"{settings} {theirs}".strip()}


def ping_if_rested(raw: Any, record: Any, _proxy: object) -> None:
    """When a connection is taken from the pool: has it replaced if it broke. Raises `DisconnectionError`."""
    if time.monotonic() - record.info.get("used", 0.0) < RESTED_SECONDS:
        return
    try:
        with raw.cursor() as cursor:
            cursor.execute("SELECT 1")
        raw.rollback()
    except Exception as error:
        raise DisconnectionError("The connection broke while it lay in the pool.") from error


def note_rest(_raw: object, record: Any) -> None:
    """When a connection goes back into the pool."""
    record.info["used"] = time.monotonic()
