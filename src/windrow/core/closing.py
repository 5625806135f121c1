"""Closing: which moments of a task will have to wait, since the host of its source is not to be asked then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from windrow.core.attending import AVAILABILITY, REFRESH
from windrow.core.runs import HARVEST
from windrow.model.hosts import closed_until, host_of, hours_of, names_of
from windrow.model.tasks import Task
from windrow.model.windows import Hours
from windrow.ports.store import Store

ASKING = frozenset({HARVEST, REFRESH, AVAILABILITY})
"""Kinds of work that ask the source itself; others ask whom their parameters, targets and records name."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A run that would begin rests: `host`, a name, is closed until then (UTC), as far as is known today."""

    host: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Keeping:
    """A host that has hours to keep to."""

    host: str
    hours: tuple[Hours, ...]

    def wait(self, moment: datetime) -> Wait | None:
        """What a run of that moment would find; None where it may ask."""
        until = closed_until(self.hours, moment)
        return None if until is None else Wait(names_of(self.host)[1], until)


@dataclass(frozen=True, slots=True)
class Keepings:
    """Which tasks ask a host that has hours to keep to, by their ids."""

    by_task: Mapping[str, Keeping] = field(default_factory=dict)

    def wait(self, task: Task, moment: datetime) -> Wait | None:
        """What a run of the task would find that begins at that moment."""
        keeping = self.by_task.get(task.id)
        return None if keeping is None else keeping.wait(moment)


@dataclass(frozen=True, slots=True)
class Closing:
    """Looks up whom tasks ask, and what was said of them."""

    store: Store

    def of_tasks(self, tasks: Sequence[Task]) -> Keepings:
        """Those of these tasks whose runs may have to wait."""
        said = self.store.host_hours.all()
        numbers = {task.id: number for task in tasks if (number := _source_asked(task)) is not None} if said else {}
        if not numbers:
            return Keepings()
        urls = self.store.agenda.addresses(sorted(set(numbers.values())))
        found = {number: _keeping(url, said) for number, url in urls.items()}
        return Keepings({each: keeping for each, number in numbers.items() if (keeping := found.get(number))})

    def of_source(self, source_id: int, *, tenant_id: str | None) -> Keeping | None:
        """The host of a source; None where nothing was said of it. Raises `NotFound`."""
        return _keeping(self.store.sources.get(source_id, tenant_id=tenant_id).url, self.store.host_hours.all())


def _source_asked(task: Task) -> int | None:
    if task.kind not in ASKING:
        return None
    number = task.parameters.get("source_id") if task.source_id is None else task.source_id
    return number if isinstance(number, int) else None


def _keeping(url: str, said: Mapping[str, Hours]) -> Keeping | None:
    host = host_of(url)
    hours = hours_of(host, said)
    return Keeping(host, hours) if hours else None
