"""Open pages: what of a pass is still to be done, in what order and when."""

import heapq
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from windrow.model.runs import Part, PartState
from windrow.ports.clocks import Clock
from windrow.ports.harvests import Harvests
from windrow.ports.source_kinds import PageKey

PARTS_AT_ONCE = 200

NOT_MADE = 0
"""The id of a page that is prepared before the commit that makes it."""


@dataclass(slots=True)
class OpenPages:
    """The pages of a run still to be done: ready ones in the order they were made, others when their time comes.

    Some are prepared early, before the page that leads to them was committed: these have no id until that commit makes
    them, and are then kept apart for whoever prepared them. Only `begin_early` may be called by another thread.
    """

    harvests: Harvests
    run_id: str
    clock: Clock
    _ready: deque[Part] = field(default_factory=deque)
    _delayed: list[tuple[datetime, int, Part]] = field(default_factory=list)
    _last: int = 0
    _whole: bool = False
    _early: set[str] = field(default_factory=set)
    _made: dict[str, Part] = field(default_factory=dict)
    _met: set[bytes] = field(default_factory=set)

    def begin_early(self, key: PageKey) -> Part | None:
        """A page to be prepared before it is made; None for one that was met before, so that no circle has no end."""
        name = _name_of(key)
        if _digest_of(name) in self._met:
            return None
        self._met.add(_digest_of(name))
        self._early.add(name)
        return Part(NOT_MADE, self.run_id, key, PartState.OPEN)

    def end_early(self, part: Part) -> Part | None:
        """The page that was made meanwhile of an early one, to be settled now.

        None where no commit made it: it had been there before, or is still to be read, and is done in its turn.
        """
        name = _name_of(part.key)
        self._early.discard(name)
        return self._made.pop(name, None)

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
            name = _name_of(part.key)
            self._met.add(_digest_of(name))
            if name in self._early:
                self._made[name] = part
            else:
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


def _name_of(key: PageKey) -> str:
    return json.dumps(key, sort_keys=True)


def _digest_of(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=16).digest()
