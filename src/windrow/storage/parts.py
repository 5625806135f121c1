"""Parts: pieces of a run that any worker may do; made in batches, given free, counted as they end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, select, update

from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Part, PartState, RunState
from windrow.ports.runs import Closing
from windrow.storage.database import Database
from windrow.storage.fan_in import FINISH, count_closed
from windrow.storage.gathering import Gathering
from windrow.storage.keys import digest_key
from windrow.storage.listing import first_ids, number_of, to_page
from windrow.storage.moves import HELD_BY, among, raise_why_fenced
from windrow.storage.run_rows import PART_COLUMNS, to_part
from windrow.storage.tables import parts, runs
from windrow.storage.types import dump_json

BATCH = 1_000
"""How many parts are made in one transaction."""

OPENED = 5_000
"""How many parts are given free in one transaction."""


class RunParts:
    """The part of the port `Runs` that makes, closes and lists parts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fan_out(self, run_id: str, attempt: int, keys: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
        """Adds parts in batches. Raises `LeaseLost` or `Cancelled` when fenced out."""
        added = 0
        for batch in _batches(keys):
            rows = [self._new_row(run_id, key, now) for key in batch]
            with self._database.write() as connection:
                _lock_held(connection, run_id, attempt)
                new = self._database.write_many(connection, _ADD, rows)
                connection.execute(_count_opened(run_id, new))
            added += new
        return added

    def _new_row(self, run_id: str, key: Mapping[str, Any], now: datetime) -> tuple[Any, ...]:
        return run_id, digest_key(key), dump_json(key), self._database.moment(now)

    def wait(self, run_id: str, attempt: int, *, now: datetime) -> bool:
        """Gives the parts free, many in a transaction, and ends this claim with the last of them.

        The first ones may be done before the last ones are free. A worker that dies between leaves a run whose next
        attempt finds its parts and waits for what is left of them.
        """
        while True:
            with self._database.write(wake=True) as connection:
                if not _is_held(connection, run_id, attempt):
                    return False
                if _open_some(connection, run_id) < OPENED:
                    connection.execute(_let_wait(run_id, now))
                    return True

    def close_parts(self, closings: Sequence[Closing]) -> Sequence[bool]:
        """Ends parts; whoever closes the last of a run queues its finish."""
        return self._closing(closings)

    @cached_property
    def _closing(self) -> Gathering[Sequence[Closing], Sequence[bool]]:
        return Gathering(self._close)

    def _close(self, calls: Sequence[Sequence[Closing]]) -> list[Sequence[bool]]:
        with self._database.write(wake=True) as connection:
            closed = iter(close_parts(connection, list(chain(*calls))))
        return [list(islice(closed, len(each))) for each in calls]

    def retry_part(self, part_id: int, worker_id: str, *, error: str, ready_at: datetime, failed: bool = True) -> bool:
        """Gives a part back for a later try."""
        with self._database.write(wake=True) as connection:
            change = {"new_error": error, "new_ready_at": ready_at, "not_counted": 0 if failed else 1}
            this = {"this_part": part_id, "this_worker": worker_id, **change}
            return connection.execute(_RETRY, this).rowcount == 1

    def leave_parts(self, part_ids: Sequence[int], worker_id: str) -> None:
        """Leaves parts that this worker holds to others, as if it had never claimed them."""
        with self._database.write(wake=True) as connection:
            connection.execute(_LEAVE, {"these_parts": part_ids, "this_worker": worker_id})

    def list_parts(
        self, run_id: str, *, states: frozenset[PartState] | None, limit: int, cursor: str | None = None
    ) -> PageOf[Part]:
        """A run's parts in the order they were made."""
        check_limit(limit)
        after = 0 if cursor is None else number_of(cursor)
        wanted = sorted(state.value for state in (PartState if states is None else states))
        if not wanted:
            return PageOf([])
        probes = [(parts.c.run_id == run_id, parts.c.state == state, parts.c.id > after) for state in wanted]
        ids = first_ids(parts, probes, limit=limit + 1, newest=False)
        with self._database.read() as connection:
            rows = connection.execute(select(*PART_COLUMNS).where(parts.c.id.in_(ids)).order_by(parts.c.id)).all()
        return to_page(rows, [to_part(row) for row in rows], limit)

    def count_parts(self, run_id: str) -> Mapping[PartState, int]:
        """How many parts are in each state; states without any are left out."""
        counted = select(parts.c.state, func.count().label("number")).where(parts.c.run_id == run_id)
        with self._database.read() as connection:
            rows = connection.execute(counted.group_by(parts.c.state)).all()
        return {PartState(row.state): row.number for row in rows}

    def sum_part_counts(self, run_id: str) -> Mapping[str, int]:
        """The sums of all parts' counts, added up in the database."""
        with self._database.read() as connection:
            return {row.key: int(row.sum) for row in connection.execute(_sum_counts(connection, run_id))}


_ADD = (
    "INSERT INTO parts (run_id, digest, key, state, ready_at) VALUES (?, ?, ?, 'open', ?) "
    "ON CONFLICT (run_id, digest) DO NOTHING"
)


def _batches(keys: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    walk = iter(keys)
    while batch := list(islice(walk, BATCH)):
        yield batch


def _is_held(connection: Connection, run_id: str, attempt: int) -> bool:
    return connection.scalar(_HELD, {"this_run": run_id, "this_attempt": attempt}) is not None


_HELD = select(runs.c.id).where(HELD_BY, runs.c.state == RunState.RUNNING).with_for_update()


def _lock_held(connection: Connection, run_id: str, attempt: int) -> None:
    if not _is_held(connection, run_id, attempt):
        raise_why_fenced(connection, run_id, attempt)


def _count_opened(run_id: str, new: int) -> Any:
    return update(runs).where(runs.c.id == run_id).values(open_parts=runs.c.open_parts + new)


def _open_some(connection: Connection, run_id: str) -> int:
    closed_to_all = and_(parts.c.run_id == run_id, parts.c.state == PartState.OPEN, parts.c.queue == "")
    some = select(parts.c.id).where(closed_to_all).limit(OPENED).with_for_update()
    of_run = select(runs.c.queue, runs.c.priority).where(runs.c.id == run_id).subquery()
    return connection.execute(
        update(parts)
        .where(among(connection, parts.c.id, some))
        .values(queue=select(of_run.c.queue).scalar_subquery(), priority=select(of_run.c.priority).scalar_subquery())
    ).rowcount


def _let_wait(run_id: str, now: datetime) -> Any:
    # The parts make the progress from here on: as many as there are, done as far as none is open.
    all_parts = select(func.count()).select_from(parts).where(parts.c.run_id == run_id).scalar_subquery()
    nothing_open = runs.c.open_parts == 0
    return (
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=case((nothing_open, RunState.QUEUED.value), else_=RunState.WAITING.value),
            phase=case((nothing_open, FINISH), else_=runs.c.phase),
            ready_at=now,
            worker_id="",
            lease_until=None,
            lost=0,
            progress_total=all_parts,
            progress_done=all_parts - runs.c.open_parts,
        )
    )


def close_parts(connection: Connection, closings: Sequence[Closing]) -> list[bool]:
    """Ends parts within the caller's transaction. False for each that is fenced out: nothing done."""
    # The runs are locked before their parts, and in one order: see fan_in.py.
    rows = connection.execute(_RUNS_OF, {"these_parts": [each.part_id for each in closings]})
    run_of = {row.id: row.run_id for row in rows}
    these_runs = {"these_runs": sorted(set(run_of.values()))}
    going_on = set(connection.scalars(_LOCK_RUNS, these_runs)) if run_of else set()
    closed: dict[str, list[Closing]] = {}
    done = []
    for each in closings:
        run_id = run_of.get(each.part_id, "")
        done.append(run_id in going_on and _close_one(connection, each))
        if done[-1]:
            closed.setdefault(run_id, []).append(each)
    for run_id, these in closed.items():
        count_closed(connection, run_id, len(these), now=max(each.now for each in these))
    return done


def _close_one(connection: Connection, closing: Closing) -> bool:
    this = {"this_part": closing.part_id, "this_worker": closing.worker_id}
    change = {"new_state": closing.state.value, "new_counts": closing.counts, "new_error": closing.error}
    return connection.execute(_CLOSE, {**this, **change}).rowcount == 1


_HELD_PART = and_(
    parts.c.id == bindparam("this_part"),
    parts.c.worker_id == bindparam("this_worker"),
    parts.c.state == PartState.RUNNING.value,
)
_GOES_ON = runs.c.state.in_([RunState.WAITING.value, RunState.RUNNING.value])
_FREED: dict[str, Any] = {"worker_id": "", "lease_until": None}

_RUNS_OF = select(parts.c.id, parts.c.run_id).where(parts.c.id.in_(bindparam("these_parts", expanding=True)))
_LOCK_RUNS = (
    select(runs.c.id)
    .where(runs.c.id.in_(bindparam("these_runs", expanding=True)), _GOES_ON)
    .order_by(runs.c.id)
    .with_for_update()
)
_COUNTS = func.coalesce(bindparam("new_counts", type_=parts.c.counts.type), parts.c.counts)
_CLOSE = (
    update(parts)
    .where(_HELD_PART)
    .values(state=bindparam("new_state"), counts=_COUNTS, error=bindparam("new_error"), **_FREED)
)
_LEAVE = (
    update(parts)
    .where(
        parts.c.id.in_(bindparam("these_parts", expanding=True)),
        parts.c.worker_id == bindparam("this_worker"),
        parts.c.state == PartState.RUNNING.value,
        select(runs.c.id).where(runs.c.id == parts.c.run_id, _GOES_ON).exists(),
    )
    .values(state=PartState.OPEN.value, attempts=parts.c.attempts - 1, lost=0, **_FREED)
)
_RETRY = (
    update(parts)
    .where(_HELD_PART, select(runs.c.id).where(runs.c.id == parts.c.run_id, _GOES_ON).exists())
    .values(
        state=PartState.OPEN.value,
        error=bindparam("new_error"),
        ready_at=bindparam("new_ready_at"),
        attempts=parts.c.attempts - bindparam("not_counted", type_=parts.c.attempts.type),
        lost=0,
        **_FREED,
    )
)


def _sum_counts(connection: Connection, run_id: str) -> Select[Any]:
    unfold = func.json_each if connection.dialect.name == "sqlite" else func.jsonb_each_text
    each = unfold(parts.c.counts).table_valued("key", "value")
    return (
        select(each.c.key, func.sum(each.c.value.cast(parts.c.id.type)).label("sum"))
        .select_from(parts)
        .join(each, parts.c.counts.is_not(None))
        .where(parts.c.run_id == run_id)
        .group_by(each.c.key)
    )
