"""The clock: meets due moments and sweeps. Several may run at once."""

import threading

from windrow.assembly import Assembly
from windrow.engines.embedded.heart import Calls
from windrow.engines.embedded.supervisor import follow_parent
from windrow.engines.embedded.ticking import TICK, Chore, ClockLoop
from windrow.model.workers import WorkerRole
from windrow.processes.living import MARGIN, live, make_heart, stop_on_signals
from windrow.processes.logs import configure_logs
from windrow.settings import Settings

SWEEP_EVERY = 1.0
TIDY_EVERY = 30.0
FORGET_EVERY = 3600.0


def run_clock(settings: Settings, *, worker_id: str) -> None:
    """Meets due moments and sweeps until told to stop; where an engine is told ids, it is told here."""
    configure_logs(settings, "clock")
    assembly = Assembly(settings)
    scheduling, watching = assembly.scheduling, assembly.watching
    loop = ClockLoop(
        [
            Chore("schedules", TICK, scheduling.tick),
            Chore("consequences", TICK, assembly.consequences.draw),
            Chore("promotion", TICK, lambda: assembly.store.runs.promote(assembly.clock())),
            Chore("sweep", SWEEP_EVERY, watching.sweep),
            Chore("tidy", TIDY_EVERY, watching.tidy),
            Chore("old runs", FORGET_EVERY, watching.forget_runs),
        ]
    )
    relay = assembly.make_relay()

    def stop() -> None:
        loop.stop()
        if relay is not None:
            relay.stop()

    def work() -> None:
        if relay is None:
            loop.run()
            return
        relaying = threading.Thread(target=relay.run, name="relay")
        relaying.start()
        loop.run()
        relaying.join()

    heart = make_heart(assembly, WorkerRole.CLOCK, worker_id, calls=Calls(stop, stop))
    stop_on_signals(stop)
    follow_parent(stop, grace=MARGIN)
    live(assembly, heart, worker_id, work)
