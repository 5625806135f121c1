"""Source drafts: what a source is to be, and a source as people see it, which can be made a draft again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.core.attending import AVAILABILITY, REFRESH
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.sources import Credential, Policies, Source, Visibility
from windrow.model.tasks import DEFAULT_QUEUE, Task


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """What a new or changed source is to be.

    `credential`, `owner_id` and `notes` None keep what there is; `drop_credential` takes the credential away.
    """

    name: str
    kind: str
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    policies: Policies = Policies()
    visibility: Visibility = Visibility.PRIVATE
    credential: Credential | None = None
    drop_credential: bool = False
    schedule: Schedule | None = None
    refresh_schedule: Schedule | None = None
    check_schedule: Schedule | None = None
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    owner_id: str | None = None
    notes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its task, as people see it: its schedule and its last run beside it.

    `attendants` are the tasks that look after it beside its harvest, by kind; `last_refresh` is the last run of one.
    """

    source: Source
    task: Task
    last_run: Run | None
    attendants: Mapping[str, Task] = field(default_factory=dict)
    last_refresh: Run | None = None

    def schedule_of(self, kind: str) -> Schedule | None:
        """When it is refreshed, or checked."""
        task = self.attendants.get(kind)
        return None if task is None else task.schedule

    @property
    def draft(self) -> SourceDraft:
        """The source as it stands, as a draft of itself: what a change begins with."""
        source, task = self.source, self.task
        return SourceDraft(
            name=source.name,
            kind=source.kind,
            url=source.url,
            settings=source.settings,
            policies=source.policies,
            visibility=source.visibility,
            schedule=task.schedule,
            refresh_schedule=self.schedule_of(REFRESH),
            check_schedule=self.schedule_of(AVAILABILITY),
            queue=task.queue,
            priority=task.priority,
        )
