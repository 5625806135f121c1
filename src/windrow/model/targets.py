"""A target: a place that a source's records are pushed to; a delivery: what became of one record there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from windrow.errors import BadInput, FieldProblem
from windrow.model.records import Record
from windrow.model.sources import Policies

LONGEST_IDENTIFIER = 255
"""Characters of a record's own identifier that a target may come to know it by."""


_USUAL = Policies()


class TargetState(StrEnum):
    """Where a target stands.

    kept      what belongs there is pushed to it
    leaving   what was pushed is taken away from it again; with the last record the target itself goes
    dropped   it is being deleted, with nothing taken away; only seen where that was cut short
    """

    KEPT = "kept"
    LEAVING = "leaving"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Pace:
    """How a target's host is to be treated: requests per second (0 sets no pace), requests in flight at most."""

    requests_per_second: float = _USUAL.requests_per_second
    concurrency: int = _USUAL.concurrency

    def __post_init__(self) -> None:
        rules = (
            ("requests_per_second", "must lie between 0 (no pace) and 1000", 0 <= self.requests_per_second <= 1000),
            ("concurrency", "must lie between 1 and 32", 1 <= self.concurrency <= 32),
        )
        if problems := [FieldProblem(name, rule) for name, rule, holds in rules if not holds]:
            raise BadInput(problems)


@dataclass(frozen=True, slots=True)
class Target:
    """A place that what a source harvested is pushed to.

    id        small number
    kind      the target kind's name, such as `csw_t`
    url       where it answers, or the `file:` URL of a folder
    settings  what the kind's JSON Schema allows
    enabled   whether pushes go there
    edition   rises whenever everything is to be pushed again; a delivery of another edition is due
    """

    id: int
    source_id: int
    tenant_id: str
    owner_id: str
    name: str
    kind: str
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pace: Pace = Pace()
    enabled: bool = True
    state: TargetState = TargetState.KEPT
    edition: int = 1
    has_credential: bool = False
    created_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def is_pushed_to(self) -> bool:
        """Whether a push of its source has to do with it."""
        return self.state is TargetState.LEAVING or (self.state is TargetState.KEPT and self.enabled)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one record at a target.

    identifier  the name that it has there; chosen when it is pushed first, and never changed
    remote      what the target calls it; "" while that is not known
    title       of the resource; "" where that is removed already
    tried_at    when it was pushed last, well or not; None before the first time
    pushed_at   when it last arrived; None where it never did
    problem     why it did not, or could not be taken away; "" where all is well
    attempts    how often it was pushed, or tried
    """

    target_id: int
    resource_id: int
    identifier: str
    remote: str = ""
    title: str = ""
    tried_at: datetime | None = None
    pushed_at: datetime | None = None
    problem: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a target is: `pushed` records stand there as they should, `waiting` ones are to be pushed or taken away,
    `failed` ones could not be. None of them is counted twice."""

    pushed: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Consignment:
    """A record that is due at a target, as it stands now.

    version   the moment of its last change, by which the next push tells whether it changed again
    raw       its document as it came; empty where there is none
    """

    number: int
    identifier: str
    remote: str
    version: datetime
    record: Record
    raw: bytes = b""
    media_type: str = ""


def names_for(number: int, identifier: str) -> tuple[str, ...]:
    """What a target may come to know a record by, the best first; whichever nobody else has there is taken.

    That is the record's own identifier; behind another record that has it already, the same with our number of the
    record; and where it has none, or too long a one, our number alone.
    """
    own = identifier.strip()
    spare = f"windrow-{number}"
    if not own or len(own) > LONGEST_IDENTIFIER:
        return (spare, f"{spare}-{number}")
    return (own, f"{own}-{number}", spare, f"{spare}-{number}")
