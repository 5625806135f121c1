"""The note that a run keeps of its job, as the next attempt finds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from windrow.work.remote_jobs.services import Job, Standing


@dataclass(frozen=True, slots=True)
class Over:
    """How the job ended. `failures` is how many attempts of the run had failed by then: one more, and the run is
    tried again, by a new job."""

    standing: Standing
    reason: str
    failures: int
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of the job.

    asked    whether its beginning was asked for; without `job` nobody knows whether it was begun
    began    when (UTC)
    heard    when the server last said where the job stands
    told     how many of the server's messages stand in the run's log
    said     the last of those that it keeps no list of
    pause    seconds of the last pause between two looks
    refused  how often in a row the server said that it does not know the job
    over     how it ended, None while it has not
    """

    asked: bool = False
    job: Job | None = None
    began: datetime | None = None
    heard: datetime | None = None
    told: int = 0
    said: str = ""
    pause: float = 0.0
    refused: int = 0
    over: Over | None = None

    def but(self, **changes: Any) -> "Note":
        """The same with changes."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        over = self.over
        return {
            "asked": self.asked,
            "job": None if self.job is None else {"id": self.job.id, "url": self.job.url},
            "began": _text(self.began),
            "heard": _text(self.heard),
            "told": self.told,
            "said": self.said,
            "pause": self.pause,
            "refused": self.refused,
            "over": None
            if over is None
            else {
                "standing": over.standing.value,
                "reason": over.reason,
                "failures": over.failures,
                "result": dict(over.result),
            },
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept; an empty note where nothing was."""
        if not kept:
            return cls()
        job, over = kept["job"], kept["over"]
        return cls(
            asked=kept["asked"],
            job=None if job is None else Job(job["id"], job["url"]),
            began=_moment(kept["began"]),
            heard=_moment(kept["heard"]),
            told=kept["told"],
            said=kept["said"],
            pause=kept["pause"],
            refused=kept["refused"],
            over=None
            if over is None
            else Over(Standing(over["standing"]), over["reason"], over["failures"], over["result"]),
        )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
