"""The manners book's arithmetic: when a host may be asked next, and when it is left alone.

One `HostLine` per host (`host:port`). Every `Hosts` (in memory, in the database) reads a line, calls `ask_turn` or
`give_back`, and writes the new line in one step; all rules live here, so that they hold wherever the book is kept.

Pace: requests start at least `1 / requests_per_second` apart; an asker may reserve its slot up to `HORIZON` ahead.
Concurrency: every request holds a ticket, which expires by itself unless it is renewed, so that a killed worker's
tickets come back.
Breaker: `FAILURES_TO_REST` failures in a row send the host to rest for 30 seconds, doubling up to 15 minutes; after the
rest one request at a time tries it, and one success makes all well again.
Quiet: what the host itself wished by `Retry-After`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

FAILURES_TO_REST = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
LONGEST_QUIET = timedelta(days=1)
"""A host may silence us for a day at most: one absurd `Retry-After` must not end all harvests of it."""

LONGEST_STEP = timedelta(days=1)
"""A pace slower than one request a day counts as that."""

HORIZON = timedelta(seconds=2)
"""How far ahead a slot may be reserved. Askers further away come back, so that a slow pace does not pile up tickets."""

RECHECK = 0.05
"""Seconds after which an asker comes back that found all tickets taken."""

CROWDED = timedelta(seconds=1)
"""So long after somebody was turned away the host counts as wanted by others."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to one request; counts as in flight until `expires`."""

    id: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class HostLine:
    """What the book knows of one host. Times are UTC.

    next_slot      the earliest start of the next request, by pace
    tickets        requests granted and not given back
    failures       in a row
    rests          how often the breaker has opened in a row
    resting_until  set while the breaker is open, and kept while it is half open
    quiet_until    the host's own wish
    turned_away    when somebody last found all tickets taken
    """

    host: str
    next_slot: datetime | None = None
    tickets: tuple[Ticket, ...] = ()
    failures: int = 0
    rests: int = 0
    resting_until: datetime | None = None
    quiet_until: datetime | None = None
    turned_away: datetime | None = None

    def in_flight(self, now: datetime) -> int:
        """How many tickets are out and not expired."""
        return sum(ticket.expires > now for ticket in self.tickets)

    def is_resting(self, now: datetime) -> bool:
        """Whether the breaker is open: nobody may ask."""
        return self.resting_until is not None and now < self.resting_until

    def is_crowded(self, now: datetime) -> bool:
        """Whether somebody was turned away lately."""
        return self.turned_away is not None and now < self.turned_away + CROWDED

    def is_on_trial(self, now: datetime) -> bool:
        """Whether the breaker is half open: the rest is over, but no request has succeeded since."""
        return self.resting_until is not None and now >= self.resting_until


@dataclass(frozen=True, slots=True)
class Reply:
    """What asking for a turn gave: the new line, and whether and when (seconds from now) the asker may go.

    granted  go after `wait` seconds, with the ticket; otherwise come back after `wait` seconds and ask again
    resting  the breaker is open: do not wait but give up
    spare    no pace is to be kept and nobody else waits: the ticket may serve a few requests, one after another
    """

    line: HostLine
    wait: float
    granted: bool = False
    resting: bool = False
    spare: bool = False


def ask_turn(
    line: HostLine, ticket: str, *, now: datetime, requests_per_second: float, concurrency: int, hold: float
) -> Reply:
    """Asks for one request under the new identifier `ticket`, to be given back within `hold` seconds of its start."""
    if line.resting_until is not None and now < line.resting_until:
        return Reply(line, _seconds(line.resting_until - now), resting=True)
    if line.quiet_until is not None and now < line.quiet_until:
        return Reply(line, _seconds(line.quiet_until - now))
    line = replace(line, tickets=tuple(each for each in line.tickets if each.expires > now))
    if len(line.tickets) >= (1 if line.is_on_trial(now) else max(1, concurrency)):
        return Reply(_note_turned_away(line, now), RECHECK)
    slot = now if line.next_slot is None else max(now, line.next_slot)
    if requests_per_second <= 0:
        spare = not line.is_on_trial(now) and not line.is_crowded(now)
        return _grant(line, Ticket(ticket, now + timedelta(seconds=hold)), 0.0, spare=spare)
    if slot - now > HORIZON:
        return Reply(line, _seconds(slot - now - HORIZON))
    step = timedelta(seconds=min(1 / requests_per_second, LONGEST_STEP.total_seconds()))
    line = replace(line, next_slot=slot + step)
    return _grant(line, Ticket(ticket, slot + timedelta(seconds=hold)), _seconds(slot - now))


