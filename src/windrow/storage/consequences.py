"""Consequences: which ended runs something may follow from, and what follows, each once."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, literal_column, null, select, update

from windrow.model.runs import Run
from windrow.storage.database import Database
from windrow.storage.queue import add_runs
from windrow.storage.run_rows import RUN_COLUMNS, to_run
from windrow.storage.steps import cancel_children, tell_parents
from windrow.storage.tables import runs

_UNFOLLOWED: ColumnElement[bool] = literal_column(
    "leads_on AND ended_at IS NOT NULL"
)  # in the words of the partial index

_ENDS = select(*RUN_COLUMNS).where(_UNFOLLOWED).order_by(runs.c.id).limit(bindparam("most"))
_FOLLOW = (
    update(runs)
    .where(runs.c.id == bindparam("this_run"), _UNFOLLOWED)
    .values(leads_on=null())
    .returning(runs.c.state, runs.c.ended_at)
)


class RunConsequences:
    """The part of the port `Runs` that keeps what follows from the end of a run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ends(self, *, limit: int) -> list[Run]:
        """Ended runs of which it is still to be said what follows."""
        with self._database.read() as connection:
            return [to_run(row) for row in connection.execute(_ENDS, {"most": limit})]

    def follow(self, run_id: str, following: Sequence[Run]) -> bool:
        """Writes what follows from the end of a run."""
        with self._database.write(wake=bool(following)) as connection:
            ended = connection.execute(_FOLLOW, {"this_run": run_id}).one_or_none()
            if ended is None:
                return False
            add_runs(connection, following)
            told = tell_parents(connection, run_id, ended)
            if cancel_children(connection, run_id, ended) or told:
                self._database.wake(connection)
            return True
