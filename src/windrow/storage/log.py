"""Log: what a run tells, bounded, and read in pages; and the files it made."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from windrow.errors import NotFound
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Level, LogEntry
from windrow.ports.runs import Entry
from windrow.storage.database import Database
from windrow.storage.listing import first_ids, number_of, to_page
from windrow.storage.moves import among
from windrow.storage.tables import log_entries, runs

KEPT = 10_000
"""How many entries of a run are kept unless told otherwise."""

LEVELS = tuple(Level)
"""From the least to the most serious."""


class RunLog:
    """The part of the port `Runs` that keeps the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write_log(self, run_id: str, entries: Sequence[Entry], *, keep: int) -> None:
        """Appends entries. Raises `NotFound` when the run is gone."""
        with self._database.write() as connection:
            append_log(connection, run_id, entries, keep=keep)

    def read_log(
        self,
        run_id: str,
        *,
        limit: int,
        cursor: str | None = None,
        least: str | None = None,
        newest_first: bool = False,
    ) -> PageOf[LogEntry]:
        """A run's log; `least` is the lowest level shown."""
        check_limit(limit)
        ids = first_ids(log_entries, _probes(run_id, cursor, least, newest_first), limit=limit + 1, newest=newest_first)
        order = log_entries.c.id.desc() if newest_first else log_entries.c.id
        with self._database.read() as connection:
            rows = connection.execute(select(log_entries).where(log_entries.c.id.in_(ids)).order_by(order)).all()
        entries = [
            LogEntry(row.id, row.run_id, row.at, Level(row.level), row.message, row.part, row.data or {})
            for row in rows
        ]
        return to_page(rows, entries, limit)


def _probes(run_id: str, cursor: str | None, least: str | None, newest_first: bool) -> list[list[ColumnElement[bool]]]:
    common = [log_entries.c.run_id == run_id]
    if cursor is not None:
        number = number_of(cursor)
        common.append(log_entries.c.id < number if newest_first else log_entries.c.id > number)
    lowest = 0 if least is None else LEVELS.index(Level(least))
    return [[*common, log_entries.c.level == level.value] for level in LEVELS[lowest:]]


def append_log(connection: Connection, run_id: str, entries: Sequence[Entry], *, keep: int = KEPT) -> None:
    """Appends entries within the caller's transaction and drops what is too many. The run counts its entries itself,
    so that nobody has to. Raises `NotFound` when the run is gone."""
    if not entries:
        return
    logged = connection.scalar(_COUNT, {"this_run": run_id, "this_many": len(entries)})
    if logged is None:
        raise NotFound("run", run_id)
    connection.execute(insert(log_entries), [_to_row(run_id, entry) for entry in entries])
    if logged > keep:
        _drop(connection, run_id, logged - keep)
        connection.execute(update(runs).where(runs.c.id == run_id).values(logged=keep))


_COUNT = (
    update(runs)
    .where(runs.c.id == bindparam("this_run"))
    .values(logged=runs.c.logged + bindparam("this_many", type_=runs.c.logged.type))
    .returning(runs.c.logged)
)


def _to_row(run_id: str, entry: Entry) -> dict[str, object]:
    return {
        "run_id": run_id,
        "at": entry.at,
        "level": Level(entry.level).value,
        "part": entry.part,
        "message": entry.message,
        "data": entry.data or None,
    }


def _drop(connection: Connection, run_id: str, count: int) -> None:
    for levels in ((Level.DEBUG, Level.INFO), (Level.WARNING, Level.ERROR)):
        if count > 0:
            probes = [(log_entries.c.run_id == run_id, log_entries.c.level == level.value) for level in levels]
            oldest = first_ids(log_entries, probes, limit=count, newest=False)
            count -= connection.execute(delete(log_entries).where(among(connection, log_entries.c.id, oldest))).rowcount
