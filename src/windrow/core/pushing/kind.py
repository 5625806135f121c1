"""The kind of work `push`: what a source harvested, put into its targets.

It fans out: each part is a stretch of records that have something to do at one target. What is due is told by
comparing, so that a push that was cut short, or done twice, pushes nothing twice that was kept as pushed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from windrow.core.pushing.asking import Asking
from windrow.core.pushing.delivering import PUSHED, REMOVED, Delivering
from windrow.errors import WindrowError
from windrow.model.paging import LARGEST_PAGE
from windrow.model.runs import Level, Part, PartState
from windrow.model.targets import Standing, Target, TargetState
from windrow.ports.clocks import Clock
from windrow.ports.store import Store
from windrow.ports.work import Done, Fanned, Performed, Work

AT_ONCE = 50
"""Records of one part."""


def pushed_to(store: Store, source_id: int, target_id: int | None = None) -> list[Target]:
    """The targets of a source that a push has to do with: all of those, or that one."""
    found: list[Target] = []
    cursor: str | None = None
    while True:
        page = store.targets.page(source_id, limit=LARGEST_PAGE, cursor=cursor)
        found += [each for each in page.items if each.is_pushed_to and target_id in (None, each.id)]
        cursor = page.next
        if cursor is None:
            return found


@dataclass(frozen=True, slots=True)
class PushWork:
    """Pushes. Parameters: `source_id`; `target_id` pushes to that target only; `full` pushes everything again."""

    store: Store
    asking: Asking
    clock: Clock

    name: ClassVar[str] = "push"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "source_id": {"type": "integer", "title": "Source", "description": "Number of the source to push from."},
            "target_id": {
                "type": ["integer", "null"],
                "default": None,
                "title": "Target",
                "description": "Number of the target to push to; without it, to all of them.",
            },
            "full": {
                "type": "boolean",
                "default": False,
                "title": "Everything",
                "description": "Push every record again, also those that stand there as they should.",
            },
        },
        "required": ["source_id"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Finds out what is due, and in the end, what became of it."""
        targets = self._chosen(work)
        if work.run.phase == "finish":
            return self._finish(work, targets)
        if work.run.parameters.get("full"):
            self.store.targets.renew([each.id for each in targets], work.run.id)
        # A part that an earlier attempt made is not to be made again, in other bounds: two would push the same record.
        behind = _made_so_far(work) if work.run.attempt > 1 else {}
        if work.fan_out(self._parts(work, targets, behind)) or behind:
            return Fanned()
        return self._finish(work, targets)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """One stretch of records at one target."""
        target = next(iter(pushed_to(self.store, work.run.parameters["source_id"], part.key["target"])), None)
        if target is None:
            return {}  # it was deleted, or switched off, since this part was made
        asked = self.asking.ready(target, work.check)
        delivering = Delivering(work, part, target, asked, self.store.targets, self.clock)
        act = delivering.remove if part.key["remove"] else delivering.push
        return act(part.key["first"], part.key["last"])

    def _chosen(self, work: Work) -> list[Target]:
        parameters = work.run.parameters
        return pushed_to(self.store, parameters["source_id"], parameters.get("target_id"))

    def _parts(
        self, work: Work, targets: Sequence[Target], behind: Mapping[tuple[int, bool], int]
    ) -> Iterator[Mapping[str, Any]]:
        for target in targets:
            if told := self._obstacle(work, target):
                work.log(Level.ERROR, f"{target.name}: {told}", part=target.name)
                continue
            for removals in (True, False):  # what leaves first makes room for what comes under the same name
                yield from self._stretches(work, target, removals, behind.get((target.id, removals), 0))

    def _stretches(self, work: Work, target: Target, removals: bool, after: int) -> Iterator[Mapping[str, Any]]:
        while True:
            work.check()
            found = self.store.targets.due(target.id, removals=removals, after=after, limit=AT_ONCE)
            if found is None:
                return
            yield {"target": target.id, "remove": removals, "first": found.first, "last": found.last}
            after = found.last

    def _obstacle(self, work: Work, target: Target) -> str:
        """Why nothing can be pushed there before somebody changes something here; "" mostly."""
        try:
            self.asking.ready(target, work.check)
        except WindrowError as error:
            return str(error)
        return ""

    def _finish(self, work: Work, targets: Sequence[Target]) -> Performed:
        counts, errors = work.part_counts(), _errors(work)
        standings = self.store.targets.standings([each.id for each in targets])
        found = [
            _outcome(each, standings[each.id], counts, errors.get(each.id) or self._obstacle(work, each))
            for each in targets
            if each.id in standings
        ]
        self._let_go(work, [each for each in targets if each.state is TargetState.LEAVING])
        sums = {word: sum(each[word] for each in found) for word in (PUSHED, "unchanged", REMOVED, "failed")}
        told = ", ".join(f"{count} {word}" for word, count in sums.items() if count) or "nothing to push"
        work.report(replace(work.run.progress, counts=sums, message=told))
        succeeded = sums[PUSHED] + sums["unchanged"] + sums[REMOVED]
        return Done({"targets": found}, succeeded=succeeded, failed=sums["failed"], message=told)

    def _let_go(self, work: Work, leaving: Sequence[Target]) -> None:
        for each in leaving:
            if not self.store.targets.deliveries(each.id, failed=None, limit=1).items:
                self.store.targets.delete(each.id)
                work.log(Level.INFO, f"{each.name}: all was taken away, and the target deleted.", part=each.name)


def _outcome(target: Target, standing: Standing, counts: Mapping[str, int], error: str) -> dict[str, Any]:
    """What became of one target. What waits because its parts failed has failed; what changed meanwhile has not."""
    pushed, removed = counts.get(f"{PUSHED}:{target.id}", 0), counts.get(f"{REMOVED}:{target.id}", 0)
    late = standing.waiting if error else 0
    return {
        "target_id": target.id,
        "name": target.name,
        PUSHED: pushed,
        "unchanged": max(0, standing.pushed - pushed),
        REMOVED: removed,
        "failed": standing.failed + late,
        "waiting": standing.waiting - late,
        "error": error if late else "",
    }


def _errors(work: Work) -> dict[int, str]:
    """Why parts failed: the first reason of each target."""
    found: dict[int, str] = {}
    for part in work.parts(frozenset({PartState.FAILED})):
        found.setdefault(part.key["target"], part.error)
    return found


def _made_so_far(work: Work) -> dict[tuple[int, bool], int]:
    behind: dict[tuple[int, bool], int] = {}
    for part in work.parts():
        place = (part.key["target"], part.key["remove"])
        behind[place] = max(behind.get(place, 0), part.key["last"])
    return behind
