"""What every process of an installation does: it says that it lives, follows its supervisor, and ends in order."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from windrow.assembly import Assembly
from windrow.engines.embedded.heart import Heart
from windrow.model.workers import Worker, WorkerRole

log = structlog.get_logger()

CHILD_ID = "--id"

SWITCH = 0.001
"""Seconds after which a worker's thread lets another one go on, a fifth of Python's own: with many runs under way, who
claims, beats or answers a remote must not queue behind all that compute."""

MARGIN = 3.0
"""Seconds that a process gets beyond its own time to stop, before it is ended from outside."""


def make_heart(
    assembly: Assembly,
    role: WorkerRole,
    worker_id: str,
    *,
    drain: Callable[[], None],
    renew: Callable[[], None] | None = None,
    look: Callable[[], None] | None = None,
    slots: int = 0,
) -> Heart:
    """The heart of this process. Only workers hold runs, and so have something to renew and to look for."""
    settings, now = assembly.settings, assembly.clock()
    worker = Worker(
        id=worker_id,
        role=role,
        host=socket.gethostname(),
        pid=os.getpid(),
        engine=settings.engine,
        queues=settings.queues if role is WorkerRole.WORKER else (),
        slots=slots,
        started_at=now,
        seen_at=now,
    )
    return Heart(
        worker,
        assembly.store.workers,
        clock=assembly.clock,
        every=settings.beat_seconds,
        renew=renew or _nothing,
        look=look or _nothing,
        drain=drain,
    )


def live(assembly: Assembly, heart: Heart, worker_id: str, work: Callable[[], None]) -> None:
    """Works with a beating heart, and takes leave in the end."""
    heart.start()
    try:
        work()
    finally:
        take_leave(assembly, heart, worker_id)


def take_leave(assembly: Assembly, heart: Heart, worker_id: str) -> None:
    """Ends the heart; what this process still holds is free for others."""
    heart.stop()
    assembly.store.workers.leave(worker_id, now=assembly.clock())
    assembly.close()


def end_at_last(assembly: Assembly, worker_id: str) -> None:
    """Ends this process if its work does not come to a safe point in time; what it held is free for others at once."""

    def end() -> None:
        log.warning("work did not stop in time; it is given to others")
        try:
            assembly.store.workers.leave(worker_id, now=assembly.clock())
        finally:
            os._exit(1)

    timer = threading.Timer(assembly.settings.drain_seconds, end)
    timer.daemon = True
    timer.start()


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Calls `stop` on SIGTERM and SIGINT."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        # In a thread: a handler interrupts this one anywhere, also while it holds a lock that `stop` wants.
        threading.Thread(target=stop, name="stop", daemon=True).start()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _nothing() -> None:
    """A process that holds no runs renews none."""
