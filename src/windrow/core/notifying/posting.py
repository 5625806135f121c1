"""Posting: a signed message to a webhook, and errors that do not tell where it was sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from windrow.core.notifying.signing import sign
from windrow.errors import BadInput, ProcessLost, RemoteError
from windrow.model.notifications import Secrets, hide_address
from windrow.ports.fetching import Check, CourierMaker, Manners

MANNERS = Manners(
    requests_per_second=0,
    connect_timeout=10.0,
    read_timeout=15.0,
    whole_timeout=30.0,
    size_limit=1 << 20,
    attempts=1,  # the run is tried again, over hours
)
"""How a receiver of webhooks is treated."""

Unsent = RemoteError | BadInput | ProcessLost
"""Why a message did not arrive."""


def post_signed(
    make_courier: CourierMaker,
    secrets: Secrets,
    content: Mapping[str, Any],
    *,
    message_id: str,
    now: datetime,
    check: Check,
) -> None:
    """Posts JSON, signed as Standard Webhooks are.

    `message_id` is the same at every attempt, so that a receiver can tell a message that comes twice.
    Raises `RemoteError` and `HostResting`, which may tell the address: see `without_address`.
    """
    body = orjson.dumps(content)
    headers = sign(secrets.signing, message_id=message_id, timestamp=int(now.timestamp()), body=body)
    courier = make_courier(MANNERS, origin=secrets.address, credential=None, check=check)
    courier.send("POST", secrets.address, body, media_type="application/json", headers=headers)


def without_address(error: Unsent, address: str, *, more: str = "") -> str:
    """What an error tells, without anything of an address that is not shown, and `more`; the error tells it too.

    Raise it `from None`: its causes may name the address.
    """
    problem = hide_address(str(error), address) + more
    error.args = (problem,)
    error.__context__ = None
    return problem
