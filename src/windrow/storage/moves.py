"""Moves: conditions and values that the queries on runs have in common, and what a write that came too late raises."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, literal_column, select

from windrow.errors import Cancelled, LeaseLost
from windrow.model.runs import ACTIVE, MOVES, RunState
from windrow.storage.tables import errand_notes, parts, runs
from windrow.storage.types import UtcTime

NOW = bindparam("this_moment", type_=UtcTime)
"""The moment a statement is told."""

# The words below stand in the SQL as they are: neither database takes a partial index for a condition that it is only
# told when the statement runs.

CLAIMABLE = and_(runs.c.state == literal_column("'queued'"), runs.c.blocked_by == literal_column("''"))
BLOCKED = and_(runs.c.state == literal_column("'queued'"), runs.c.blocked_by != literal_column("''"))
SCHEDULED = runs.c.state == literal_column("'scheduled'")
AWAITING: ColumnElement[bool] = literal_column("awaits AND state = 'waiting'")
UNSETTLED = and_(runs.c.ended_at.is_not(None), runs.c.open_parts > literal_column("0"))
CLAIMABLE_PARTS = and_(parts.c.state == literal_column("'open'"), parts.c.queue != literal_column("''"))

TURN = (runs.c.priority.desc(), runs.c.ready_at, runs.c.id)
"""Whose turn it is: the highest priority, then the longest ready."""

PART_TURN = (parts.c.priority.desc(), parts.c.ready_at, parts.c.id)

HELD_BY = and_(runs.c.id == bindparam("this_run"), runs.c.attempt == bindparam("this_attempt"))
"""Whether the attempt is the run's current one: the fence of every write by a worker."""

HAS_NOTE = select(errand_notes.c.run_id).where(errand_notes.c.run_id == runs.c.id).correlate(runs).exists()
"""Whether a run has something going elsewhere: then its kind is called before it ends as cancelled."""

_GOES_ON = select(runs.c.id).where(HELD_BY, runs.c.state.in_([RunState.RUNNING, RunState.WAITING])).with_for_update()

ACTIVE_WORDS = sorted(state.value for state in ACTIVE)


def may_become(state: RunState) -> ColumnElement[bool]:
    """Whether a run stands where the table of moves lets it go to `state`."""
    return runs.c.state.in_(sorted(old.value for old, moves in MOVES.items() if state in moves))


def need_held(connection: Connection, run_id: str, attempt: int) -> None:
    """Locks the run for this transaction. Raises `LeaseLost` or `Cancelled` unless the attempt goes on."""
    if connection.scalar(_GOES_ON, {"this_run": run_id, "this_attempt": attempt}) is None:
        raise_why_fenced(connection, run_id, attempt)


def raise_why_fenced(connection: Connection, run_id: str, attempt: int) -> None:
    """Tells a worker why its write found no run: cancelled, or taken over by another."""
    row = connection.execute(select(runs.c.state, runs.c.attempt).where(runs.c.id == run_id)).one_or_none()
    if row is not None and row.attempt == attempt and row.state in (RunState.CANCELLING, RunState.CANCELLED):
        raise Cancelled(f"Run {run_id} was cancelled.")
    raise LeaseLost(f"Attempt {attempt} at run {run_id} is not the current one.")


def among(connection: Connection, column: ColumnElement[Any], chosen: Select[Any]) -> ColumnElement[bool]:
    """Whether `column` is among rows chosen with a limit and locked.

    On PostgreSQL as an array, because a join may ask the choice again, and then it locks and chooses anew.
    """
    if connection.dialect.name == "postgresql":
        return column == func.any(func.array(chosen.scalar_subquery()))
    return column.in_(chosen)
