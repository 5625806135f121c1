"""Delivering: a letter to one destination, as a message with attachments or in a signed webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windrow.core.harvesting.reading import told
from windrow.core.notifying.posting import post_signed, without_address
from windrow.errors import BadInput, HostResting, ProcessLost, RemoteError
from windrow.model.destinations import Destination
from windrow.model.notifications import Channel
from windrow.model.reports import ReportFile
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Check, CourierMaker
from windrow.ports.notifying import Messenger
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent.

    title, text, files   of a message to people
    type, data           of a webhook, which is for programs
    """

    title: str
    text: str
    type: str
    data: Mapping[str, Any]
    files: Sequence[ReportFile] = ()


@dataclass(frozen=True, slots=True)
class Delivering:
    """Delivers letters, and notes with each destination how it went.

    make_courier   gives what webhooks are sent by
    messenger      what Apprise's addresses are told by
    """

    store: Store
    make_courier: CourierMaker
    messenger: Messenger
    clock: Clock

    def deliver(self, destination: Destination, letter: Letter, *, message_id: str, check: Check) -> None:
        """Sends it once. Raises `RemoteError`, `BadInput` and `ProcessLost`; none of them tells the address."""
        secrets, now = self.store.destinations.secrets(destination.id), self.clock()
        try:
            if destination.channel is Channel.WEBHOOK:
                content = {"type": letter.type, "timestamp": now.isoformat(), "data": letter.data}
                post_signed(self.make_courier, secrets, content, message_id=f"msg_{message_id}", now=now, check=check)
            else:
                self.messenger.tell(secrets.address, letter.title, letter.text, check=check, files=letter.files)
        except HostResting:
            raise
        except (RemoteError, BadInput, ProcessLost) as error:
            problem = without_address(error, secrets.address)
            self.store.destinations.note_problem(destination.id, told(problem), now=self.clock())
            raise error from None
        self.store.destinations.note_sent(destination.id, now=self.clock())
