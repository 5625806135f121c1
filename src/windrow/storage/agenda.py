"""The agenda: the port `Agenda` on either database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text, tuple_, union_all

from windrow.errors import BadInput
from windrow.model.paging import PageOf, check_limit, decode_cursor, encode_cursor
from windrow.model.runs import RunState
from windrow.model.tasks import Task
from windrow.model.workers import WorkerRole
from windrow.ports.agenda import LOOKED_AT, Met, TaskFilter
from windrow.storage.database import Database
from windrow.storage.listing import first_ids, to_page, word_of
from windrow.storage.moments import EPOCH
from windrow.storage.tables import runs, sources, tasks, workers
from windrow.storage.tables.running import PAUSED_POSTGRESQL, PAUSED_SQLITE
from windrow.storage.task_rows import to_task

LAST_RUNS = 9
"""Of so many runs of a task the median is taken."""

MICROSECOND = timedelta(microseconds=1)


class SqlAgenda:
    """Looks at many tasks at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kinds(self, *, tenant_id: str | None) -> list[str]:
        """The kinds that there are tasks of."""
        with self._database.read() as connection:
            return list(connection.scalars(_kinds(tenant_id)))

    def named(self, which: TaskFilter, *, words: str = "", limit: int, cursor: str | None = None) -> PageOf[Task]:
        """Tasks whose names hold the words, the newest first."""
        check_limit(limit)
        before = [] if cursor is None else [tasks.c.id < word_of(cursor)]
        probes = [[*each, *before] for each in _probes(which)]
        if not probes:
            return PageOf([])
        many = (LOOKED_AT if words else limit) + 1
        newest = first_ids(tasks, probes, limit=many, newest=True)
        names = select(tasks.c.id, tasks.c.name).where(tasks.c.id.in_(newest)).order_by(tasks.c.id.desc())
        with self._database.read() as connection:
            looked_at = connection.execute(names).all()
            # By Python: SQLite knows upper and lower case of plain ASCII only.
            found = [row.id for row in looked_at[: many - 1] if words.casefold() in row.name.casefold()][:limit]
            rows = connection.execute(select(tasks).where(tasks.c.id.in_(found)).order_by(tasks.c.id.desc())).all()
        last = found[-1] if len(found) == limit else looked_at[-2].id if len(looked_at) == many else None
        more = last is not None and last != looked_at[-1].id
        return PageOf([to_task(row) for row in rows], encode_cursor(last) if more else None)

    def due(
        self, which: TaskFilter, *, until: datetime | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Task]:
        """Tasks that are due next, the soonest first."""
        conditions: list[ColumnElement[bool]] = [tasks.c.next_due.is_not(None)]
        if until is not None:
            conditions.append(tasks.c.next_due < until)
        if cursor is not None:
            conditions.append(tuple_(tasks.c.next_due, tasks.c.id) > _place(cursor))
        probes = [[*each, *conditions] for each in _probes(which)]
        if not probes:
            return PageOf([])
        with self._database.read() as connection:
            rows = connection.execute(_soonest(probes, check_limit(limit) + 1)).all()
        if len(rows) <= limit:
            return PageOf([to_task(row) for row in rows])
        last = rows[limit - 1]
        after = encode_cursor((last.next_due - EPOCH) // MICROSECOND, last.id)
        return PageOf([to_task(row) for row in rows[:limit]], after)

    def paused(self, which: TaskFilter, *, limit: int, cursor: str | None = None) -> PageOf[Task]:
        """Tasks whose schedule is switched off, the newest first."""
        # As it stands in the index: neither database would take that for another spelling of it.
        off = text(PAUSED_SQLITE if self._database.is_sqlite else PAUSED_POSTGRESQL)
        before = [] if cursor is None else [tasks.c.id < word_of(cursor)]
        probes: Any = [[*each, off, *before] for each in _probes(which)]
        if not probes:
            return PageOf([])
        newest = first_ids(tasks, probes, limit=check_limit(limit) + 1, newest=True)
        with self._database.read() as connection:
            rows = connection.execute(select(tasks).where(tasks.c.id.in_(newest)).order_by(tasks.c.id.desc())).all()
        return to_page(rows, [to_task(row) for row in rows], limit)

    def met(self, *, tenant_id: str | None, since: datetime, until: datetime, limit: int) -> list[Met]:
        """The runs for moments of a time, the latest moment first."""
        chosen = select(*_MET).where(runs.c.due.is_not(None), runs.c.due >= since, runs.c.due < until)
        if tenant_id is not None:
            chosen = chosen.where(runs.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(runs.c.due.desc(), runs.c.id.desc()).limit(limit)).all()
        return [Met(**{**row._mapping, "state": RunState(row.state)}) for row in rows]

    def durations(self, task_ids: Sequence[str]) -> Mapping[str, timedelta]:
        """The median of each task's last runs that did their work."""
        if not task_ids:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(_LASTED, {"these_tasks": list(task_ids)}).all()
        return {
            task_id: timedelta(seconds=median((row.ended_at - row.started_at).total_seconds() for row in some))
            for task_id, some in groupby(rows, key=lambda row: str(row.task_id))
        }

    def addresses(self, source_ids: Sequence[int]) -> Mapping[int, str]:
        """The URLs of sources."""
        with self._database.read() as connection:
            rows = connection.execute(select(sources.c.id, sources.c.url).where(sources.c.id.in_(source_ids))).all()
        return {row.id: row.url for row in rows}

    def slots(self) -> int:
        """How many runs all workers carry at once."""
        working = workers.c.role == WorkerRole.WORKER.value
        with self._database.read() as connection:
            return int(connection.scalar(select(func.sum(workers.c.slots)).where(working, ~workers.c.draining)) or 0)


_MET = [
    runs.c.id.label("run_id"),
    *(runs.c[name] for name in ("task_id", "name", "kind", "state", "due", "started_at", "ended_at", "error")),
]

_GOOD = (runs.c.state == RunState.SUCCEEDED.value, runs.c.started_at.is_not(None), runs.c.ended_at.is_not(None))
_OLDEST = (
    select(runs.c.id)
    .where(runs.c.task_id == tasks.c.id, *_GOOD)
    .order_by(runs.c.id.desc())
    .limit(1)
    .offset(LAST_RUNS - 1)
    .correlate(tasks)
    .scalar_subquery()
)
_SINCE = (
    select(tasks.c.id, func.coalesce(_OLDEST, "").label("oldest"))
    .where(tasks.c.id.in_(bindparam("these_tasks", expanding=True)))
    .cte("since")
    .prefix_with("MATERIALIZED")  # once for each task, and not for each of its runs
)
_LASTED = (
    select(runs.c.task_id, runs.c.started_at, runs.c.ended_at)
    .join_from(_SINCE, runs, and_(runs.c.task_id == _SINCE.c.id, runs.c.id >= _SINCE.c.oldest, *_GOOD))
    .order_by(runs.c.task_id)
)


def _probes(which: TaskFilter) -> list[list[ColumnElement[bool]]]:
    # A list for each kind, which an index gives in order.
    team = [] if which.tenant_id is None else [tasks.c.tenant_id == which.tenant_id]
    return [[*team, tasks.c.kind == kind] for kind in which.kinds]


def _soonest(probes: Sequence[Sequence[ColumnElement[bool]]], limit: int) -> Select[Any]:
    order = (tasks.c.next_due, tasks.c.id)
    chosen = [select(*order).where(*each).order_by(*order).limit(limit).subquery() for each in probes]
    merged = union_all(*(select(each) for each in chosen)).subquery()
    first = select(merged.c.id).order_by(merged.c.next_due, merged.c.id).limit(limit)
    return select(tasks).where(tasks.c.id.in_(first)).order_by(*order)


def _place(cursor: str) -> tuple[datetime, str]:
    due, task_id = decode_cursor(cursor, 2)
    if not isinstance(due, int) or not isinstance(task_id, str):
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew")
    try:
        return EPOCH + due * MICROSECOND, task_id
    except OverflowError as error:
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew") from error


def _kinds(tenant_id: str | None) -> Select[tuple[str]]:
    """Each kind by a leap along the index, not by reading all of it."""
    team = [] if tenant_id is None else [tasks.c.tenant_id == tenant_id]
    kind = tasks.c.kind
    leaps = select(_first(kind, team).label("kind")).cte("leaps", recursive=True)
    further = select(_first(kind, [*team, kind > leaps.c.kind], leaps)).where(leaps.c.kind.is_not(None))
    leaps = leaps.union_all(further)
    return select(leaps.c.kind).where(leaps.c.kind.is_not(None))


def _first(kind: Any, where: Sequence[ColumnElement[bool]], outside: Any = None) -> Any:
    found = select(kind).where(*where).order_by(kind).limit(1)
    return (found if outside is None else found.correlate(outside)).scalar_subquery()
