"""A destination: who is sent reports, by which way, under a name that may be told to everybody of a team."""

from dataclasses import dataclass
from datetime import datetime

from windrow.model.notifications import Channel


@dataclass(frozen=True, slots=True)
class Destination:
    """Where reports are sent.

    shown     the address as it may be seen: scheme and host
    sent_at   when something last arrived there
    problem   why the last sending did not arrive; "" where it did
    """

    id: int
    tenant_id: str
    owner_id: str
    name: str
    channel: Channel
    shown: str
    created_at: datetime | None = None
    sent_at: datetime | None = None
    problem: str = ""
    problem_at: datetime | None = None
