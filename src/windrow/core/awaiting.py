"""Awaiting: thousands who wait for the ends of runs, without a thread or a connection for each."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from windrow.core.following import LOOK_ANYWAY
from windrow.core.listening import Bell
from windrow.errors import StoreUnavailable
from windrow.ports.store import Changes, Store

PACE = 0.02
"""Seconds between two looks, where many wait: one look is for everybody, so it may come soon."""

MANY = 100
"""Where fewer wait, a look costs less, and the next may come sooner."""

AT_ONCE = 500
"""Runs asked for by one query."""


class Awaiting:
    """Wakes whoever waits for a run as soon as it has ended. To be used from one event loop."""

    def __init__(self, store: Store, changes: Callable[[], Changes]) -> None:
        self._store = store
        self._bell = Bell(changes)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="awaiting")
        self._waiters: dict[str, set[asyncio.Future[None]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def ended(self, run_id: str, timeout: float) -> bool:
        """Waits until the run has ended, or is gone, but no longer than `timeout` seconds; whether it has."""
        future = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(run_id, set()).add(future)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return False
        finally:
            waiters = self._waiters.get(run_id, set())
            waiters.discard(future)
            if not waiters:
                self._waiters.pop(run_id, None)
        return True

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiters.values()))

    def close(self) -> None:
        """Lets the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _look_on(self) -> None:
        news = self._bell.join()  # rings once at its beginning: nothing is missed before it watches
        try:
            while self._waiters:
                news.clear()  # before looking: what comes while we look is looked at again
                asked = list(self._waiters)
                with suppress(StoreUnavailable):  # it is looked again
                    self._wake(await asyncio.get_running_loop().run_in_executor(self._pool, self._ended_of, asked))
                await asyncio.sleep(PACE * min(1.0, len(asked) / MANY))
                if set(self._waiters) <= set(asked):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), LOOK_ANYWAY)
        finally:
            self._bell.leave(news)

    def _wake(self, run_ids: Sequence[str]) -> None:
        for future in [each for run_id in run_ids for each in self._waiters.get(run_id, ())]:
            if not future.done():
                future.set_result(None)

    def _ended_of(self, run_ids: Sequence[str]) -> list[str]:
        ended = []
        for start in range(0, len(run_ids), AT_ONCE):
            some = run_ids[start : start + AT_ONCE]
            states = self._store.runs.states(some)
            ended += [each for each in some if each not in states or states[each].is_terminal]
        return ended
