"""Listening: many who follow runs at once, by one thread that waits for news and a few that look."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from windrow.core.following import ENTRIES, LOOK_ANYWAY, STILL_HERE, Followed
from windrow.errors import NotFound
from windrow.model.paging import encode_cursor
from windrow.model.runs import Run
from windrow.ports.store import Changes, Store

LOOKERS = 4
"""Threads that read for all who listen: a look takes under a millisecond."""

PACE = 0.25
"""Seconds between two looks for one listener: people do not read faster, and hundreds may listen."""


class Listening:
    """Follows runs for the listeners of one process. A listener costs no thread and no connection."""

    def __init__(self, store: Store, changes: Callable[[], Changes]) -> None:
        self._store = store
        self._bell = Bell(changes)
        self._pool = ThreadPoolExecutor(LOOKERS, thread_name_prefix="looker")

    async def follow(self, run_id: str, *, after: int | None = None) -> AsyncGenerator[Followed | None, None]:
        """Yields whenever the run or its log changed, and None now and then when not; ends with the run.

        `after` is the number of the last log entry that is known already. Ends also when the run is deleted.
        """
        news = self._bell.join()
        last: Run | None = None
        told = asyncio.get_running_loop().time()
        try:
            while True:
                news.clear()  # before looking: what comes while we look is looked at again
                found = await self._look(run_id, after)
                if found is None:
                    return
                if found.entries or found.run != last:
                    yield found
                    told = asyncio.get_running_loop().time()
                    last, after = found.run, found.entries[-1].id if found.entries else after
                if len(found.entries) == ENTRIES:
                    continue
                if found.run.state.is_terminal:
                    return
                await asyncio.sleep(PACE)
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), LOOK_ANYWAY)
                if asyncio.get_running_loop().time() - told > STILL_HERE:
                    yield None
                    told = asyncio.get_running_loop().time()
        finally:
            self._bell.leave(news)

    def __len__(self) -> int:
        """How many listen."""
        return len(self._bell)

    def close(self) -> None:
        """Lets the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _look(self, run_id: str, after: int | None) -> Followed | None:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, run_id, after)

    def _read(self, run_id: str, after: int | None) -> Followed | None:
        cursor = None if after is None else encode_cursor(after)
        try:
            # The run first: entries that came before its end are then seen with it, or earlier.
            run = self._store.runs.get(run_id, tenant_id=None)
        except NotFound:
            return None
        entries = self._store.runs.read_log(run_id, limit=ENTRIES, cursor=cursor).items
        return Followed(replace(run, lease_until=None), entries)


@dataclass(frozen=True, slots=True)
class _Listener:
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event


class Bell:
    """Rings for everybody whenever something was committed. Its thread lives while somebody listens."""

    def __init__(self, changes: Callable[[], Changes]) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, _Listener] = {}
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self) -> asyncio.Event:
        """Begins to listen; the event is set at news. To be called in the event loop that waits for it."""
        listener = _Listener(asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners[listener.news] = listener
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring, name="bell", daemon=True)
                self._thread.start()
        return listener.news

    def leave(self, news: asyncio.Event) -> None:
        """Ends listening."""
        with self._lock:
            self._listeners.pop(news, None)

    def _ring(self) -> None:
        try:
            changes = self._changes()
            try:
                self._wake_all()  # what came since they last looked, and before we began to watch
                while self._goes_on():
                    if changes.wait(LOOK_ANYWAY):
                        self._wake_all()
            finally:
                changes.close()
        finally:
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _goes_on(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._thread = None  # said under the lock: whoever joins next starts another
            return self._thread is threading.current_thread()

    def _wake_all(self) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for each in listeners:
            with suppress(RuntimeError):  # its loop has ended, and its listener with it
                each.loop.call_soon_threadsafe(each.news.set)
