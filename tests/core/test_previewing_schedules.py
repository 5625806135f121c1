"""Looking ahead: what a schedule leads to, and where several tasks meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.storage.making import OWNER, TENANT
from windrow.core.closing import Closing, Wait
from windrow.core.previewing_schedules import HeldUp, PreviewingSchedules
from windrow.errors import BadInput
from windrow.model.accounts import Principal, Right, Role
from windrow.model.schedules import Schedule
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.model.triggers import AnyTrigger, Clocked, Cron, Elapsed, Interval
from windrow.model.windows import Hours, Window

NOON = datetime(2027, 3, 13, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Kept:
    """Tasks that are due, the soonest first."""

    tasks: list[Task]

    def coming(self, *, tenant_id: str | None, limit: int) -> list[Task]:
        return self.tasks[:limit]


@dataclass
class Said:
    """Two sources, and what was said of hosts."""

    said: Mapping[str, Hours]
    host_hours: "Said" = field(init=False)
    agenda: "Said" = field(init=False)
    sources: "Said" = field(init=False)

    def __post_init__(self) -> None:
        self.host_hours = self.agenda = self.sources = self

    def all(self) -> Mapping[str, Hours]:
        return self.said

    def addresses(self, source_ids: Sequence[int]) -> Mapping[int, str]:
        return {number: url for number, url in URLS.items() if number in source_ids}

    def get(self, source_id: int, *, tenant_id: str | None) -> Source:
        assert tenant_id == TENANT
        return Source(source_id, "one", "csw", URLS[source_id], TENANT, OWNER, "t")


URLS = {1: "https://a.test/csw", 2: "http://B.test:8080/oai"}


def ahead(*tasks: Task, **said: Hours) -> PreviewingSchedules:
    closing = Closing(Said({name.replace("_", "."): each for name, each in said.items()}))  # type: ignore[arg-type]
    return PreviewingSchedules(Kept(list(tasks)), lambda: NOON, closing)  # type: ignore[arg-type]  # all that is asked


def a_task(name: str, trigger: AnyTrigger, **changes: object) -> Task:
    schedule = replace(Schedule(trigger), **changes)  # type: ignore[arg-type]  # fields of the test
    schedule = replace(schedule, next_due=schedule.due_after(NOON))
    return Task(name, name, "errand", TENANT, OWNER, schedule=schedule)


def test_a_preview_shows_the_offsets_of_the_days_on_which_clocks_are_changed(anybody: Principal) -> None:
    found = ahead().preview(anybody, Schedule(Cron("30 2 * * *", "America/New_York")), count=3)

    assert [found.shown(each).isoformat() for each in found.moments] == [
        "2027-03-14T03:00:00-04:00",
        "2027-03-15T02:30:00-04:00",
        "2027-03-16T02:30:00-04:00",
    ]


def test_a_preview_keeps_to_what_the_schedule_allows(anybody: Principal) -> None:
    hourly = Interval(HOUR, NOON)
    windows = (Window(time(20), time(22)),)

    def moments(schedule: Schedule) -> int:
        return len(ahead().preview(anybody, schedule, count=10).moments)

    assert moments(Schedule(hourly, occurrences=2)) == 2
    assert moments(Schedule(hourly, end=NOON + 5 * HOUR)) == 4
    assert moments(Schedule(hourly, windows=windows, end=NOON + 24 * HOUR)) == 2
    assert moments(Schedule(Elapsed(HOUR))) == 1
    assert moments(Schedule(Clocked(NOON - HOUR))) == 0
    for count in (0, 101):
        with pytest.raises(BadInput):
            ahead().preview(anybody, Schedule(hourly), count=count)


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("trigger", [Interval(HOUR, NOON), Cron("@daily", "Asia/Kathmandu"), Clocked(NOON)])
def test_years_that_nobody_lives_in_are_refused_or_answered(anybody: Principal, year: int, trigger: AnyTrigger) -> None:
    after = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    schedule = Schedule(trigger, blackouts=(Window(time(1), time(2), "America/New_York"),))

    try:
        found = ahead().preview(anybody, schedule, after=after).moments
    except BadInput as error:
        found, told = [], str(error)
    else:
        told = ""

    assert all(each > after for each in found)
    assert told in ("", "after: lies too far from today: choose a year that people live in")


def test_what_is_coming_is_counted_by_the_hour_and_collisions_are_told(anybody: Principal) -> None:
    found = ahead(
        a_task("hourly", Interval(HOUR, NOON)),
        a_task("daily", Cron("0 15 * * *")),
        a_task("twice", Cron("30 * * * *"), occurrences=2),
        a_task("later", Clocked(NOON + 80 * HOUR)),
    ).coming(anybody, days=1)

    assert found.until == NOON + 24 * HOUR
    assert found.total == 23 + 1 + 2
    assert dict(found.hours)[NOON + 3 * HOUR] == 2
    assert [(minute, [task.name for task in tasks]) for minute, tasks in found.collisions] == [
        (NOON + 3 * HOUR, ["hourly", "daily"])
    ]
    assert found.complete


NIGHT = Hours(windows=(Window(time(22), time(6)),))


def test_moments_that_find_their_host_closed_are_told(anybody: Principal) -> None:
    every_six_hours = Schedule(Interval(6 * HOUR, NOON))
    previewing = ahead(a_test=NIGHT)

    closed = previewing.preview(anybody, every_six_hours, count=4, source_id=1)
    other = previewing.preview(anybody, every_six_hours, count=4, source_id=2)

    assert closed.waits == {
        NOON + 6 * HOUR: Wait("a.test", NOON + 10 * HOUR),
        NOON + 18 * HOUR: Wait("a.test", NOON + 34 * HOUR),
        NOON + 24 * HOUR: Wait("a.test", NOON + 34 * HOUR),
    }
    assert (closed.moments, other.waits) == (other.moments, {})


def test_what_is_coming_tells_who_waits_for_a_host_to_open(anybody: Principal) -> None:
    daily = a_task("daily", Cron("0 15 * * *"))
    harvest = replace(daily, id="harvest", kind="harvest", parameters={"source_id": 1})
    check = replace(a_task("check", Interval(6 * HOUR, NOON)), kind="availability", source_id=1)
    push = replace(daily, id="push", kind="push", source_id=1)
    elsewhere = replace(daily, id="elsewhere", kind="harvest", parameters={"source_id": 2})

    found = ahead(daily, harvest, check, push, elsewhere, a_test=NIGHT).coming(anybody, days=1)

    until = Wait("a.test", NOON + 10 * HOUR)
    assert found.held_up == [
        HeldUp(harvest, NOON + 3 * HOUR, until, 1),
        HeldUp(check, NOON + 6 * HOUR, until, 2),
    ]


def test_the_look_ahead_is_bounded_and_says_so(anybody: Principal) -> None:
    found = ahead(*(a_task(str(number), Interval(timedelta(seconds=1), NOON)) for number in range(12))).coming(anybody)

    assert not found.complete
    assert found.total <= 21_000


@pytest.fixture
def anybody() -> Principal:
    return Principal(OWNER, "ada", Role.VIEWER, TENANT, frozenset({Right.READ}))
