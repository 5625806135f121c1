"""The kind of work `digest`: begins the digests of a source that are due.

A source has one task of each kind beside its harvest, and one schedule with it; its notifications may want digests at
different intervals. So its digest task runs at the shortest of these, and begins a run of kind `notify` for each that
is due: each is then tried again for itself, and the digest task has ended long before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from windrow.core.attending import DIGEST, Attending
from windrow.core.notifying.beginning import make_telling
from windrow.errors import NotFound
from windrow.model.notifications import Event, Notification, Occasion
from windrow.model.runs import Part
from windrow.model.schedules import Schedule
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.ports.clocks import Clock
from windrow.ports.store import Store
from windrow.ports.work import Done, Performed, Work


def schedule_for(notifications: Sequence[Notification]) -> Schedule | None:
    """When the digest task of a source runs: at the shortest of the intervals that its notifications want."""
    wanting = [each for each in notifications if each.digest_due is not None]
    if not wanting:
        return None
    first = min(wanting, key=lambda each: (each.digest_every, each.id))
    assert first.digested_until is not None
    return Schedule(Interval(first.digest_every, first.digested_until))


def plan_digests(attending: Attending, source: Source, notifications: Sequence[Notification]) -> Sequence[Task]:
    """The source's digest task as it must be for these notifications; nothing where it is so already."""
    wanted = schedule_for(notifications)
    present = attending.found([source.id]).get(source.id, {}).get(DIGEST)
    if present is not None and present.schedule is not None and wanted is not None:
        every = (present.schedule.trigger, present.schedule.enabled)
        if every == (wanted.trigger, True):
            return []
    drafted = attending.drafted(source, DIGEST, wanted)
    return [] if drafted is None else [drafted]


def window_end(notification: Notification, now: datetime) -> datetime | None:
    """Where the time ends that a digest is to tell of now; None while it is not due.

    Whole intervals from where the last one ended, so that digests come at the same hour however late a worker was.
    """
    since = notification.digested_until
    if notification.digest_due is None or since is None or now < notification.digest_due:
        return None
    return since + (now - since) // notification.digest_every * notification.digest_every


@dataclass(frozen=True, slots=True)
class DigestWork:
    """Begins digests. Parameter: `source_id`."""

    store: Store
    attending: Attending
    clock: Clock

    name: ClassVar[str] = "digest"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source to tell of."},
        },
        "required": ["source_id"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Begins those that are due, each once however often this is called."""
        source = self.store.sources.get(work.run.parameters["source_id"], tenant_id=work.run.tenant_id)
        begun = 0
        for each in self.store.notifications.wanting(source.id, frozenset({Event.DIGEST})):
            until = window_end(each, self.clock())
            if until is not None:
                begun += self._begin(source, each, until)
        return Done({"digests": begun}, message=f"{begun} digests begun" if begun else "nothing to tell")

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: it has no parts."""
        raise NotFound("part of a digest", part.id)

    def _begin(self, source: Source, notification: Notification, until: datetime) -> bool:
        since = notification.digested_until
        assert since is not None
        happened = self.store.notifications.happened(source.id, since=since, until=until, limit=0)
        run = None
        if happened.total or notification.digest_empty:
            window = {"since": since.isoformat(), "until": until.isoformat()}
            run = make_telling(self.attending, source, notification, [Occasion.DIGEST], **window)
        return self.store.notifications.begin_digest(notification, until=until, run=run) and run is not None
