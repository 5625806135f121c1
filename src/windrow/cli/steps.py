"""Steps in the terminal: how those of a run stand."""

from datetime import datetime
from typing import TYPE_CHECKING

from windrow.cli.answers import Column

if TYPE_CHECKING:
    from windrow.core.pipelines.looking import StepView


def step_columns(now: datetime) -> list[Column["StepView"]]:
    """The columns of a list of steps."""
    return [
        Column("Step", lambda step: step.name),
        Column("State", lambda step: f"{step.state or 'planned'}{', kept' if step.kept else ''}"),
        Column("After", lambda step: ", ".join(step.after)),
        Column("Kind", lambda step: "" if step.run is None else step.run.kind),
        Column("Run", lambda step: "" if step.run is None else step.run.id, folded=False),
        Column("Took", lambda step: "" if (took := step.seconds(now)) is None else f"{took:.1f} s"),
        Column("Counts", lambda step: dict(step.progress.counts)),
        Column("Why", lambda step: step.why[:200]),
    ]
