"""Isolate: where work is carried out whose kind asks for a process of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

from windrow.model.runs import Part
from windrow.ports.work import Isolation, Performed, Work


class Isolate(Protocol):
    """Carries out each attempt in a child process that ends with it. Called from several threads at once.

    Both raise what the kind raised (errors of `windrow.errors` as themselves, others as words), `ProcessLost` when the
    process ended by itself, `LimitExceeded` when it was ended for what it took, and what `work.check` raises: then the
    process and whatever it started are gone.
    """

    def perform(
        self, kind: str, isolation: Isolation, work: Work, *, parameters: Mapping[str, Any] | None = None
    ) -> Performed:
        """What the kind of that name gives for the run; with `parameters` it sees those instead of the run's."""
        ...

    def perform_part(self, kind: str, isolation: Isolation, work: Work, part: Part) -> Mapping[str, int]:
        """What it gives for one part."""
        ...
