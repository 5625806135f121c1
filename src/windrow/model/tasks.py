"""A task: something that can be run: a kind, its parameters, an owner, and perhaps a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from windrow.errors import BadInput
from windrow.model.schedules import Schedule

PRIORITIES = range(-100, 101)
DEFAULT_QUEUE = "default"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how late a failed run or part is tried again. Seconds.

    The wait before attempt n is drawn evenly from 0 to `min(longest, first × 2^(n-1))` ("full jitter").
    """

    attempts: int = 1
    first: float = 2.0
    longest: float = 300.0

    def __post_init__(self) -> None:
        if not 1 <= self.attempts <= 100:
            raise BadInput.of("retry.attempts", "must lie between 1 and 100")

    def wait(self, attempt: int, chance: float) -> float:
        """Seconds to wait after the failed attempt number `attempt` (1 is the first); `chance` lies in [0, 1)."""
        return float(chance * min(self.longest, self.first * 2 ** min(attempt - 1, 30)))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` runs that carry this key run at once (`source:12` one, `host:example.org` four)."""

    key: str
    most: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """Something that can be run. `priority`: -100 to 100, higher goes first; `limits` hold over all workers.

    `source_id` is set for what looks after a source beside its harvest, and belongs to it. `part_of` is the task whose
    runs begin those of this one as their steps, by what they say themselves: it goes with that task.
    """

    id: str
    name: str
    kind: str
    tenant_id: str
    owner_id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    limits: tuple[Limit, ...] = ()
    retry: Retry = Retry()
    schedule: Schedule | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_run_id: str | None = None
    source_id: int | None = None
    part_of: str | None = None
