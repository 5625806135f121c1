"""Loading: how much runs at once in each hour, as far as the past lets expect, and the minutes in which most meet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from windrow.core.agenda.expanding import Moment, Steady
from windrow.model.tasks import Task

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

UNKNOWN = MINUTE
"""How long a run is taken to last where none of its task has ended well yet."""

MOST_COLLISIONS = 10
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a run holds a slot."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class HourLoad:
    """An hour (or what is left of one at the end of a day): how many runs begin in it, and how many go on at once."""

    begin: datetime
    end: datetime
    runs: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Collision:
    """A minute in which several runs begin; the first of those in which the same ones do.

    times    in how many minutes they meet, this one included
    tasks    the first of them; `count` is how many there are
    hosts    remote hosts that several of them ask, with how many
    slots    how many runs the workers carry at once; 0 where that is not known
    spread   over how long they would have to be spread to have room
    """

    minute: datetime
    times: int
    count: int
    tasks: Sequence[Task]
    hosts: Sequence[tuple[str, int]]
    slots: int
    spread: timedelta

    @property
    def too_many(self) -> bool:
        """Whether they are more than the workers carry at once."""
        return 0 < self.slots < self.count


def load_hours(
    hours: Sequence[tuple[datetime, datetime]],
    spans: Sequence[Span],
    steady: Sequence[Steady],
    lasting: Mapping[str, timedelta],
) -> list[HourLoad]:
    """How much each hour carries; the hours follow one another."""
    begins = Counter(_place(span.begin, hours) for span in spans)
    peaks = _peaks(hours, spans)
    extra, steadily = Counter[int](), [0.0] * len(hours)
    for each in steady:
        share = lasting.get(each.task.id, UNKNOWN) / HOUR
        for hour, count in each.hours.items():
            if (place := _place(hour, hours)) is not None:
                extra[place] += count
                steadily[place] += count * share
    return [
        HourLoad(begin, end, begins[place] + extra[place], peaks[place] + round(steadily[place] + 0.499))
        for place, (begin, end) in enumerate(hours)
    ]


def _place(moment: datetime, hours: Sequence[tuple[datetime, datetime]]) -> int | None:
    if not hours or not hours[0][0] <= moment < hours[-1][1]:
        return None
    return min(int((moment - hours[0][0]) / HOUR), len(hours) - 1)


def _peaks(hours: Sequence[tuple[datetime, datetime]], spans: Sequence[Span]) -> list[int]:
    """The most that go on at once in each hour. What ends at a moment leaves room for what begins then."""
    events = sorted([(each.begin, 1) for each in spans] + [(max(each.end, each.begin), -1) for each in spans])
    peaks, level, place = [], 0, 0
    events.sort(key=lambda each: (each[0], each[1]))
    for begin, end in hours:
        while place < len(events) and events[place][0] < begin:
            level, place = level + events[place][1], place + 1
        peak = level
        while place < len(events) and events[place][0] < end:
            level, place = level + events[place][1], place + 1
            peak = max(peak, level)
        peaks.append(peak)
    return peaks


def collisions_of(
    moments: Sequence[Moment], *, hosts: Mapping[str, str], slots: int, lasting: Mapping[str, timedelta]
) -> list[Collision]:
    """The fullest minutes in which more begin than the workers carry, or several ask one host; `hosts` is by task."""
    minutes: dict[datetime, dict[str, Task]] = {}
    for moment in moments:
        minute = moment.begins.replace(second=0, microsecond=0)
        minutes.setdefault(minute, {})[moment.task.id] = moment.task
    met: dict[frozenset[str], list[datetime]] = {}
    for minute in sorted(minutes):
        if len(minutes[minute]) > 1:
            met.setdefault(frozenset(minutes[minute]), []).append(minute)
    found = []
    for ids, at in met.items():
        asked = Counter(hosts[each] for each in ids if each in hosts)
        several = [(host, count) for host, count in asked.most_common(3) if count > 1]
        if several or 0 < slots < len(ids):
            found.append((at, minutes[at[0]], several))
    found.sort(key=lambda each: (-len(each[1]), each[0][0]))
    return [_collision(at, tasks, several, slots, lasting) for at, tasks, several in found[:MOST_COLLISIONS]]


def _collision(
    minutes: Sequence[datetime],
    tasks: Mapping[str, Task],
    hosts: Sequence[tuple[str, int]],
    slots: int,
    lasting: Mapping[str, timedelta],
) -> Collision:
    work = sum((lasting.get(each, UNKNOWN) for each in tasks), timedelta())
    # What asks one host has to go one after the other there, whatever the workers could carry.
    needed = max(work / max(1, slots), work * (hosts[0][1] / len(tasks)) if hosts else timedelta())
    spread = min(max(5 * MINUTE, -(-needed // (5 * MINUTE)) * 5 * MINUTE), timedelta(days=1))
    named = list(tasks.values())[:MOST_NAMED]
    return Collision(minutes[0], len(minutes), len(tasks), named, hosts, slots, spread)
