"""Backfills: which moments of a task have a run already, and runs for those that have none, each once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, select

from windrow.errors import NotFound
from windrow.model.runs import Run, RunState
from windrow.storage.database import Database
from windrow.storage.moves import ACTIVE_WORDS
from windrow.storage.queue import add_runs
from windrow.storage.tables import runs, tasks
from windrow.storage.types import UtcTime


class RunBackfills:
    """The part of the port `Runs` that knows for which moments there are runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def moments_met(self, task_id: str, start: datetime, end: datetime, *, again: bool) -> set[datetime]:
        """The moments of a range that have a run."""
        with self._database.read() as connection:
            return _met(connection, task_id, start, end, again=again)

    def add_missing(self, new: Sequence[Run], *, again: bool) -> list[Run]:
        """Writes those runs of one task whose moments have none."""
        moments = [run.due for run in new if run.due is not None]
        if not moments:
            return []
        with self._database.write(wake=True) as connection:
            # Who comes second waits here for the first one's commit, and then sees the runs that it wrote.
            task_id = connection.scalar(select(tasks.c.id).where(tasks.c.id == new[0].task_id).with_for_update())
            if task_id is None:
                raise NotFound("task", new[0].task_id)
            met = _met(connection, task_id, min(moments), max(moments), again=again, last=True)
            missing = [run for run in new if run.due not in met]
            add_runs(connection, missing)
            return missing


def _met(
    connection: Connection, task_id: str, start: datetime, end: datetime, *, again: bool, last: bool = False
) -> set[datetime]:
    """`last`: with a run for the very end of the range."""
    until: ColumnElement[bool] = runs.c.due <= _END if last else runs.c.due < _END
    states = ACTIVE_WORDS if again else [*ACTIVE_WORDS, RunState.SUCCEEDED.value]
    values = {"this_task": task_id, "this_start": start, "this_end": end, "these_states": states}
    return {moment for moment in connection.scalars(MET.where(until), values) if moment is not None}


_END = bindparam("this_end", type_=UtcTime)

MET = select(runs.c.due).where(
    runs.c.task_id == bindparam("this_task"),
    runs.c.due >= bindparam("this_start", type_=UtcTime),
    runs.c.state.in_(bindparam("these_states", expanding=True)),
)
