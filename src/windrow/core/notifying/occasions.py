"""Occasions: what the end of a run gives reason to tell, and to whom."""

from collections.abc import Iterable, Sequence

from windrow.core.harvesting.ending import HELD
from windrow.model.notifications import Event, Occasion, counts_told
from windrow.model.runs import Run, RunState

BAD = frozenset({RunState.FAILED, RunState.PARTIAL})
JUDGED = frozenset({RunState.SUCCEEDED, *BAD})
"""States of runs that were left to come to their end: what a person cancelled says nothing of the source."""

AT_RUNS = frozenset({Event.ERROR, Event.CHANGE, Event.ALWAYS, Event.RECONCILIATION})
"""What the end of a run may be told as; a digest has its own time."""

WISHES = {
    Occasion.FAILED: Event.ERROR,
    Occasion.PARTIAL: Event.ERROR,
    Occasion.HELD: Event.ERROR,
    Occasion.RECOVERED: Event.ERROR,
    Occasion.DIFFERS: Event.RECONCILIATION,
    Occasion.RECONCILED: Event.RECONCILIATION,
    Occasion.CHANGED: Event.CHANGE,
    Occasion.ENDED: Event.ALWAYS,
    Occasion.DIGEST: Event.DIGEST,
}
"""Who is told: those who asked for this event. In the order of weight: the first names the message."""


def occasions_of(run: Run, previous: RunState | None) -> list[Occasion]:
    """What a run that has ended stands for, the weightiest first.

    previous   how the task's run before it ended, of those that were left to come to their end; None for the first
    """
    found = {Occasion.ENDED}
    if run.state is RunState.FAILED:
        found.add(Occasion.FAILED)
    if run.state is RunState.PARTIAL:
        found.add(Occasion.PARTIAL)
    if run.progress.counts.get(HELD):
        found.add(Occasion.HELD)
    if may_recover(run) and previous in BAD:
        found.add(Occasion.RECOVERED)
    if counts_told(run.progress.counts):
        found.add(Occasion.CHANGED)
    found |= _of_numbers(run)
    return [each for each in WISHES if each in found]


def may_recover(run: Run) -> bool:
    """Whether its success says that all is well again; that of a few chosen resources says nothing of the others."""
    return run.state is RunState.SUCCEEDED and not run.parameters.get("only")


def choose(occasions: Iterable[Occasion], on: frozenset[Event]) -> Sequence[Occasion]:
    """Those that somebody asked for."""
    return [each for each in occasions if WISHES[each] in on]


def _of_numbers(run: Run) -> set[Occasion]:
    turned = (run.result.get("reconciliation") or {}).get("turned")
    return {"began": {Occasion.DIFFERS}, "ended": {Occasion.RECONCILED}}.get(turned or "", set())
