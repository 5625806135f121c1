"""The manners book: pace, concurrency, breaker and quiet hold whatever is asked, in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.model.manners import (
    FAILURES_TO_REST,
    FIRST_REST,
    HORIZON,
    LONGEST_QUIET,
    LONGEST_REST,
    HostLine,
    Reply,
    Ticket,
    ask_turn,
    give_back,
    line_from_json,
    line_to_json,
    renew,
    rest_after,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOST = "data.example.org:443"
NEW = HostLine(HOST)

moments = st.integers(0, 10**9).map(lambda milliseconds: NOON + timedelta(milliseconds=milliseconds))
tickets = st.lists(st.builds(Ticket, st.text(min_size=1, max_size=8), moments), max_size=6, unique_by=lambda t: t.id)
lines = st.builds(
    HostLine,
    host=st.just(HOST),
    next_slot=st.none() | moments,
    tickets=tickets.map(tuple),
    failures=st.integers(0, 20),
    rests=st.integers(0, 8),
    resting_until=st.none() | moments,
    quiet_until=st.none() | moments,
    turned_away=st.none() | moments,
)


def ask(line: HostLine, now: datetime = NOON, *, pace: float = 0, concurrency: int = 4, ticket: str = "t") -> Reply:
    return ask_turn(line, ticket, now=now, requests_per_second=pace, concurrency=concurrency, hold=60)


def fail(line: HostLine, now: datetime = NOON, times: int = 1) -> HostLine:
    for _ in range(times):
        line = give_back(line, "t", now=now, failed=True)
    return line


def test_a_host_never_asked_is_asked_at_once() -> None:
    assert ask(NEW) == Reply(
        replace(NEW, tickets=(Ticket("t", NOON + timedelta(seconds=60)),)), 0.0, granted=True, spare=True
    )


@given(
    pace=st.floats(0.1, 500),
    pauses=st.lists(st.integers(0, 3000), min_size=2, max_size=60),
    concurrency=st.integers(1, 80),
)
def test_requests_start_at_the_pace_whoever_asks_and_when(pace: float, pauses: list[int], concurrency: int) -> None:
    line, now, starts = NEW, NOON, []
    for number, pause in enumerate(pauses):
        reply = ask(line, now, pace=pace, concurrency=concurrency, ticket=str(number))
        line = reply.line
        if reply.granted:
            starts.append(now + timedelta(seconds=reply.wait))
        now += timedelta(milliseconds=pause)

    assert starts
    assert all((later - earlier).total_seconds() >= 1 / pace - 1e-5 for earlier, later in pairwise(starts))


@given(line=lines, now=moments, pace=st.floats(0, 500), concurrency=st.integers(1, 8))
def test_no_more_tickets_are_out_than_allowed_and_no_grant_while_resting_or_quiet(
    line: HostLine, now: datetime, pace: float, concurrency: int
) -> None:
    reply = ask(line, now, pace=pace, concurrency=concurrency, ticket="new")

    assert reply.resting == line.is_resting(now)
    if reply.granted:
        assert not line.is_resting(now)
        assert line.quiet_until is None or line.quiet_until <= now
        assert reply.line.in_flight(now) <= (1 if line.is_on_trial(now) else concurrency)
        assert 0 <= reply.wait <= HORIZON.total_seconds()
    else:
        assert reply.wait > 0
        assert reply.line.in_flight(now) == line.in_flight(now)


@given(line=lines, now=moments, pace=st.floats(0.001, 500), concurrency=st.integers(1, 8))
def test_whoever_waits_as_told_gets_a_turn_in_the_end(
    line: HostLine, now: datetime, pace: float, concurrency: int
) -> None:
    now = max(now, *(ticket.expires for ticket in line.tickets)) if line.tickets else now

    for _ in range(5):
        reply = ask(line, now, pace=pace, concurrency=concurrency, ticket="new")
        if reply.granted:
            break
        line, now = reply.line, now + timedelta(seconds=reply.wait, microseconds=1)

    assert reply.granted


@given(line=lines, now=moments, concurrency=st.integers(1, 8))
def test_a_ticket_given_back_is_free_again(line: HostLine, now: datetime, concurrency: int) -> None:
    reply = ask(line, now, concurrency=concurrency, ticket="new")

    after = give_back(reply.line, "new", now=now, failed=None)

    assert after.in_flight(now) == line.in_flight(now)
    assert "new" not in [ticket.id for ticket in after.tickets]


def test_a_ticket_is_spare_only_without_a_pace_and_while_nobody_is_turned_away() -> None:
    assert ask(NEW).spare
    assert not ask(NEW, pace=10).spare

    turned_away = ask(ask(NEW, concurrency=1).line, concurrency=1, ticket="u").line
    free = give_back(turned_away, "t", now=NOON, failed=False)
    assert not ask(free, NOON + timedelta(seconds=0.9)).spare
    assert ask(free, NOON + timedelta(seconds=1.1)).spare


def test_a_trial_is_not_spare() -> None:
    assert not ask(fail(NEW, times=5), NOON + timedelta(seconds=31)).spare


def test_who_asks_often_is_noted_seldom() -> None:
    first = ask(ask(NEW, concurrency=1).line, concurrency=1, ticket="u").line

    assert ask(first, NOON + timedelta(seconds=0.4), concurrency=1, ticket="u").line == first
    assert ask(first, NOON + timedelta(seconds=0.6), concurrency=1, ticket="u").line != first


def test_the_ticket_of_a_killed_worker_expires() -> None:
    full = ask(NEW, concurrency=1).line

    assert not ask(full, NOON + timedelta(seconds=59), concurrency=1, ticket="u").granted
    assert ask(full, NOON + timedelta(seconds=61), concurrency=1, ticket="u").granted


def test_a_slow_pace_does_not_reserve_far_ahead() -> None:
    first = ask(NEW, pace=0.1)

    second = ask(first.line, pace=0.1, ticket="u")

    assert (second.granted, second.wait) == (False, 10 - HORIZON.total_seconds())


@pytest.mark.parametrize("pace", [5e-324, 1e-300, 1e-6])
def test_the_slowest_pace_is_one_request_a_day(pace: float) -> None:
    assert ask(NEW, pace=pace).line.next_slot == NOON + timedelta(days=1)


def test_the_fifth_failure_in_a_row_sends_the_host_to_rest_and_four_do_not() -> None:
    assert fail(NEW, times=FAILURES_TO_REST - 1).resting_until is None
    assert fail(NEW, times=FAILURES_TO_REST).resting_until == NOON + FIRST_REST

    reply = ask(fail(NEW, times=FAILURES_TO_REST))
    assert (reply.granted, reply.resting, reply.wait) == (False, True, 30.0)


def test_a_success_in_between_starts_the_count_again() -> None:
    line = give_back(fail(NEW, times=4), "t", now=NOON, failed=False)

    assert fail(line, times=4).resting_until is None


def test_an_end_for_our_own_reasons_counts_neither_way() -> None:
    line = fail(NEW, times=4)

    assert give_back(line, "t", now=NOON, failed=None) == line


def test_failures_still_under_way_do_not_prolong_the_rest() -> None:
    resting = fail(NEW, times=5)

    assert fail(resting, NOON + timedelta(seconds=10)).resting_until == resting.resting_until


def test_after_the_rest_one_request_tries_and_the_others_come_back() -> None:
    later = NOON + timedelta(seconds=31)

    trial = ask(fail(NEW, times=5), later)
    other = ask(trial.line, later, ticket="u")

    assert trial.granted
    assert (other.granted, other.resting) == (False, False)


def test_a_trial_that_succeeds_makes_all_well_and_one_that_fails_doubles_the_rest() -> None:
    later = NOON + timedelta(seconds=31)
    trial = ask(fail(NEW, times=5), later).line

    assert give_back(trial, "t", now=later, failed=False) == NEW
    assert fail(trial, later).resting_until == later + 2 * FIRST_REST


@given(rests=st.integers(0, 10**6))
def test_the_rest_doubles_up_to_a_quarter_of_an_hour(rests: int) -> None:
    assert rest_after(rests) == LONGEST_REST or rest_after(rests) == FIRST_REST * 2**rests
    assert FIRST_REST <= rest_after(rests) <= rest_after(rests + 1) <= LONGEST_REST


@given(line=lines, now=moments, wish=st.floats(0.001, 1e300))
def test_the_hosts_own_wish_is_kept_never_shortened_and_bounded(line: HostLine, now: datetime, wish: float) -> None:
    after = give_back(line, "t", now=now, failed=None, quiet_for=wish)

    assert after.quiet_until is not None
    assert after.quiet_until >= now + min(timedelta(seconds=min(wish, 86400)), LONGEST_QUIET)
    assert after.quiet_until <= max(now + LONGEST_QUIET, line.quiet_until or now)
    assert not ask(after, now).granted


@pytest.mark.parametrize("wish", [None, 0.0, -5.0])
def test_no_wish_is_no_quiet(wish: float | None) -> None:
    assert give_back(NEW, "t", now=NOON, failed=False, quiet_for=wish) == NEW


@given(line=lines)
def test_a_line_survives_its_json(line: HostLine) -> None:
    assert line_from_json(HOST, line_to_json(line)) == line


def test_a_line_of_nothing_is_a_new_line() -> None:
    assert line_from_json(HOST, {}) == NEW


@given(line=lines, chosen=st.sets(st.text(min_size=1, max_size=8), max_size=4), now=moments)
def test_renewing_lengthens_what_is_out_and_brings_nothing_back(
    line: HostLine, chosen: set[str], now: datetime
) -> None:
    chosen |= {ticket.id for ticket in line.tickets[::2]}

    renewed = renew(line, chosen, now=now, hold=10)

    out = {ticket.id: ticket.expires for ticket in line.tickets}
    for ticket in renewed.tickets:
        wanted = max(out[ticket.id], now + timedelta(seconds=10)) if ticket.id in chosen else out[ticket.id]
        assert ticket.expires == wanted
    assert {ticket.id for ticket in renewed.tickets} == {
        each for each, expires in out.items() if each in chosen or expires > now
    }
    assert replace(renewed, tickets=()) == replace(line, tickets=())
