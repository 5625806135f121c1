"""A service that does jobs, as the loop sees it: where a job stands, and what can be asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from windrow.model.runs import Level


class Standing(StrEnum):
    """Where a job stands, whatever its protocol calls it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will become of it."""
        return self not in (Standing.WAITING, Standing.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """A job on its server: its name there, and its address without any query, since that may hold a token."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the server says of the job."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """What the server says of a job.

    word      the server's own word for where it stands
    told      all it has told so far, the oldest first
    says      what it says now, where it keeps no list of that; None where it says nothing
    share     percent done, 0 to 100; None where it does not say
    reason    why it ended as it did, or what it is at; "" where it does not say
    document  the answer itself: it says where the results are
    """

    standing: Standing
    word: str
    told: Sequence[Told] = ()
    says: Told | None = None
    share: int | None = None
    reason: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


class Service(Protocol):
    """One run's view of a service. Every method may raise `RemoteError` and `Stopped`."""

    finds: bool
    """Whether `find` can tell of a job whose beginning was never answered."""

    def find(self) -> Job | None:
        """The job that this run began, if the protocol has a way to look for it."""
        ...

    def begin(self) -> Job | Mapping[str, Any]:
        """Begins the job. A mapping instead is the result of a service that answered at once."""
        ...

    def look(self, job: Job) -> Status:
        """Where the job stands."""
        ...

    def fetch(self, job: Job, status: Status) -> Mapping[str, Any]:
        """Keeps the results as outputs; returns what of them belongs into the run's result."""
        ...

    def cancel(self, job: Job) -> None:
        """Ends the job, in a few seconds."""
        ...

    def tidy(self, job: Job) -> None:
        """Takes away what is of no use once the job is over."""
        ...
