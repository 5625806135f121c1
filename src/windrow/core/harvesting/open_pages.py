"""Open pages: what of a pass is still to be done, in what order and when."""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from windrow.model.runs import Part
from windrow.ports.clocks import Clock
from windrow.ports.harvests import Harvests

PARTS_AT_ONCE = 200


@dataclass(slots=True)
class OpenPages:
    """The pages of a run still to be done: ready ones in the order they were made, others when their time comes."""

    harvests: Harvests
    run_id: str
    clock: Clock
    _ready: deque[Part] = field(default_factory=deque)
    _delayed: list[tuple[datetime, int, Part]] = field(default_factory=list)
    _last: int = 0
    _whole: bool = False

    def take(self) -> Part | None:
        """The next page that can be done now."""
        now = self.clock()
        if self._delayed and self._delayed[0][0] <= now:
            return heapq.heappop(self._delayed)[2]
        while not self._ready:
            if self._whole:
                return None
            found = self.harvests.open_pages(self.run_id, after=self._last, limit=PARTS_AT_ONCE)
            self._whole = len(found) < PARTS_AT_ONCE
            self._add(found)
        return self._ready.popleft()

    def note(self, made: Sequence[Part]) -> None:
        """Takes in the pages that a commit has made, which spares asking for them; too many are asked for later."""
        self._whole = self._whole and len(made) <= PARTS_AT_ONCE
        if self._whole:
            self._add(made)

    def _add(self, parts: Sequence[Part]) -> None:
        for part in parts:
            self._last = max(self._last, part.id)
            self._put(part, self.clock())

    def put_back(self, part: Part) -> None:
        """A page for another try, when its time comes."""
        self._put(part, self.clock())

    def _put(self, part: Part, now: datetime) -> None:
        if part.ready_at is not None and part.ready_at > now:
            heapq.heappush(self._delayed, (part.ready_at, part.id, part))
        else:
            self._ready.append(part)

    @property
    def next_delayed(self) -> Part | None:
        """The page whose time comes first."""
        return self._delayed[0][2] if self._delayed else None
