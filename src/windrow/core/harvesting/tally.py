"""The tally of a pass: what came of how many records so far, which resources were seen, and how many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from windrow.core.harvesting.comparing import Comparison
from windrow.core.harvesting.idset import IdSet
from windrow.ports.harvests import Change


@dataclass(slots=True)
class Tally:
    """Begins with what earlier attempts committed.

    announced   how many records the remote says there are
    total       how many the pass will come to, as far as that can be told: what is announced, or else what the listings
                named so far with what pages held themselves; None while no page told anything
    """

    counts: Counter[str] = field(default_factory=Counter)
    seen: IdSet = field(default_factory=IdSet)
    announced: int | None = None
    total: int | None = None

    @property
    def done(self) -> int:
        """Records that came by, of whatever outcome."""
        return self.counts.total()

    def count_repeated(self, comparison: Comparison) -> int:
        """Counts as duplicates what earlier pages of this pass held, and leaves it as those had it; how many."""
        again = [each for each in comparison.changed if each.id is not None and each.id in self.seen]
        for each in again:
            comparison.count_again(each.outcome)
        comparison.changed = [each for each in comparison.changed if each not in again]
        repeated = len(again)
        for known in (comparison.seen, comparison.returned):
            for number in [each for each in known if each in self.seen]:
                comparison.count_again(known.pop(number))
                comparison.touched.pop(number, None)
                repeated += 1
        return repeated

    def expect(self, comparison: Comparison, *, documents: bool) -> int | None:
        """The total with this page. `documents` tells that it is made of what a listing named: counted before."""
        if self.announced is None:
            self.announced = comparison.total
        if self.announced is not None:
            return self.announced
        if self.total is None and not comparison.listed:
            return None
        before = self.done if self.total is None else self.total
        return before + (0 if documents else comparison.own) + comparison.listed

    def note(self, comparison: Comparison, new_ids: Sequence[int], counts: Counter[str]) -> None:
        """Takes a committed page in."""
        self.counts = counts
        for number in (*comparison.seen, *comparison.returned, *new_ids, *_ids(comparison.changed)):
            self.seen.add(number)


def _ids(changes: Sequence[Change]) -> list[int]:
    return [each.id for each in changes if each.id is not None]