def _grant(line: HostLine, ticket: Ticket, wait: float, *, spare: bool = False) -> Reply:
    return Reply(replace(line, tickets=(*line.tickets, ticket)), wait, granted=True, spare=spare)


def _note_turned_away(line: HostLine, now: datetime) -> HostLine:
    """Noted anew only when half of its time is over: those who wait ask often, and every note is a write."""
    if line.turned_away is not None and now < line.turned_away + CROWDED / 2:
        return line
    return replace(line, turned_away=now)


def give_back(
    line: HostLine, ticket: str, *, now: datetime, failed: bool | None, quiet_for: float | None = None
) -> HostLine:
    """Ends a request. `failed` is None when it ended for reasons of our own, which say nothing about the host.

    A ticket that has expired or is unknown changes the count of tickets no more, but what it learned still counts.
    """
    line = replace(line, tickets=tuple(each for each in line.tickets if each.id != ticket and each.expires > now))
    if quiet_for is not None and quiet_for > 0:
        until = now + timedelta(seconds=min(quiet_for, LONGEST_QUIET.total_seconds()))
        line = replace(line, quiet_until=until if line.quiet_until is None else max(until, line.quiet_until))
    if failed is None:
        return line
    return _after_failure(line, now) if failed else _after_success(line)


def renew(line: HostLine, tickets: Collection[str], *, now: datetime, hold: float) -> HostLine:
    """Has these tickets, as far as they are still out, count as in flight for `hold` seconds from now."""
    until = now + timedelta(seconds=hold)
    renewed = (replace(each, expires=max(until, each.expires)) if each.id in tickets else each for each in line.tickets)
    return replace(line, tickets=tuple(each for each in renewed if each.expires > now))


def _after_success(line: HostLine) -> HostLine:
    return replace(line, failures=0, rests=0, resting_until=None)


def _after_failure(line: HostLine, now: datetime) -> HostLine:
    """Counts a failure; the breaker opens at the fifth in a row, and again at each failed trial.

    Requests that were under way when it opened may still fail: those do not prolong the rest.
    """
    failures = line.failures + 1
    if line.is_resting(now) or failures < FAILURES_TO_REST:
        return replace(line, failures=failures)
    return replace(line, failures=failures, rests=line.rests + 1, resting_until=now + rest_after(line.rests))


def rest_after(rests: int) -> timedelta:
    """How long a host rests that has already rested so many times in a row."""
    # Five doublings are past the longest rest already; the bound keeps the number small.
    return min(FIRST_REST * (1 << min(rests, 5)), LONGEST_REST)


def line_to_json(line: HostLine) -> dict[str, Any]:
    """The line as plain JSON, without its host, for a book that keeps it in one column."""
    return {
        "next_slot": _text(line.next_slot),
        "tickets": [[ticket.id, ticket.expires.isoformat()] for ticket in line.tickets],
        "failures": line.failures,
        "rests": line.rests,
        "resting_until": _text(line.resting_until),
        "quiet_until": _text(line.quiet_until),
        "turned_away": _text(line.turned_away),
    }


def line_from_json(host: str, kept: Mapping[str, Any]) -> HostLine:
    """The inverse of `line_to_json`; what is missing has its default."""
    return HostLine(
        host=host,
        next_slot=_time(kept.get("next_slot")),
        tickets=tuple(Ticket(each, datetime.fromisoformat(expires)) for each, expires in kept.get("tickets", ())),
        failures=int(kept.get("failures", 0)),
        rests=int(kept.get("rests", 0)),
        resting_until=_time(kept.get("resting_until")),
        quiet_until=_time(kept.get("quiet_until")),
        turned_away=_time(kept.get("turned_away")),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())
