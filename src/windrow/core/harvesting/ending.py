"""Ending a pass: whether it was complete, what is absent, whether a person must be asked, and how its run ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from windrow.core.harvesting.comparing import FAILED, plain
from windrow.core.harvesting.idset import IdSet
from windrow.model.reconciliation import Tallied
from windrow.model.resources import Outcome
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Policies
from windrow.ports.harvests import Pass
from windrow.ports.runs import Ending

HELD = "held"
TOLD = 3
"""Problems that the run's error names; the log has them all."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk came to when no page was left open.

    announced     how many records the remote said there are
    total         how many the pass expected, announced or found in listings
    present       resources of the source that are not gone
    unseen        ids of those that no page held; only meaningful for a whole listing
    declared      ids that the remote declared deleted
    failed_pages  pages given up
    seen          how many different resources the pages held
    """

    begun: Pass
    counts: Mapping[str, int]
    announced: int | None
    total: int | None
    present: int
    unseen: Sequence[int]
    declared: Sequence[int]
    failed_pages: int
    seen: int

    @property
    def done(self) -> int:
        """Records that came by, of whatever outcome."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a walk. `tallied` is to be compared with what is kept; None where the walk cannot tell."""

    complete: bool
    absent: Sequence[int]
    hold: bool
    ending: Ending
    tallied: Tallied | None


def unseen_ids(ids: Iterable[int], seen: IdSet) -> tuple[int, list[int]]:
    """How many ids there are, and those that were not seen."""
    present, unseen = 0, []
    for number in ids:
        present += 1
        if number not in seen:
            unseen.append(number)
    return present, unseen


def judge(walked: Walked, policies: Policies) -> Verdict:
    """Decides. A broken remote never destroys what is here: absence counts only where everything was seen.

    What the remote itself declares deleted is believed, as far as the guard lets it. What is merely absent is held for
    a person as well where the list seems to have shifted, or held records that nobody could identify.
    """
    problems = _problems(walked)
    unseen = set(walked.unseen) if walked.begun.whole and not problems else set()
    absent = sorted(unseen.union(walked.declared))
    doubts = walked.begun.doubts if unseen else ()
    hold = not policies.keep_gone and (bool(doubts) or policies.holds(len(absent), walked.present))
    ending = _ending(walked, problems, _message(absent, hold, doubts), absent, hold)
    return Verdict(not problems, absent, hold, ending, _tallied(walked))


def _tallied(walked: Walked) -> Tallied | None:
    """What was counted, where every page of everything there is was read: else numbers differ by right."""
    if not walked.begun.whole or walked.failed_pages:
        return None
    # What could not be loaded may be known and here: it was not seen, and is not missing.
    return Tallied(walked.announced, walked.done, None if walked.begun.problems else walked.seen)


def _problems(walked: Walked) -> list[str]:
    problems = list(walked.begun.problems)
    if walked.announced is not None and walked.done != walked.announced and not walked.failed_pages:
        problems.append(f"the source announced {walked.announced} records and gave {walked.done}")
    if walked.done == 0 and walked.present and walked.begun.whole:
        problems.append(f"the source listed nothing, although {walked.present} resources are known of it")
    return problems


def _ending(walked: Walked, problems: Sequence[str], message: str, absent: Sequence[int], hold: bool) -> Ending:
    counts = plain(walked.counts)
    state = _state(walked, counts, problems)
    if absent:
        counts[HELD if hold else Outcome.DELETED.value] = len(absent)
    return Ending(
        state=state,
        result={
            "counts": counts,
            "complete": not problems,
            "incremental": walked.begun.asked_since is not None,
            "failed_pages": walked.failed_pages,
        },
        error="" if state is RunState.SUCCEEDED else _tell(problems, counts),
        progress=Progress(walked.done, _total(walked, state), counts, message),
    )


def _total(walked: Walked, state: RunState) -> int | None:
    if state is RunState.SUCCEEDED:
        return walked.done
    if walked.total is None or (walked.failed_pages and walked.total <= walked.done):
        return None  # Nobody knows what the pages held that could not be had.
    return max(walked.total, walked.done)


def _state(walked: Walked, counts: Mapping[str, int], problems: Sequence[str]) -> RunState:
    bad = counts.get(FAILED, 0) + counts.get(Outcome.QUARANTINED, 0)
    if not problems and bad == 0:
        return RunState.SUCCEEDED
    # A pass over changes that saw them all did its work, though what changed may not be readable.
    all_seen = not problems and walked.begun.asked_since is not None
    return RunState.PARTIAL if walked.done > bad or all_seen else RunState.FAILED


def _tell(problems: Sequence[str], counts: Mapping[str, int]) -> str:
    told = list(problems[:TOLD])
    if len(problems) > TOLD:
        told.append(f"and {len(problems) - TOLD} more problems, see the log")
    if counts.get(Outcome.QUARANTINED):
        told.append(f"{counts[Outcome.QUARANTINED]} records could not be read and are in quarantine")
    return "; ".join(told)


def _message(absent: Sequence[int], hold: bool, doubts: Sequence[str]) -> str:
    if not absent:
        return ""
    if hold:
        why = f" ({doubts[0]})" if doubts else ""
        return f"{len(absent)} resources are missing; their deletion waits for a person{why}"
    return f"{len(absent)} resources are gone from the source and were deleted"
