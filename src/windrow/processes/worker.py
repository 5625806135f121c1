"""The worker of the embedded engine: carries runs in threads of one process."""

import sys

from windrow.assembly import Assembly
from windrow.engines.embedded.supervisor import follow_parent
from windrow.engines.embedded.worker import WorkerLoop
from windrow.model.workers import WorkerRole
from windrow.processes.living import MARGIN, SWITCH, end_at_last, live, make_heart, stop_on_signals
from windrow.processes.logs import configure_logs
from windrow.settings import Settings


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
        end_at_last(assembly, worker_id)

    heart = make_heart(
        assembly,
        WorkerRole.WORKER,
        worker_id,
        renew=performer.beat,
        look=performer.look,
        drain=loop.stop,
        slots=settings.slots,
    )
    stop_on_signals(stop)
    follow_parent(stop, grace=settings.drain_seconds + MARGIN)
    live(assembly, heart, worker_id, loop.run)
