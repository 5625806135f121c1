"""What the end of a run gives reason to tell."""

from datetime import UTC, datetime
from typing import Any

import pytest

from windrow.core.notifying.occasions import choose, occasions_of
from windrow.model.notifications import Event, Occasion
from windrow.model.runs import Cause, Progress, Run, RunState

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def a_run(state: RunState, *, only: bool = False, turned: str = "", **counts: int) -> Run:
    result: dict[str, Any] = {"reconciliation": {"turned": turned}} if turned else {}
    return Run(
        id="r",
        task_id="t",
        kind="harvest",
        name="",
        tenant_id="",
        owner_id="",
        state=state,
        cause=Cause.REQUEST,
        parameters={"only": [1]} if only else {},
        created_at=NOW,
        ready_at=NOW,
        progress=Progress(counts=counts),
        result=result,
    )


@pytest.mark.parametrize(
    ("run", "previous", "occasions"),
    [
        (a_run(RunState.SUCCEEDED, unchanged=3), None, "ended"),
        (a_run(RunState.SUCCEEDED, unchanged=3), RunState.SUCCEEDED, "ended"),
        (a_run(RunState.SUCCEEDED), RunState.FAILED, "recovered ended"),
        (a_run(RunState.SUCCEEDED), RunState.PARTIAL, "recovered ended"),
        (a_run(RunState.SUCCEEDED, only=True), RunState.PARTIAL, "ended"),
        (a_run(RunState.SUCCEEDED, added=1), None, "changed ended"),
        (a_run(RunState.SUCCEEDED, deleted=1), None, "changed ended"),
        (a_run(RunState.SUCCEEDED, held=1), None, "held ended"),
        (a_run(RunState.FAILED), RunState.FAILED, "failed ended"),
        (a_run(RunState.PARTIAL, changed=1, quarantined=1), None, "partial changed ended"),
        (a_run(RunState.PARTIAL, turned="began"), None, "partial differs ended"),
        (a_run(RunState.SUCCEEDED, turned="ended"), None, "reconciled ended"),
        (a_run(RunState.CANCELLED, added=4), None, "changed ended"),
    ],
)
def test_a_run_stands_for(run: Run, previous: RunState | None, occasions: str) -> None:
    assert [each.value for each in occasions_of(run, previous)] == occasions.split()


def test_everybody_is_told_what_they_asked_for() -> None:
    found = [Occasion.PARTIAL, Occasion.DIFFERS, Occasion.CHANGED, Occasion.ENDED]

    assert choose(found, frozenset({Event.ERROR})) == [Occasion.PARTIAL]
    assert choose(found, frozenset({Event.CHANGE, Event.RECONCILIATION})) == [Occasion.DIFFERS, Occasion.CHANGED]
    assert choose(found, frozenset({Event.DIGEST})) == []
