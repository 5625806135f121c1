"""Ending a pass: whether it was complete, what is absent, whether a person must be asked, and how its run ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from windrow.core.harvesting.comparing import DUPLICATE, FAILED, plain
from windrow.core.harvesting.idset import IdSet
from windrow.model.resources import Outcome
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Policies
from windrow.ports.harvests import Pass
from windrow.ports.runs import Ending


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk came to when no page was left open.

    present       resources of the source that are not gone
    unseen        ids of those that no page held; only meaningful for a whole listing
    declared      ids that the remote declared deleted
    failed_pages  pages given up
    """

    begun: Pass
    counts: Mapping[str, int]
    total: int | None
    present: int
    unseen: Sequence[int]
    declared: Sequence[int]
    failed_pages: int

    @property
    def done(self) -> int:
        """Records that came by, of whatever outcome."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a walk."""

    complete: bool
    absent: Sequence[int]
    hold: bool
    ending: Ending


def unseen_ids(ids: Iterable[int], seen: IdSet) -> tuple[int, list[int]]:
    """How many ids there are, and those that were not seen."""
    present, unseen = 0, []
    for number in ids:
        present += 1
        if number not in seen:
            unseen.append(number)
    return present, unseen


def judge(walked: Walked, policies: Policies) -> Verdict:
    """Decides. A broken remote never destroys what is here: absence counts only where everything was seen."""
    problems = _problems(walked)
    whole = walked.begun.listing and walked.begun.asked_since is None
    absent = list(walked.declared)
    if whole and not problems:
        absent = sorted({*absent, *walked.unseen})
    hold = bool(absent) and (policies.holds(len(absent), walked.present) or _is_doubtful(walked))
    return Verdict(not problems, absent, hold, _ending(walked, problems, absent, hold))


def _problems(walked: Walked) -> list[str]:
    problems = list(walked.begun.problems)
    if walked.total is not None and walked.done != walked.total and not walked.failed_pages:
        problems.append(f"the source announced {walked.total} records and gave {walked.done}")
    if walked.done == 0 and walked.present and walked.begun.listing and walked.begun.asked_since is None:
        problems.append(f"the source listed nothing, although {walked.present} resources are known of it")
    return problems


def _is_doubtful(walked: Walked) -> bool:
    # With duplicates the list may have shifted while it was paged, and what cannot be identified may be what is missed.
    return bool(walked.counts.get(DUPLICATE) or walked.counts.get(Outcome.QUARANTINED))


def _ending(walked: Walked, problems: Sequence[str], absent: Sequence[int], hold: bool) -> Ending:
    counts = plain(walked.counts)
    bad = counts.get(FAILED, 0) + counts.get(Outcome.QUARANTINED, 0)
    good = walked.done - bad
    if not problems and bad == 0:
        state = RunState.SUCCEEDED
    elif good > 0 or (bad and not problems):
        state = RunState.PARTIAL if good > 0 else RunState.FAILED
    else:
        state = RunState.FAILED
    counts |= {"held": len(absent)} if hold else {Outcome.DELETED.value: len(absent)} if absent else {}
    total = walked.done if state is RunState.SUCCEEDED else max(walked.total or 0, walked.done)
    return Ending(
        state=state,
        result={"counts": counts, "complete": not problems, "failed_pages": walked.failed_pages},
        error="" if state is RunState.SUCCEEDED else _tell(problems, counts),
        progress=Progress(walked.done, total, counts, _message(absent, hold)),
    )


def _tell(problems: Sequence[str], counts: Mapping[str, int]) -> str:
    told = list(problems[:3])
    if len(problems) > 3:
        told.append(f"and {len(problems) - 3} more problems, see the log")
    if counts.get(Outcome.QUARANTINED):
        told.append(f"{counts[Outcome.QUARANTINED]} records could not be read and are in quarantine")
    return "; ".join(told)


def _message(absent: Sequence[int], hold: bool) -> str:
    if not absent:
        return ""
    if hold:
        return f"{len(absent)} resources are missing; their deletion waits for a person"
    return f"{len(absent)} resources are gone from the source and were deleted"
