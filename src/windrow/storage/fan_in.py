"""Fan-in: a run counts its open parts, and whoever closes the last one queues the run's finish, once.

Whoever changes parts and their run locks the run first: on PostgreSQL two orders would be a deadlock.
"""

from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, case, update

from windrow.model.runs import RunState
from windrow.storage.moves import NOW
from windrow.storage.tables import runs

FINISH = "finish"
"""The phase of a run whose parts are all done."""

_CLOSED = bindparam("closed", type_=Integer)
_IS_LAST = and_(runs.c.state == RunState.WAITING, runs.c.open_parts == _CLOSED)

# A running run counts too: its parts may be done while `wait` is still opening the last of them.
_COUNT_CLOSED = (
    update(runs)
    .where(
        runs.c.id == bindparam("this_run"),
        runs.c.state.in_([RunState.WAITING, RunState.RUNNING]),
        runs.c.open_parts >= _CLOSED,
    )
    .values(
        open_parts=runs.c.open_parts - _CLOSED,
        progress_done=case(
            (runs.c.state == RunState.WAITING, runs.c.progress_done + _CLOSED), else_=runs.c.progress_done
        ),
        state=case((_IS_LAST, RunState.QUEUED.value), else_=runs.c.state),
        phase=case((_IS_LAST, FINISH), else_=runs.c.phase),
        ready_at=case((_IS_LAST, NOW), else_=runs.c.ready_at),
    )
)


def count_closed(connection: Connection, run_id: str, closed: int, *, now: datetime) -> bool:
    """Takes so many parts off a run's open ones and queues its finish with the last. False when the run is over."""
    values = {"this_run": run_id, "closed": closed, "this_moment": now}
    return connection.execute(_COUNT_CLOSED, values).rowcount == 1
