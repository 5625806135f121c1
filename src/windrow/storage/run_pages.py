"""Run pages: looking at runs, one or many."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from windrow.model.listings import Listed, Listing
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Run, RunState
from windrow.ports.runs import NumberedRun, RunFilter
from windrow.storage.database import Database
from windrow.storage.listing import first_ids, to_page, word_of
from windrow.storage.listings import list_rows, of_table
from windrow.storage.moves import ACTIVE_WORDS
from windrow.storage.queue import find_run
from windrow.storage.run_rows import RUN_COLUMNS, AnyRow, to_run
from windrow.storage.tables import run_numbers, runs, tasks


class RunPages:
    """The part of the port `Runs` that looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, run_id: str, *, tenant_id: str | None) -> Run:
        """One run."""
        with self._database.read() as connection:
            return find_run(connection, run_id, tenant_id)

    def get_many(self, run_ids: Sequence[str]) -> dict[str, Run]:
        """Runs by their ids."""
        with self._database.read() as connection:
            rows = connection.execute(select(*RUN_COLUMNS).where(runs.c.id.in_(run_ids))).all()
        return {row.id: to_run(row) for row in rows}

    def page(self, which: RunFilter, *, limit: int, cursor: str | None = None) -> PageOf[Run]:
        """Newest first."""
        check_limit(limit)
        before = [] if cursor is None else [runs.c.id < word_of(cursor)]
        probes = [[*where, *state, *before] for where in _conditions(which) for state in _states(which)]
        if not probes:
            return PageOf([])
        statement = select(*RUN_COLUMNS).order_by(runs.c.id.desc())
        if len(probes) == 1:
            statement = statement.where(*probes[0]).limit(limit + 1)
        else:
            statement = statement.where(runs.c.id.in_(first_ids(runs, probes, limit=limit + 1, newest=True)))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return to_page(rows, [to_run(row) for row in rows], limit)

    def list_passes(self, listing: Listing, *, tenant_id: str | None) -> Listed[NumberedRun]:
        """Harvests and refreshes by their small numbers."""
        query = select(run_numbers.c.number, run_numbers.c.source_id, *RUN_COLUMNS).join(
            runs, runs.c.id == run_numbers.c.run_id
        )
        if tenant_id is not None:
            query = query.where(run_numbers.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            rows, total = list_rows(connection, query, listing, _PASS_FIELDS, run_numbers.c.number)
        return Listed([_to_numbered(row) for row in rows], total)

    def count_by_state(self, tenant_id: str | None) -> Mapping[RunState, int]:
        """How many active runs are in each state; states without any are left out."""
        statement = select(runs.c.state, func.count().label("number")).where(runs.c.state.in_(ACTIVE_WORDS))
        if tenant_id is not None:
            statement = statement.where(runs.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.group_by(runs.c.state)).all()
        return {RunState(row.state): row.number for row in rows}


def _to_numbered(row: AnyRow) -> NumberedRun:
    number, source_id, *run = row
    return NumberedRun(number, source_id, to_run(cast("AnyRow", run)))


_PASS_FIELDS = {
    "number": run_numbers.c.number,
    "source_id": run_numbers.c.source_id,
    **of_table(runs, "kind", "state", "created_at", "ended_at", "progress_done", "progress_total"),
}


def _conditions(which: RunFilter) -> list[list[ColumnElement[bool]]]:
    # Each of them is a list of its own, which an index gives in order.
    if which.task_ids:
        return [[runs.c.task_id == each] for each in which.task_ids]
    if which.task_id is not None:
        return [[runs.c.task_id == _fitting_task(which)]]
    conditions = []
    if which.tenant_id is not None:
        conditions.append(runs.c.tenant_id == which.tenant_id)
    if which.kind is not None:
        conditions.append(runs.c.kind == which.kind)
    return [conditions]


def _fitting_task(which: RunFilter) -> ScalarSelect[str]:
    # A task's runs have its tenant and kind: asked once about the task, which is no task at all if they do not fit.
    task = select(tasks.c.id).where(tasks.c.id == which.task_id)
    if which.tenant_id is not None:
        task = task.where(tasks.c.tenant_id == which.tenant_id)
    if which.kind is not None:
        task = task.where(tasks.c.kind == which.kind)
    return task.scalar_subquery()


def _states(which: RunFilter) -> list[list[ColumnElement[bool]]]:
    # The indexes that begin with a kind go on with the state, so that a list of a kind asks for each state.
    if which.states is None and (which.kind is None or which.task_id is not None):
        return [[]]
    states = RunState if which.states is None else which.states
    return [[runs.c.state == state] for state in sorted(state.value for state in states)]
