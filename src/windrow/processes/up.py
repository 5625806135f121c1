"""All processes of one machine, as children of one supervisor."""

import socket
import threading
from collections.abc import Callable

from windrow.assembly import Assembly
from windrow.engines.embedded.supervisor import Child, Supervisor
from windrow.model.identity import new_id
from windrow.processes.living import CHILD_ID, MARGIN, stop_on_signals
from windrow.settings import Settings

SHORTEST_GRACE = 5.0
"""Seconds that children get at least to end by themselves."""


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
        grace=max(settings.drain_seconds, SHORTEST_GRACE) + MARGIN,
        patience=2 * settings.lease_seconds,
    )
    stop_on_signals(supervisor.stop)
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
