"""The processes of an installation: API, clock and worker, and the supervisor that keeps them."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from rich.console import Console

from windrow.assembly import Assembly
from windrow.cli.local import greet_first_admin
from windrow.cli.logs import configure_logs
from windrow.engines.embedded.heart import Heart
from windrow.engines.embedded.supervisor import Child, Supervisor, follow_parent
from windrow.engines.embedded.ticking import TICK, Chore, ClockLoop
from windrow.engines.embedded.worker import WorkerLoop
from windrow.model.identity import new_id
from windrow.model.workers import Worker, WorkerRole
from windrow.settings import Settings

log = structlog.get_logger()

SWEEP_EVERY = 1.0
TIDY_EVERY = 30.0
FORGET_EVERY = 3600.0
SWITCH = 0.001
"""Seconds after which a worker's thread lets another one go on, a fifth of Python's own: with many runs under way, who
claims, beats or answers a remote must not queue behind all that compute."""

CHILD_ID = "--id"
API_GRACE = 5
"""Seconds that requests under way get when the API stops."""

MARGIN = 3.0
"""Seconds that a process gets beyond its own time to stop, before it is ended from outside."""


def run_worker(settings: Settings, *, worker_id: str) -> None:
    """Carries runs until told to stop; then gives back what it holds."""
    configure_logs(settings, "worker")
    sys.setswitchinterval(SWITCH)
    assembly = Assembly(settings, durable=False)
    assembly.warm_up()
    performer = assembly.performer(worker_id)
    loop = WorkerLoop(performer, assembly.store.changes, slots=settings.slots)

    def stop() -> None:
        loop.stop()
        performer.drain()
        _end_at_last(assembly, worker_id)

    heart = _heart(assembly, WorkerRole.WORKER, worker_id, renew=performer.beat, look=performer.look, drain=loop.stop)
    _stop_on_signals(stop)
    follow_parent(stop, grace=settings.drain_seconds + MARGIN)
    _live(assembly, heart, worker_id, loop.run)


def run_clock(settings: Settings, *, worker_id: str) -> None:
    """Meets due moments and sweeps until told to stop. Several may run at once."""
    configure_logs(settings, "clock")
    assembly = Assembly(settings)
    scheduling, watching = assembly.scheduling, assembly.watching
    loop = ClockLoop(
        [
            Chore("schedules", TICK, scheduling.tick),
            Chore("promotion", TICK, lambda: assembly.store.runs.promote(assembly.clock())),
            Chore("sweep", SWEEP_EVERY, watching.sweep),
            Chore("tidy", TIDY_EVERY, watching.tidy),
            Chore("old runs", FORGET_EVERY, watching.forget_runs),
        ]
    )
    heart = _heart(assembly, WorkerRole.CLOCK, worker_id, renew=_nothing, look=_nothing, drain=loop.stop)
    _stop_on_signals(loop.stop)
    follow_parent(loop.stop, grace=MARGIN)
    _live(assembly, heart, worker_id, loop.run)


def run_api(settings: Settings, *, worker_id: str, listener: int | None = None) -> None:
    """Answers requests until told to stop. `listener` is an open socket's number, given by the supervisor.

    Without a supervisor, which has done it already, it makes the first admin as it starts.
    """
    # Only this process needs what these bring along.
    from windrow.cli.server import make_server
    from windrow.web.app import make_app

    configure_logs(settings, "api")
    assembly = Assembly(settings)
    if listener is None:
        greet_first_admin(assembly, Console(stderr=True))
    server = make_server(make_app(assembly), settings, listener=listener, grace=API_GRACE)

    def stop() -> None:
        server.should_exit = True

    heart = _heart(assembly, WorkerRole.API, worker_id, renew=_nothing, look=_nothing, drain=stop)
    _stop_on_signals(stop)
    follow_parent(stop, grace=API_GRACE + MARGIN)
    _live(assembly, heart, worker_id, server.run)


def supervise(settings: Settings, listener: socket.socket, assembly: Assembly, *, ready: Callable[[], None]) -> None:
    """Runs API, clock and workers as children of this process until told to stop. `ready` is called once it answers."""
    environment = environment_of(settings)
    listener.set_inheritable(True)
    workers = assembly.store.workers
    children = [
        Child("api", lambda number: ("api", CHILD_ID, number, "--fd", str(listener.fileno())), new_id),
        Child("clock", lambda number: ("clock", CHILD_ID, number), new_id),
        *(
            Child(f"worker {n + 1}", lambda number: ("worker", CHILD_ID, number), new_id)
            for n in range(settings.workers)
        ),
    ]
    supervisor = Supervisor(
        children,
        environment=environment,
        keep=(listener.fileno(),),
        lost=lambda number: workers.leave(number, now=assembly.clock()),
        grace=max(settings.drain_seconds, API_GRACE) + MARGIN,
        patience=2 * settings.lease_seconds,
    )
    _stop_on_signals(supervisor.stop)
    threading.Thread(target=ready, name="ready", daemon=True).start()
    supervisor.run()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, for children: what came by flag must reach them too."""
    given = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if value is None:
            continue
        if hasattr(value, "get_secret_value"):
            value = value.get_secret_value()
        given[f"WINDROW_{name.upper()}"] = ",".join(value) if isinstance(value, tuple) else str(value)
    return given


def _heart(
    assembly: Assembly,
    role: WorkerRole,
    worker_id: str,
    *,
    renew: Callable[[], None],
    look: Callable[[], None],
    drain: Callable[[], None],
) -> Heart:
    settings, now = assembly.settings, assembly.clock()
    worker = Worker(
        id=worker_id,
        role=role,
        host=socket.gethostname(),
        pid=os.getpid(),
        engine="embedded",
        queues=settings.queues if role is WorkerRole.WORKER else (),
        slots=settings.slots if role is WorkerRole.WORKER else 0,
        started_at=now,
        seen_at=now,
    )
    every = settings.beat_seconds
    return Heart(worker, assembly.store.workers, clock=assembly.clock, every=every, renew=renew, look=look, drain=drain)


def _end_at_last(assembly: Assembly, worker_id: str) -> None:
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


def _live(assembly: Assembly, heart: Heart, worker_id: str, work: Callable[[], None]) -> None:
    heart.start()
    try:
        work()
    finally:
        heart.stop()
        assembly.store.workers.leave(worker_id, now=assembly.clock())
        assembly.close()


def _stop_on_signals(stop: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        # In a thread: a handler interrupts this one anywhere, also while it holds a lock that `stop` wants.
        threading.Thread(target=stop, name="stop", daemon=True).start()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _nothing() -> None:
    """A process that holds no runs renews none."""
