"""A private RabbitMQ server with files of its own, on free loopback ports."""

import signal
from pathlib import Path
from types import TracebackType

from samples.servers.daemon import Daemon, free_port, program
from samples.servers.process import ServerFailed

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
SETTINGS = """
listeners.tcp.default = 127.0.0.1:{port}
loopback_users = none
log.console = true
log.file = false
vm_memory_high_watermark.absolute = 1GiB
disk_free_limit.absolute = 10MB
"""


class RabbitMQ(Daemon):
    """A running server. `url` is for Celery; durable queues outlive `stop`, `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        (folder / "rabbitmq.conf").write_text(SETTINGS.format(port=port))
        self._names = _Names(folder / "names")
        environment = {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._names.port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_ALLOW_INPUT": "1",  # the program itself instead of a shell that waits for it
            "RABBITMQ_NODENAME": f"windrow-{port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
        }
        # Debian's start file on the path wants to be root or its own user; the one beneath it does not mind.
        if not PROGRAM.exists():
            raise ServerFailed(f"{PROGRAM} is missing: run `make setup-debian`, or install rabbitmq-server.")
        super().__init__([PROGRAM, "-noinput"], folder, port, goodbye=signal.SIGTERM, environment=environment)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        self._names.stop()


class _Names(Daemon):
    """Erlang's directory of its nodes: one of our own, so that none is left behind."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        super().__init__(
            [program("epmd", "erlang-base"), "-port", port, "-address", "127.0.0.1"],
            folder,
            port,
            goodbye=signal.SIGTERM,
        )
