"""Carrying out: a run or a part is given to its kind of work, in a process of its own where the kind asks for one."""

from collections.abc import Mapping
from dataclasses import dataclass

from windrow.core.run_attempts import Attempt
from windrow.model.runs import Part, Run
from windrow.ports.isolating import Isolate
from windrow.ports.work import Performed, WorkKind, isolation_of


@dataclass(frozen=True, slots=True)
class Hands:
    """The kinds of work that a worker has, and what gives a process of its own, if anything does."""

    kinds: Mapping[str, WorkKind]
    isolate: Isolate | None

    def perform(self, attempt: Attempt) -> Performed:
        """Raises what the kind raises, and `LookupError` for a kind that this worker cannot carry out."""
        kind = self._kind(attempt.run)
        isolation = isolation_of(kind)
        if isolation is None:
            return kind.perform(attempt)
        return self._isolate(kind).perform(kind.name, isolation, attempt)

    def perform_part(self, attempt: Attempt, part: Part) -> Mapping[str, int]:
        """The same for a part; gives its counts."""
        kind = self._kind(attempt.run)
        isolation = isolation_of(kind)
        if isolation is None:
            return kind.perform_part(attempt, part)
        return self._isolate(kind).perform_part(kind.name, isolation, attempt, part)

    def _isolate(self, kind: WorkKind) -> Isolate:
        if self.isolate is None:
            raise LookupError(f"The kind of work {kind.name!r} needs a process of its own; this worker gives none.")
        return self.isolate

    def _kind(self, run: Run) -> WorkKind:
        kind = self.kinds.get(run.kind)
        if kind is None:
            raise LookupError(f"The kind of work {run.kind!r} is not installed on this worker.")
        return kind
