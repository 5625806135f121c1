"""The kinds that are installed: source kinds, work kinds and target kinds, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from windrow.errors import BadInput
from windrow.model.tasks import Retry
from windrow.ports.source_kinds import SourceKind
from windrow.ports.targets import TargetKind
from windrow.ports.work import WorkKind, missing_of, retry_of

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Kinds:
    """What can be harvested, what can be run, and what can be pushed to here."""

    sources: Mapping[str, SourceKind]
    work: Mapping[str, WorkKind]
    targets: Mapping[str, TargetKind] = field(default_factory=dict)

    def source(self, name: str) -> SourceKind:
        """A source kind. Raises `BadInput`."""
        return _pick(self.sources, name, "source kind")

    def work_kind(self, name: str) -> WorkKind:
        """A kind of work. Raises `BadInput`, also for one that needs what is not installed here."""
        kind = _pick(self.work, name, "kind of work")
        if told := missing_of(kind):
            raise BadInput.of("kind", told)
        return kind

    def usual_retry(self, name: str) -> Retry:
        """How a kind of work is tried again where a task does not say so. Raises `BadInput`."""
        return retry_of(self.work_kind(name))

    def target(self, name: str) -> TargetKind:
        """A target kind. Raises `BadInput`."""
        return _pick(self.targets, name, "target kind")


def _pick(kinds: Mapping[str, Kind], name: str, word: str) -> Kind:
    try:
        return kinds[name]
    except KeyError:
        known = ", ".join(sorted(kinds)) or "none"
        raise BadInput.of("kind", f"there is no {word} {name!r}; there are: {known}") from None
