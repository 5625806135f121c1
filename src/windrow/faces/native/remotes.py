"""Asking remotes while somebody waits for it: in threads of their own, so that a slow one holds up nobody else."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Answer = TypeVar("Answer")

AT_ONCE = 16
"""Previews and detections under way; who comes later waits."""


@cache
def _turns() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


async def apart(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns."""
    return await to_thread.run_sync(ask, limiter=_turns())
