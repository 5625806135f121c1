"""Steps, as the store keeps them: runs that wait for the ends of other runs. Each method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from windrow.model.runs import Run, RunState
from windrow.model.steps import Step
from windrow.model.tasks import Task


class Beside(StrEnum):
    """What becomes of a step whose task has another run that has not ended."""

    ALLOW = "allow"
    """It begins all the same."""

    JOIN = "join"
    """The run that is there is the step."""

    REFUSE = "refuse"
    """It fails, as starting that task by hand would."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A step that is to begin, or one of which it is noted that it will not.

    run     what is to be done; None for a step that is never begun: then `state` and `error` say what it counts as
    task    the task of that run, where it is to be written with it (made, or brought up to date); it belongs to the
            task of the run whose step it is
    beside  what to do where that task is at work already
    joins   of `JOIN`: what the parameters of the run that is there must hold; where they do not, the step begins a run
            of its own behind it, so the task needs a concurrency key
    kept    names of steps that the run keeps of the one that it is in place of (`rerun_of`)
    """

    name: str
    run: Run | None = None
    task: Task | None = None
    beside: Beside = Beside.ALLOW
    joins: Mapping[str, Any] = field(default_factory=dict)
    kept: Sequence[str] = ()
    state: RunState | None = None
    error: str = ""


class Steps(Protocol):
    """How runs wait for runs. See docs/decisions/0014."""

    def add_resumed(self, run: Run, kept: Sequence[str], *, alone: bool) -> None:
        """Writes a new run in place of an ended one (`rerun_of`), with the steps of these names as that one had them.

        They are not its own. With `alone` it raises `Conflict` where the task has a run that has not ended.
        """
        ...

    def begin_steps(self, run_id: str, attempt: int, steps: Sequence[Beginning], *, now: datetime) -> list[Step]:
        """Begins steps of a run and notes them with it; those of a name that is noted already are left alone.

        All of it is one transaction, fenced by the attempt: raises `LeaseLost` and `Cancelled`, and then nothing was
        begun. A step whose task is gone is noted as failed. Raises `Conflict` beyond `MOST_STEPS`. Returns all steps.
        """
        ...

    def wait_for_steps(self, run_id: str, attempt: int, *, told: int, ready_at: datetime, now: datetime) -> bool:
        """Gives the run back until a step ends, but not longer than until `ready_at`.

        `told` is how many of its steps had a state when the run looked: where there are more by now, it is queued at
        once. It keeps its keys. False when fenced out; a run that was asked to cancel ends as cancelled.
        """
        ...

    def give_up_step(self, run_id: str, attempt: int, name: str, error: str, *, now: datetime) -> None:
        """Notes why a step that goes on is given up, and cancels its run if it is its own. One that is not is noted as
        failed and no longer waited for. Raises `LeaseLost` and `Cancelled`."""
        ...

    def steps(self, run_id: str) -> list[Step]:
        """A run's steps in the order they were begun."""
        ...

    def steps_of(self, child_ids: Sequence[str]) -> Mapping[str, Sequence[Step]]:
        """The steps that these runs are, by run; those that are none are left out."""
        ...

    def ancestors(self, run_id: str) -> list[Run]:
        """The runs that a run was begun under, the nearest first; none for one that is nobody's step."""
        ...
