"""The worker of the Celery engine: `windrow worker` where that engine is chosen, or `celery -A windrow worker`."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from celery import Celery

from windrow.assembly import Assembly, make_celery
from windrow.core.performing import Performer
from windrow.engines.celery.worker import Lives
from windrow.engines.embedded.heart import Calls
from windrow.engines.embedded.supervisor import follow_parent
from windrow.model.identity import new_id
from windrow.model.workers import WorkerRole
from windrow.processes.living import MARGIN, SWITCH, end_at_last, make_heart, take_leave
from windrow.processes.logs import configure_logs
from windrow.settings import Settings

log = structlog.get_logger()

LISTEN_EVERY = 5.0
DEAF_AFTER = timedelta(seconds=20)
DEAF_SENDS = 3
"""When a worker that has nothing to do counts as deaf: something for it was sent so often, and stands so long."""


def make_worker_app(settings: Settings, *, worker_id: str = "") -> Celery:
    """The Celery application of a worker: what it carries begins with the worker's process, or with each child of it.

    `worker_id` is for a worker that is one process; each child of a prefork worker has an id of its own.
    """
    app = make_celery(settings)
    own = [worker_id] if worker_id and settings.celery_pool == "threads" else []
    Lives(lambda slots: Work(settings, own.pop() if own else new_id(), slots)).install(app)
    return app


def run_celery_worker(settings: Settings, *, worker_id: str) -> None:
    """Carries runs until told to stop; then gives back what it holds."""
    configure_logs(settings, "worker")
    app = make_worker_app(settings, worker_id=worker_id)
    follow_parent(_ask_to_end, grace=settings.drain_seconds + MARGIN)
    worker = app.Worker(
        hostname=f"{worker_id}@%h",
        loglevel=settings.log_level.upper(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    sys.exit(worker.exitcode or 0)


class Work:
    """Everything that one process needs to carry runs, begun; see `windrow.engines.celery.worker.Carrying`."""

    def __init__(self, settings: Settings, worker_id: str, slots: int) -> None:
        configure_logs(settings, "worker")
        sys.setswitchinterval(SWITCH)
        self._id = worker_id
        self._main = os.getppid() if slots == 1 and settings.celery_pool == "prefork" else os.getpid()
        self._assembly = Assembly(settings, durable=False)
        self._performer = self._assembly.performer(worker_id)
        self._heard_at = time.monotonic()
        calls = Calls(self._end_worker, self._finish, self._performer.beat, self._performer.look)
        self._heart = make_heart(self._assembly, WorkerRole.WORKER, worker_id, calls=calls, slots=slots)
        self._stopped = threading.Event()
        self._finishing = False
        self._heart.start()
        self._assembly.warm_up()
        threading.Thread(target=self._listen, name="deafness", daemon=True).start()

    @property
    def carrier(self) -> Performer:
        """What carries a message. Being asked for it is the sign that messages arrive."""
        self._heard_at = time.monotonic()
        return self._performer

    def give_back(self, part_ids: Sequence[int]) -> None:
        """Leaves parts that were sent here to others."""
        self._assembly.store.dispatches.take_back_parts(part_ids)

    def drain(self) -> None:
        """Has everything under way given back, and the process end at last; unless it was asked to finish that."""
        if self._finishing:
            return
        self._performer.drain()
        end_at_last(self._assembly, self._id)

    def stop(self) -> None:
        """Takes its leave."""
        self._stopped.set()
        take_leave(self._assembly, self._heart, self._id)

    def _finish(self) -> None:
        # Celery itself ends only when all is done; the other processes of a prefork worker give back what they have.
        self._finishing = True
        self._end_worker()

    def _end_worker(self) -> None:
        os.kill(self._main, signal.SIGTERM)

    def _listen(self) -> None:
        """Ends a worker that lives but hears nothing any more: connections that are lost in silence are not rare."""
        times = 0
        while not self._stopped.wait(LISTEN_EVERY):
            try:
                times = times + 1 if self._hears_nothing() and self._is_unanswered() else 0
            except Exception as error:  # noqa: BLE001 - a database that is away says nothing about the broker
                log.info("cannot tell whether the broker is heard", reason=str(error))
            if times >= 2:
                log.error("what was sent here does not arrive; the worker ends, to be started again")
                self._end_worker()
                return

    def _hears_nothing(self) -> bool:
        silent = time.monotonic() - self._heard_at
        return self._performer.busy == 0 and silent > DEAF_AFTER.total_seconds()

    def _is_unanswered(self) -> bool:
        before = self._assembly.clock() - DEAF_AFTER / DEAF_SENDS
        sent = self._assembly.store.dispatches
        waiting = [*sent.unclaimed_runs(before, limit=100), *sent.unclaimed_parts(before, limit=100)]
        queues = self._assembly.settings.queues
        return any(each.sends >= DEAF_SENDS and each.queue in queues for each in waiting)


def _ask_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
