"""How the calendar is shown: a day by its hours, a week as a map; what is dense is folded into bands."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge

from windrow.console.views.schedules import tell_wait
from windrow.console.views.tasks import place_of
from windrow.console.zones import is_zone, offset_of
from windrow.core.agenda.expanding import Steady
from windrow.core.agenda.loading import HourLoad
from windrow.core.agenda.looking import CalendarView
from windrow.errors import BadInput
from windrow.model.runs import RunState
from windrow.model.triggers.zones import resolve, zone_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

FOLDED = 12
"""What is due more often than this on a day becomes one band."""

SHOWN = 40
"""Entries of an hour; of more it is told how many there are."""

MOST_BANDS = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days are asked for, by whose clock."""

    day: date
    zone: str
    weekly: bool

    @property
    def days(self) -> list[date]:
        """The day, or the days of its week from Monday on."""
        first = self.day - self.day.weekday() * DAY if self.weekly else self.day
        return [first + number * DAY for number in range(7 if self.weekly else 1)]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From the first midnight, included, to the last, which is not (UTC)."""
        days = self.days
        return midnight(days[0], self.zone), midnight(days[-1] + DAY, self.zone)

    @property
    def before(self) -> str:
        """The day that leads one page back."""
        return (self.day - len(self.days) * DAY).isoformat()

    @property
    def after(self) -> str:
        """The day that leads one page on."""
        return (self.day + len(self.days) * DAY).isoformat()

    @property
    def parameters(self) -> dict[str, object]:
        """As they stand in the address."""
        return {"day": self.day.isoformat(), "zone": self.zone, "view": "week" if self.weekly else "day"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment of a task: past, with how it ended, or still to come (`state` None).

    place     the page of its run, or of its task; `of_task` is that of its task in any case
    waits     until when it will wait for a host to open, "" mostly
    """

    due: datetime
    local: str
    name: str
    place: str
    of_task: str
    state: RunState | None
    told: str
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A dense schedule, folded: how often it is due, from when to when, and how its past runs ended."""

    name: str
    place: str
    total: int
    first: str
    last: str
    states: Sequence[tuple[RunState, int]]
    to_come: int

    @property
    def told(self) -> str:
        """From when to when."""
        return "all day" if self.first == self.last == "00:00" else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class ShownHour:
    """An hour with what is in it. `label` tells the offset too where the day has two of the same name."""

    load: HourLoad
    label: str
    share: float
    entries: Sequence[Entry]
    more: int
    full: bool
    now: bool


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day. `length` is in hours of real time: 23 or 25 where clocks are changed."""

    day: date
    title: str
    bands: Sequence[Band]
    more_bands: int
    hours: Sequence[ShownHour]
    length: float
    offsets: Sequence[str]
    total: int

    @property
    def changed(self) -> bool:
        """Whether clocks are changed on it."""
        return len(self.offsets) > 1


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """A week as a map: a column for each day, a cell for each hour."""

    days: Sequence[ShownDay]
    fullest: int


def read_asked(day: str, zone: str, view: str, now: datetime) -> Asked:
    """What the address asks for; today where it names no day. Raises `BadInput`."""
    if not is_zone(zone):
        raise BadInput.of("zone", f"{zone!r} is no IANA time zone such as Europe/Berlin or UTC")
    try:
        chosen = date.fromisoformat(day) if day else now.astimezone(zone_of(zone)).date()
    except ValueError as error:
        raise BadInput.of("day", "must be a day, such as 2027-03-28") from error
    if not 1970 <= chosen.year <= 2999:
        raise BadInput.of("day", "must lie between the years 1970 and 2999")
    return Asked(chosen, zone, view == "week")


def midnight(day: date, zone: str) -> datetime:
    """When a day begins (UTC); where clocks leave midnight out, the first moment after it."""
    return resolve(datetime.combine(day, time()), zone_of(zone)).astimezone(UTC)


def day_of(view: CalendarView, asked: Asked, now: datetime) -> ShownDay:
    """The day that is asked for."""
    return _days(view, asked, now)[0]


def week_of(view: CalendarView, asked: Asked, now: datetime) -> ShownWeek:
    """The week that is asked for."""
    days = _days(view, asked, now)
    return ShownWeek(days, max((hour.load.runs for day in days for hour in day.hours), default=0))


