"""Loads and collisions: how much goes on at once, and the minutes in which too many meet."""

from datetime import UTC, datetime, timedelta

from tests.storage.making import OWNER, TENANT
from windrow.core.agenda.expanding import Moment, Steady
from windrow.core.agenda.loading import Span, collisions_of, load_hours
from windrow.model.tasks import Task

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOURS = [(NOON + n * HOUR, NOON + (n + 1) * HOUR) for n in range(3)]


def a_task(name: str) -> Task:
    return Task(name, name, "errand", TENANT, OWNER)


def at(minute: int, name: str) -> Moment:
    due = NOON + minute * MINUTE
    return Moment(due, due, a_task(name))


def test_an_hour_carries_what_begins_in_it_and_what_still_goes_on() -> None:
    spans = [
        Span(NOON, NOON + 70 * MINUTE),
        Span(NOON + 5 * MINUTE, NOON + 10 * MINUTE),
        Span(NOON + HOUR, NOON + 61 * MINUTE),
    ]

    found = load_hours(HOURS, spans, [], {})

    assert [(each.runs, each.at_once) for each in found] == [(2, 2), (1, 2), (0, 0)]


def test_what_ends_leaves_room_for_what_begins_then() -> None:
    spans = [Span(NOON + n * MINUTE, NOON + (n + 1) * MINUTE) for n in range(20)]

    assert load_hours(HOURS, spans, [], {})[0].at_once == 1


def test_dense_ones_count_by_how_long_they_take() -> None:
    steady = [Steady(a_task("poll"), {NOON: 60, NOON + HOUR: 60})]

    light = load_hours(HOURS, [], steady, {"poll": timedelta(seconds=10)})
    heavy = load_hours(HOURS, [], steady, {"poll": 3 * MINUTE})

    assert [(each.runs, each.at_once) for each in light] == [(60, 1), (60, 1), (0, 0)]
    assert [each.at_once for each in heavy] == [3, 3, 0]


def test_minutes_in_which_more_begin_than_the_workers_carry_are_named_once_for_those_that_meet_again() -> None:
    moments = [at(minute, name) for minute in (0, 60) for name in "abc"] + [at(30, "a"), at(30, "b"), at(45, "c")]

    (found,) = collisions_of(moments, hosts={}, slots=2, lasting={})

    assert (found.minute, found.times, found.count, found.too_many) == (NOON, 2, 3, True)
    assert [each.name for each in found.tasks] == ["a", "b", "c"]
    assert collisions_of(moments, hosts={}, slots=3, lasting={}) == []
    assert collisions_of(moments, hosts={}, slots=0, lasting={}) == []


def test_several_that_ask_one_host_meet_there_whatever_the_workers_carry() -> None:
    moments = [at(0, name) for name in "abc"]
    hosts = {"a": "x.example", "b": "x.example", "c": "y.example"}

    (found,) = collisions_of(moments, hosts=hosts, slots=9, lasting=dict.fromkeys("abc", 12 * MINUTE))

    assert (found.hosts, found.too_many, found.spread) == ([("x.example", 2)], False, 25 * MINUTE)
