"""A step: a run that another run began, or waits for, by a name of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windrow.model.runs import Run, RunState

MOST_STEPS = 1_000
"""How many steps one run may have."""

DEEPEST = 8
"""How many runs may stand above a run: each began the next one as its step."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a run noted of one of its steps.

    run_id    the run whose step it is
    name      what that run calls it
    child_id  the run that does it; None for a step that was never begun, and where that run was deleted since
    state     how it ended, as the run was told; None while it goes on. `skipped` and `failed` may also stand for a
              step that was never begun
    error     why it was skipped, could not be begun, or was given up; "" otherwise
    own       begun for this step, and cancelled with the run; else somebody else began it, and it is only waited for
    """

    run_id: str
    name: str
    child_id: str | None
    begun_at: datetime
    state: RunState | None = None
    error: str = ""
    own: bool = True
    ended_at: datetime | None = None

    @property
    def goes_on(self) -> bool:
        """Whether its end is still to come."""
        return self.state is None and self.child_id is not None

    def is_kept_by(self, run: Run) -> bool:
        """Whether it had ended before the run was made that notes it: that one goes on where another one ended."""
        return not self.own and self.ended_at is not None and self.ended_at <= run.created_at


@dataclass(frozen=True, slots=True)
class StepEnd:
    """How a step ended.

    run_id   the run that did it; None where it could not begin
    result   what that run gave, plain JSON
    error    why it did not succeed; "" where it did
    seconds  from its beginning to its end
    """

    run_id: str | None
    state: RunState
    result: Any = None
    error: str = ""
    seconds: float = 0.0