def _days(view: CalendarView, asked: Asked, now: datetime) -> list[ShownDay]:
    zone = zone_of(asked.zone)
    entries: dict[date, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for task_id, entry in merge(_past(view, asked.zone), _ahead(view, asked.zone), key=lambda each: each[1].due):
        entries[entry.due.astimezone(zone).date()][task_id].append(entry)
    loads: dict[date, list[HourLoad]] = defaultdict(list)
    for load in view.hours:
        loads[load.begin.astimezone(zone).date()].append(load)
    fullest = max((load.runs for load in view.hours), default=0)
    return [_day(each, view, entries[each], loads[each], asked.zone, fullest, now) for each in asked.days]


def _past(view: CalendarView, zone: str) -> list[tuple[str, Entry]]:
    here = zone_of(zone)
    return [
        (
            each.task_id,
            Entry(
                each.due,
                f"{each.due.astimezone(here):%H:%M}",
                each.name,
                f"/runs/{each.run_id}",
                f"/tasks/{each.task_id}",
                each.state,
                each.error or each.state.value,
            ),
        )
        for each in view.met
    ]


def _ahead(view: CalendarView, zone: str) -> list[tuple[str, Entry]]:
    here = zone_of(zone)
    found = []
    for moment in view.moments:
        told = "to come"
        if moment.begins != moment.due:
            told = f"begins at {moment.begins.astimezone(here):%H:%M:%S}, by its jitter"
        wait = view.keepings.wait(moment.task, moment.begins)
        waits = "" if wait is None else tell_wait(wait, moment.begins.astimezone(here))
        local = f"{moment.due.astimezone(here):%H:%M}"
        place = place_of(moment.task)
        found.append((moment.task.id, Entry(moment.due, local, moment.task.name, place, place, None, told, waits)))
    return found


def _day(
    day: date,
    view: CalendarView,
    entries: Mapping[str, Sequence[Entry]],
    loads: Sequence[HourLoad],
    zone: str,
    fullest: int,
    now: datetime,
) -> ShownDay:
    begin, end = midnight(day, zone), midnight(day + DAY, zone)
    steady = {each.task.id: each for each in view.steady}
    dense = [each for each, some in entries.items() if len(some) > FOLDED or each in steady]
    both = [(entries.get(each, ()), steady.get(each)) for each in {**dict.fromkeys(dense), **steady}]
    bands = [_band(some, regular, (begin, end), zone) for some, regular in both]
    bands = sorted((each for each in bands if each.total), key=lambda each: (-each.total, each.name))
    alone = sorted(
        (entry for each, some in entries.items() if each not in dense for entry in some), key=lambda entry: entry.due
    )
    offsets = list(dict.fromkeys(offset_of(each.begin.astimezone(zone_of(zone))) for each in loads))
    hours = [_hour(load, alone, view, zone, fullest, now, twice=len(offsets) > 1) for load in loads]
    return ShownDay(
        day=day,
        title=f"{day:%A, %-d %B %Y}",
        bands=bands[:MOST_BANDS],
        more_bands=max(0, len(bands) - MOST_BANDS),
        hours=hours,
        length=(end - begin) / HOUR,
        offsets=offsets,
        total=sum(each.total for each in bands) + len(alone),
    )


def _band(entries: Sequence[Entry], steady: Steady | None, bounds: tuple[datetime, datetime], zone: str) -> Band:
    """A band of a task's entries, and of what of it is counted by the hour."""
    (begin, end), here = bounds, zone_of(zone)
    hours = {} if steady is None else {hour: n for hour, n in steady.hours.items() if begin - HOUR < hour < end}
    moments = [each.due for each in entries]
    moments += [max(begin, min(hours)), min(max(hours) + HOUR, end)] if hours else []
    states = Counter(each.state for each in entries if each.state is not None)
    to_come = sum(each.state is None for each in entries) + sum(hours.values())
    return Band(
        name=entries[0].name if steady is None else steady.task.name,
        place=entries[0].of_task if steady is None else place_of(steady.task),
        total=sum(states.values()) + to_come,
        first=f"{min(moments).astimezone(here):%H:%M}" if moments else "",
        last=f"{max(moments).astimezone(here):%H:%M}" if moments else "",
        states=sorted(states.items(), key=lambda each: -each[1]),
        to_come=to_come,
    )


def _hour(
    load: HourLoad, alone: Sequence[Entry], view: CalendarView, zone: str, fullest: int, now: datetime, *, twice: bool
) -> ShownHour:
    here = load.begin.astimezone(zone_of(zone))
    mine = [each for each in alone if load.begin <= each.due < load.end]
    return ShownHour(
        load=load,
        label=f"{here:%H:%M}" + (f" {offset_of(here)}" if twice else ""),
        share=load.runs / fullest if fullest else 0.0,
        entries=mine[:SHOWN],
        more=max(0, len(mine) - SHOWN),
        full=0 < view.slots < load.at_once,
        now=load.begin <= now < load.end,
    )
