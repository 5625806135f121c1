"""The API process: answers requests."""

from collections.abc import Callable

from windrow.assembly import Assembly
from windrow.engines.embedded.heart import Calls
from windrow.engines.embedded.supervisor import follow_parent
from windrow.model.workers import WorkerRole
from windrow.processes.certificates import pair_of, renewing
from windrow.processes.living import MARGIN, live, make_heart, stop_on_signals
from windrow.processes.loading import loading
from windrow.processes.logs import configure_logs
from windrow.processes.open_files import allow_open_files
from windrow.processes.server import make_server
from windrow.settings import Settings
from windrow.web.app import make_app

API_GRACE = 5
"""Seconds that requests under way get when the API stops."""


def run_api(
    settings: Settings,
    *,
    worker_id: str,
    listener: int | None = None,
    prepare: Callable[[Assembly], object] | None = None,
) -> None:
    """Answers requests until told to stop. `listener` is an open socket's number, given by the supervisor.

    `prepare` is what must have been done before the first request, where no supervisor has done it.
    """
    configure_logs(settings, "api")
    allow_open_files()
    assembly = Assembly(settings)
    if prepare is not None:
        prepare(assembly)
    pair = pair_of(settings)
    with loading():
        app = make_app(assembly)
    server = make_server(app, settings, listener=listener, grace=API_GRACE, pair=pair)

    def stop() -> None:
        server.should_exit = True

    heart = make_heart(assembly, WorkerRole.API, worker_id, calls=Calls(stop, stop))
    stop_on_signals(stop)
    follow_parent(stop, grace=API_GRACE + MARGIN)
    with renewing(settings, server.config):
        live(assembly, heart, worker_id, server.run)
