"""Dispatching: what an engine that is told ids (Celery) is to carry, and what it seems to have lost."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from windrow.model.tasks import PRIORITIES
from windrow.model.workers import Room
from windrow.ports.clocks import Clock
from windrow.ports.dispatches import Dispatches, Sent
from windrow.ports.engines import Message

RUNS_AHEAD = 250
PARTS_AHEAD = 2_000
"""How many of each queue are on their way at most: what waits longer stays in the database, where a higher priority
still overtakes it, a cancel needs no word to anybody, and a broker that forgets loses little."""

OVERTAKEN_BY = timedelta(seconds=1)
"""What was sent so much later and is claimed already has passed by what was sent before it."""

LIFT = 1
"""By which what was begun before goes before what was not: its priority, in its message only."""

PARTS_TOGETHER = 400
"""Parts of a queue are sent on when there is room for so many: sent one by one, each would be a message."""

PARTS_AT_ONCE = 50
"""How many parts one message carries at most."""

SHARES = 2
"""Into how many messages per slot the parts of a queue are cut: who is quick takes more of them."""

ANSWER_WITHIN = timedelta(seconds=3)
LONGEST_ANSWER = timedelta(seconds=60)
"""How long a message may go unclaimed while somebody has nothing to do and nothing else of its queue is claimed, before
it counts as lost; doubled each time. After the longest it counts as lost whatever becomes of the others."""


@dataclass(slots=True)
class Flow:
    """What becomes of what was sent, queue by queue: what stands in a broker's line is not lost.

    A line stands when nothing of it was claimed lately. It has passed by what was sent before something that is claimed
    already: brokers hand out what has the same priority in the order in which it came.
    """

    _waiting: dict[str, dict[str, Sent]] = field(default_factory=dict)
    _moved_at: dict[str, datetime] = field(default_factory=dict)
    _passed: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def note(self, unclaimed: Sequence[Sent], now: datetime) -> None:
        """Takes in what is unclaimed now."""
        waiting: dict[str, dict[str, Sent]] = {}
        for each in unclaimed:
            waiting.setdefault(each.queue, {})[each.id] = each
        for queue, before in self._waiting.items():
            for number in before.keys() - waiting.get(queue, {}).keys():
                claimed = before[number]
                place = (queue, claimed.priority)
                self._moved_at[queue] = now
                self._passed[place] = max(claimed.sent_at, self._passed.get(place, claimed.sent_at))
        self._waiting = waiting

    def forget(self, again: Sequence[Sent]) -> None:
        """What was sent again was not claimed, though it is missed at the next look."""
        for each in again:
            self._waiting.get(each.queue, {}).pop(each.id, None)

    def gives_up(self, sent: Sent, now: datetime) -> bool:
        """Whether this one will not be claimed any more, as far as the others tell."""
        moved_at, passed = self._moved_at.get(sent.queue), self._passed.get((sent.queue, sent.priority))
        stands = moved_at is None or now - moved_at >= ANSWER_WITHIN
        return stands or (passed is not None and passed - sent.sent_at > OVERTAKEN_BY)


@dataclass(slots=True)
class Crew:
    """Which workers there are. Who is gone may have taken along what it had from the broker."""

    _ids: frozenset[str] = frozenset()
    _gone_at: datetime | None = None

    def note(self, rooms: Sequence[Room], now: datetime) -> None:
        """Takes in who is there now."""
        ids = frozenset(each.worker_id for each in rooms)
        if self._ids - ids:
            self._gone_at = now
        self._ids = ids

    def may_have_taken(self, sent: Sent, now: datetime) -> bool:
        """Whether somebody went away lately who may have had it."""
        gone_at = self._gone_at
        return gone_at is not None and sent.sent_at < gone_at and now - gone_at < ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class Dispatching:
    """Implements `windrow.ports.engines.Dispatcher`."""

    dispatches: Dispatches
    room: Callable[[], Sequence[Room]]
    clock: Clock
    runs_flow: Flow = field(default_factory=Flow)
    parts_flow: Flow = field(default_factory=Flow)
    crew: Crew = field(default_factory=Crew)

    def send(self) -> list[Message]:
        """What became ready, noted as sent."""
        now = self.clock()
        runs = self.dispatches.send_runs(now, ahead=RUNS_AHEAD)
        parts = self.dispatches.send_parts(now, ahead=PARTS_AHEAD, least=PARTS_TOGETHER)
        return [_of_run(each) for each in runs] + self._in_bunches(parts)

    def send_again(self) -> list[Message]:
        """What was sent and not claimed, as much as there are idle slots for it, noted as sent once more."""
        now = self.clock()
        rooms = self.room()
        self.crew.note(rooms, now)
        runs = self.dispatches.unclaimed_runs(now, limit=RUNS_AHEAD)
        parts = self.dispatches.unclaimed_parts(now, limit=PARTS_AHEAD)
        late, late_parts = self._late(runs, self.runs_flow, now), self._late(parts, self.parts_flow, now)
        if not late and not late_parts:
            return []
        idle = _slots(rooms, free=True)
        again = self.dispatches.send_runs_again(_first(late, idle, 1), now)
        parts_again = self.dispatches.send_parts_again(_first(late_parts, idle, PARTS_AT_ONCE), now)
        self.runs_flow.forget(again)
        self.parts_flow.forget(parts_again)
        return [_of_run(each) for each in again] + self._in_bunches(parts_again)

    def take_back(self, messages: Collection[Message]) -> None:
        """Notes that these were not sent after all."""
        if runs := [each.run_id for each in messages if each.run_id]:
            self.dispatches.take_back_runs(runs)
        if parts := [number for each in messages for number in each.part_ids]:
            self.dispatches.take_back_parts(parts)

    def revoked(self) -> list[str]:
        """Runs that were cancelled after they were sent."""
        return self.dispatches.revoked(limit=RUNS_AHEAD)

    def _in_bunches(self, parts: Sequence[Sent]) -> list[Message]:
        if not parts:
            return []
        slots = _slots(self.room(), free=False)
        bunches: list[Message] = []
        for (queue, priority), same in groupby(parts, key=lambda each: (each.queue, _lifted(each))):
            numbers = [int(each.id) for each in same]
            size = min(PARTS_AT_ONCE, max(1, len(numbers) // (SHARES * max(1, slots[queue]))))
            bunches += [
                Message(queue, priority, part_ids=tuple(numbers[first : first + size]))
                for first in range(0, len(numbers), size)
            ]
        return bunches

    def _late(self, unclaimed: Sequence[Sent], flow: Flow, now: datetime) -> list[Sent]:
        """What counts as lost, of what is unclaimed."""
        flow.note(unclaimed, now)
        return [
            each
            for each in unclaimed
            if (age := now - each.sent_at) > LONGEST_ANSWER
            or self.crew.may_have_taken(each, now)
            or (age > _patience(each) and flow.gives_up(each, now))
        ]


def _slots(rooms: Sequence[Room], *, free: bool) -> Counter[str]:
    slots: Counter[str] = Counter()
    for each in rooms:
        slots.update(dict.fromkeys(each.queues, each.free if free else each.slots))
    return slots


def _of_run(sent: Sent) -> Message:
    return Message(sent.queue, _lifted(sent), run_id=sent.id)


def _lifted(sent: Sent) -> int:
    return min(PRIORITIES[-1], sent.priority + LIFT) if sent.begun else sent.priority


def _patience(sent: Sent) -> timedelta:
    doubled: int = 2 ** min(sent.sends - 1, 10)
    return min(LONGEST_ANSWER, ANSWER_WITHIN * doubled)


def _first(late: Sequence[Sent], idle: Counter[str], each_slot: int) -> list[Sent]:
    """Of each queue the longest unanswered, as many as its idle slots can take."""
    taken: Counter[str] = Counter()
    chosen = []
    for each in late:
        if taken[each.queue] < idle[each.queue] * each_slot:
            taken[each.queue] += 1
            chosen.append(each)
    return chosen
