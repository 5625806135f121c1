"""A private Redis server that keeps nothing."""

from pathlib import Path

from samples.servers.daemon import LOOPBACK, Daemon, Place, free_port, program


class Redis(Daemon):
    """A running server; what it holds is gone when it ends. `url` is for Celery and for clients."""

    def __init__(self, folder: Path, *, place: Place = LOOPBACK) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"redis://{place.address}:{port}/0"
        settings = [
            "--bind",
            place.address,
            "--protected-mode",
            "no",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        super().__init__([program("redis-server", "redis-server"), *settings], folder, port, place=place)
