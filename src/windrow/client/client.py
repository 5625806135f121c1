"""The client: one attribute per word, one method per path of the native API."""

from types import TracebackType
from typing import Self

from windrow.client.accounts import Accounts
from windrow.client.connection import Connection
from windrow.client.copies import Copies
from windrow.client.destinations import Destinations
from windrow.client.hosts import Hosts
from windrow.client.items import Items
from windrow.client.notifications import Notifications
from windrow.client.records import Records
from windrow.client.runs import Runs
from windrow.client.schedules import Schedules
from windrow.client.secrets import Secrets
from windrow.client.sequences import Sequences
from windrow.client.sources import Sources
from windrow.client.targets import Targets
from windrow.client.tasks import Tasks


class Client:
    """A signed-in client. Give an API token, or a user name and password. Safe to share between threads.

    Raises `ApiError` for what the server refuses, `Unreachable` when no answer comes, and `ValueError` (pydantic's
    `ValidationError`) for what does not fit the shape and is never sent. Lists are walked lazily, a page at a time.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:8750",
        *,
        token: str | None = None,
        basic: tuple[str, str] | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._connection = Connection(base_url, token=token, basic=basic, timeout=timeout)
        self.accounts = Accounts(self._connection)
        self.sources = Sources(self._connection)
        self.targets = Targets(self._connection)
        self.notifications = Notifications(self._connection)
        self.destinations = Destinations(self._connection)
        self.tasks = Tasks(self._connection)
        self.schedules = Schedules(self._connection)
        self.runs = Runs(self._connection)
        self.records = Records(self._connection)
        self.copies = Copies(self._connection)
        self.hosts = Hosts(self._connection)
        self.items = Items(self._connection)
        self.sequences = Sequences(self._connection)
        self.secrets = Secrets(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self._connection.close()
