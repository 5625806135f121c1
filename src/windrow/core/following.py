"""Following a run: each change of it as soon as it is committed, until it ends."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from windrow.model.paging import encode_cursor
from windrow.model.runs import LogEntry, Run
from windrow.ports.store import Changes, Store

STILL_HERE = 15.0
"""Seconds after which a listener is told that nothing has happened, so that proxies keep the line open."""

LOOK_ANYWAY = 1.0
"""Seconds after which is looked also without news: not every write to a log tells the other processes."""

ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Followed:
    """The run as it now is, and what its log got since the last time."""

    run: Run
    entries: Sequence[LogEntry]


def follow(
    store: Store, run_id: str, changes: Callable[[], Changes], *, after: int | None = None
) -> Generator[Followed | None, None, None]:
    """Yields whenever the run or its log changed, and None now and then when not; ends with the run.

    `after` is the number of the last log entry that is known already.
    """
    listener = changes()
    try:
        last: Run | None = None
        waited = 0.0
        cursor = None if after is None else encode_cursor(after)
        while True:
            run = store.runs.get(run_id, tenant_id=None)
            entries = store.runs.read_log(run_id, limit=ENTRIES, cursor=cursor).items
            if run != last or entries:
                yield Followed(run, entries)
                last = run
            if entries:
                cursor = encode_cursor(entries[-1].id)
            if len(entries) == ENTRIES:
                continue  # there may be more
            if run.state.is_terminal:
                return
            waited = 0.0 if listener.wait(LOOK_ANYWAY) else waited + LOOK_ANYWAY
            if waited >= STILL_HERE:
                waited = 0.0
                yield None
    finally:
        listener.close()
