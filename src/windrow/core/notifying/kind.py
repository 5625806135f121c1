"""The kind of work `notify`: tells one person or program of one thing, again and again until it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from windrow.core.harvesting.reading import told
from windrow.core.notifying import messages
from windrow.core.notifying.messages import Message
from windrow.core.notifying.posting import Unsent, post_signed, without_address
from windrow.errors import BadInput, HostResting, NotFound, ProcessLost, RemoteError, RemoteStatus
from windrow.model.notifications import Channel, Notification, Occasion, Secrets
from windrow.model.runs import Level, Part
from windrow.model.sources import Source
from windrow.ports.clocks import Clock
from windrow.ports.fetching import CourierMaker
from windrow.ports.notifying import Messenger
from windrow.ports.store import Store
from windrow.ports.work import Done, Later, Performed, Work

GONE = 410
REST = 60.0
"""Seconds until a host that rests is asked again, where nobody knows better."""

DIGESTED = 1_000
"""Runs that a digest looks at; more are counted only."""


@dataclass(frozen=True, slots=True)
class NotifyWork:
    """Sends one message of one notification. What it is about stands in the run's parameters, never an address.

    make_courier   gives what webhooks are sent by
    messenger      what Apprise's addresses are told by
    base_url       how this installation is reached from outside, for links; "" leaves them out
    """

    store: Store
    make_courier: CourierMaker
    messenger: Messenger
    clock: Clock
    base_url: str = ""

    name: ClassVar[str] = "notify"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source it is about."},
            "notification_id": {"type": "integer", "title": "Notification", "description": "Who is told."},
            "occasions": {
                "type": "array",
                "items": {"enum": [each.value for each in Occasion]},
                "title": "Occasions",
                "description": "What is told, the weightiest first.",
            },
            "run_id": {"type": "string", "default": "", "title": "Run", "description": "The run that it is about."},
            "since": {"type": "string", "default": "", "title": "Since", "description": "Where a digest begins."},
            "until": {"type": "string", "default": "", "title": "Until", "description": "Where a digest ends."},
        },
        "required": ["source_id", "notification_id", "occasions"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """One attempt."""
        run = work.run
        source = self.store.sources.get(run.parameters["source_id"], tenant_id=run.tenant_id)
        number = run.parameters.get("notification_id")
        if number is None:
            raise BadInput.of("notification_id", "is missing: runs of this task are begun by its source's other runs")
        try:
            notification = self.store.notifications.get(source.id, number)
        except NotFound:
            return Done(succeeded=0, message="Nobody was told: the notification was deleted.")
        occasions = [Occasion(each) for each in run.parameters["occasions"]]
        if not notification.enabled and occasions != [Occasion.TEST]:
            return Done(succeeded=0, message="Nobody was told: the notification is switched off.")
        message = self._message(work, source, notification, occasions)
        try:
            self._send(work, notification, message)
        except HostResting as resting:
            # Nothing was asked: that is no failed attempt of these few.
            wait = timedelta(seconds=resting.retry_after or REST)
            return Later(self.clock() + wait, str(resting))
        self.store.notifications.note_told(notification.id, now=self.clock())
        work.log(Level.INFO, f"Told {notification.name} ({notification.shown}): {message.title}.")
        return Done({"type": message.type, "attempts": run.attempt}, message=f"told {notification.name}")

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a message has no parts."""
        raise NotFound("part of a message", part.id)

    def _message(self, work: Work, source: Source, notification: Notification, occasions: list[Occasion]) -> Message:
        parameters = work.run.parameters
        if occasions[0] is Occasion.TEST:
            return messages.of_test(source, notification, at=work.run.created_at, base_url=self.base_url)
        if occasions[0] is not Occasion.DIGEST:
            ended = self.store.runs.get(parameters["run_id"], tenant_id=work.run.tenant_id)
            return messages.of_run(source, ended, occasions, base_url=self.base_url)
        since, until = (datetime.fromisoformat(parameters[word]) for word in ("since", "until"))
        task = self.store.tasks.get(source.task_id, tenant_id=None)
        return messages.of_digest(
            source,
            self.store.notifications.happened(source.id, since=since, until=until, limit=DIGESTED),
            since=since,
            until=until,
            next_due=task.schedule.next_due if task.schedule is not None else None,
            base_url=self.base_url,
        )

    def _send(self, work: Work, notification: Notification, message: Message) -> None:
        secrets = self.store.notifications.secrets(notification.source_id, notification.id)
        try:
            if notification.channel is Channel.WEBHOOK:
                self._post(work, secrets, message)
            else:
                self.messenger.tell(secrets.address, message.title, message.text, check=work.check)
        except HostResting:
            raise
        except (RemoteError, BadInput, ProcessLost) as error:
            self._note(notification, error, secrets.address)
            # Its causes are not told on: they may name the address.
            raise error from None

    def _post(self, work: Work, secrets: Secrets, message: Message) -> None:
        message_id = f"msg_{work.run.id}"
        post_signed(self.make_courier, secrets, message.body, message_id=message_id, now=self.clock(), check=work.check)

    def _note(self, notification: Notification, error: Unsent, address: str) -> None:
        gone = isinstance(error, RemoteStatus) and error.status == GONE
        more = " It was switched off: the receiver says that it is gone for good." if gone else ""
        problem = without_address(error, address, more=more)
        self.store.notifications.note_problem(notification.id, told(problem), now=self.clock(), disable=gone)
