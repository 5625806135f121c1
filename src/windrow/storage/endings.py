"""Endings: how a run ends, gives back its keys, and has the parts put away that nobody will do any more."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, func, select, true, update

from windrow.model.runs import PartState, Progress, RunState
from windrow.model.tasks import Limit
from windrow.ports.runs import Ending
from windrow.storage import limits
from windrow.storage.moves import HELD_BY, NOW, among, may_become
from windrow.storage.run_rows import from_progress, to_limits
from windrow.storage.tables import parts, runs

SETTLED = 5_000
"""How many open parts of ended runs are cancelled in one transaction; the sweeper does what is left."""


class Finish(NamedTuple):
    """How a run is to end, at which moment."""

    run_id: str
    attempt: int
    ending: Ending
    now: datetime


def end_run(connection: Connection, run_id: str, attempt: int, ending: Ending, *, now: datetime) -> bool:
    """Ends a run within the caller's transaction, frees its keys and cancels its open parts.

    One that was asked to cancel ends as cancelled. An ending without any progress keeps what was reported. False when
    fenced out.
    """
    return end_runs(connection, [Finish(run_id, attempt, ending, now)])[0]


def end_runs(connection: Connection, finishes: Sequence[Finish]) -> list[bool]:
    """The same for several runs; these are locked in one order, and so are their keys, freed together at the end."""
    held: dict[str, Sequence[Limit]] = {}
    places = sorted(range(len(finishes)), key=lambda place: finishes[place].run_id)
    ended = {place: _end_one(connection, finishes[place], held) for place in places}
    limits.release(connection, held)
    return [ended[place] for place in range(len(finishes))]


def _end_one(connection: Connection, finish: Finish, held: dict[str, Sequence[Limit]]) -> bool:
    run_id, attempt, ending, now = finish
    if not ending.state.is_terminal:
        raise ValueError(f"a run does not end as {ending.state}")
    statement = _end(ending.state, keeps=ending.progress == Progress(), completes=ending.completed)
    values = {
        "this_run": run_id,
        "this_attempt": attempt,
        "this_moment": now,
        "new_result": ending.result,
        "new_error": ending.error,
        **{f"new_{name}": value for name, value in from_progress(ending.progress).items()},
    }
    row = connection.execute(statement, values).one_or_none()
    if row is None:
        return False
    held[run_id] = to_limits(row.limits)
    if row.has_open_parts:
        cancel_parts(connection, [run_id])
    return True


_CANCELLING = runs.c.state == RunState.CANCELLING
_FOLLOWED: dict[str, Any] = {"leads_on": case((_CANCELLING, runs.c.leads_on), else_=true())}
"""From each failure it may follow that a schedule pauses: see core/pausing.py."""


@cache
def _end(state: RunState, *, keeps: bool, completes: bool) -> Any:
    # Made once per state: to build and compare such a statement anew takes longer than to run it.
    progress: dict[str, Any] = {name: bindparam(f"new_{name}") for name in from_progress(Progress())}
    if completes:
        whole = func.coalesce(runs.c.progress_total, runs.c.progress_done)
        progress = {"progress_done": whole, "progress_total": whole, "message": bindparam("new_message")}
    elif keeps:
        progress = {}
    return (
        update(runs)
        .where(HELD_BY, may_become(state) | _CANCELLING)
        .values(
            state=case((_CANCELLING, RunState.CANCELLED.value), else_=state.value),
            ended_at=NOW,
            lease_until=None,
            result=bindparam("new_result"),
            error=bindparam("new_error"),
            **(_FOLLOWED if state is RunState.FAILED else {}),
            **progress,
        )
        .returning(runs.c.limits, _ANY_OPEN_OF_RUN)
    )


def settle(connection: Connection, run_ids: Sequence[str]) -> None:
    """Cancels the open parts of runs that just ended, as many as one transaction should hold."""
    if run_ids and connection.scalar(_ANY_OPEN, {"these_runs": run_ids}) is not None:
        cancel_parts(connection, run_ids)


def cancel_parts(connection: Connection, run_ids: Sequence[str]) -> int:
    """Cancels open parts of ended runs; returns how many. `open_parts` tells the sweeper how many are left.

    A part that somebody has locked is left to the sweeper too: see fan_in.py.
    """
    some = select(parts.c.id).where(parts.c.run_id.in_(run_ids), _OPEN).limit(SETTLED).with_for_update(skip_locked=True)
    cancelled = connection.execute(
        update(parts)
        .where(among(connection, parts.c.id, some))
        .values(state=PartState.CANCELLED, worker_id="", lease_until=None)
    ).rowcount
    connection.execute(_RECOUNT, {"these_runs": run_ids})
    return cancelled


_OPEN = parts.c.state.in_([PartState.OPEN.value, PartState.RUNNING.value])
_ANY_OPEN = select(parts.c.id).where(parts.c.run_id.in_(bindparam("these_runs", expanding=True)), _OPEN).limit(1)
_ANY_OPEN_OF_RUN = (
    select(parts.c.id).where(parts.c.run_id == bindparam("this_run"), _OPEN).exists().label("has_open_parts")
)
_LEFT = select(func.count()).select_from(parts).where(parts.c.run_id == runs.c.id, _OPEN).correlate(runs)
_RECOUNT = (
    update(runs)
    .where(runs.c.id.in_(bindparam("these_runs", expanding=True)))
    .values(open_parts=_LEFT.scalar_subquery())
)
