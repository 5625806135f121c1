"""A worker: a process that carries runs out, as the store last heard of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WorkerRole(StrEnum):
    """What a process does: carry runs, turn the clock, or answer requests."""

    WORKER = "worker"
    CLOCK = "clock"
    API = "api"


@dataclass(frozen=True, slots=True)
class Worker:
    """A living process. `slots` is how many runs it carries at once; `memory` its resident bytes; times are UTC.

    One that drains finishes what it has and goes; one that stops gives it to others first.
    """

    id: str
    role: WorkerRole
    host: str
    pid: int
    engine: str
    queues: tuple[str, ...]
    slots: int
    started_at: datetime
    seen_at: datetime
    memory: int = 0
    draining: bool = False
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How much a worker could still carry: `free` of its `slots`, for runs and parts of its queues."""

    queues: tuple[str, ...]
    slots: int
    free: int
    worker_id: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """A run as a worker's inspection shows it: never its parameters."""

    run_id: str
    name: str
    kind: str
    queue: str
    priority: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """What runs (`active`), waits for a slot (`reserved`) or for its time (`scheduled`), by worker id.

    Runs nobody has claimed yet stand under the worker id "" in `reserved` and `scheduled`.
    """

    active: dict[str, list[Carried]]
    reserved: dict[str, list[Carried]]
    scheduled: dict[str, list[Carried]]
