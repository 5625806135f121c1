"""From options to schedules: what triggers one, and what holds around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from windrow.cli.drafting import NEVER, UNITS, read_interval
from windrow.cli.moments import read_moment
from windrow.cli.windows import NONE, read_windows
from windrow.errors import BadInput
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.triggers import AnyTrigger, Calendar, Cron, Dialect, Interval, SolarEvent, trigger_from_json

_SPAN = re.compile(r"([-+]?)([0-9]{1,9})([smhdw]?)")


@dataclass(frozen=True, slots=True)
class TriggerOptions:
    """What names the moments: one of every, elapsed, cron, calendar, once and sun, with what belongs to it."""

    every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Run it by itself: 30m, 6h, 1d; never takes that away.")
    ] = None
    elapsed: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Run it so long after its last start, whoever started it.")
    ] = None
    cron: Annotated[
        str | None,
        typer.Option(metavar="EXPRESSION", help="Run it by a cron expression, such as '30 2 * * *' or @daily."),
    ] = None
    dialect: Annotated[Dialect | None, typer.Option(help="Of --cron: in whose words it is written; usually unix.")] = (
        None
    )
    calendar: Annotated[
        str | None, typer.Option(metavar="RULE", help="Run it by a calendar rule, such as FREQ=MONTHLY;BYDAY=2TU.")
    ] = None
    first: Annotated[
        str | None,
        typer.Option(metavar="MOMENT", help="Of --calendar: date and time of the wall clock from which it counts."),
    ] = None
    once: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Run it once, such as 2027-01-01T06:00:00+01:00.")
    ] = None
    sun: Annotated[SolarEvent | None, typer.Option(metavar="EVENT", help="Run it by the sun: sunrise, dusk_civil.")] = (
        None
    )
    latitude: Annotated[float | None, typer.Option(help="Of --sun: degrees, north is positive.")] = None
    longitude: Annotated[float | None, typer.Option(help="Of --sun: degrees, east is positive.")] = None
    offset: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Of --sun: so long after it, or before it: 20m, -20m.")
    ] = None
    zone: Annotated[
        str | None,
        typer.Option(help="Whose wall clock counts, also for moments and windows that name none: Europe/Berlin."),
    ] = None


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """What holds around a trigger; what is left out stays as it is."""

    start: Annotated[str | None, typer.Option(metavar="MOMENT", help="Not before this moment; none for no such.")] = (
        None
    )
    end: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Not at or after this moment; none for no such.")
    ] = None
    occurrences: Annotated[
        str | None, typer.Option(metavar="COUNT", help="How many times still; none for no limit.")
    ] = None
    jitter: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Begin up to so much later, so that not all begin at once.")
    ] = None
    misfire: Annotated[
        Misfire | None, typer.Option(help="What moments lead to that were missed while nothing ran.")
    ] = None
    most_missed: Annotated[
        int | None, typer.Option(metavar="COUNT", help="Of --misfire all: the latest so many are made up for.")
    ] = None
    grace: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="So late a moment is still on time: 30s, 10m.")
    ] = None
    overlap: Annotated[Overlap | None, typer.Option(help="What to do while the last run goes on.")] = None
    pause_after: Annotated[
        int | None, typer.Option(metavar="COUNT", help="Pause after so many failed runs in a row; 0 never.")
    ] = None
    windows: Annotated[
        list[str] | None,
        typer.Option("--window", metavar="WINDOW", help="Only then: 'Mon-Fri 22:00-06:00'; repeatable; none: always."),
    ] = None
    blackouts: Annotated[
        list[str] | None,
        typer.Option("--blackout", metavar="WINDOW", help="Never then: '2026-12-24..2026-12-27'; repeatable; or none."),
    ] = None


OWNERS: Mapping[str, str] = {
    "dialect": "cron",
    "first": "calendar",
    "latitude": "sun",
    "longitude": "sun",
    "offset": "sun",
}
"""Which option of a trigger belongs to which trigger."""

TRIGGERS = ("every", "elapsed", "cron", "calendar", "once", "sun")


def is_given(options: TriggerOptions | PolicyOptions) -> bool:
    """Whether any of them was given."""
    return any(getattr(options, each.name) is not None for each in fields(options))


def read_trigger(options: TriggerOptions, now: datetime) -> AnyTrigger | None:
    """The trigger that the options name; None where they name none. Raises `BadInput`."""
    chosen = [each for each in TRIGGERS if getattr(options, each) is not None]
    if len(chosen) > 1:
        raise BadInput.of(f"--{chosen[1]}", f"and --{chosen[0]} exclude each other")
    for name, owner in OWNERS.items():
        if getattr(options, name) is not None and owner not in chosen:
            raise BadInput.of(f"--{name}", f"goes with --{owner} only")
    if not chosen or options.every == NEVER:
        return None
    if options.every is not None:
        return Interval(read_interval(options.every), now)
    return trigger_from_json(_spelled(options), now=now)


def change_schedule(
    present: Schedule | None, triggers: TriggerOptions, policies: PolicyOptions, now: datetime
) -> Schedule:
    """The schedule as it is to be: what no option names stays. Raises `BadInput`."""
    trigger = read_trigger(triggers, now)
    if trigger is None and present is None:
        raise BadInput.of("--every", "is needed, or another option that says when: there is no schedule yet")
    if present is None:
        assert trigger is not None
        present = Schedule(trigger)
    elif trigger is not None:
        present = replace(present, trigger=trigger)
    elif triggers.zone is not None:
        present = _moved(present, triggers.zone, policies)
    return replace(present, **_changes(policies, _zone_of(present.trigger, triggers.zone)))


def _spelled(options: TriggerOptions) -> dict[str, Any]:
    zone = {"zone": options.zone}
    if options.elapsed is not None:
        return {"type": "elapsed", "every_seconds": _seconds(options.elapsed, "--elapsed")}
    if options.cron is not None:
        dialect = options.dialect or Dialect.UNIX
        return {"type": "cron", "expression": options.cron, "dialect": dialect.value, **zone}
    if options.calendar is not None:
        return {"type": "calendar", "rule": options.calendar, "first": options.first, **zone}
    if options.once is not None:
        at = read_moment(options.once, option="--once", zone=options.zone or "UTC")
        return {"type": "clocked", "at": at.isoformat()}
    offset = 0.0 if options.offset is None else read_span(options.offset, "--offset").total_seconds()
    place = {"latitude": options.latitude, "longitude": options.longitude, "offset_seconds": offset}
    return {"type": "solar", "event": None if options.sun is None else options.sun.value, **place}


def _moved(present: Schedule, zone: str, policies: PolicyOptions) -> Schedule:
    """The same by the clock of another zone."""
    if isinstance(present.trigger, Cron | Calendar):
        return replace(present, trigger=replace(present.trigger, zone=zone))
    if not is_given(policies):
        raise BadInput.of("--zone", "goes with --cron, --calendar or windows: this schedule has no wall clock")
    return present


def _zone_of(trigger: AnyTrigger, zone: str | None) -> str:
    if zone is not None:
        return zone
    return trigger.zone if isinstance(trigger, Cron | Calendar) else "UTC"


def _changes(options: PolicyOptions, zone: str) -> dict[str, Any]:
    """What the options change of a schedule, by the names that it has there."""
    changed: dict[str, Any] = {}
    for name, text in (("start", options.start), ("end", options.end)):
        if text is not None:
            changed[name] = None if text == NONE else read_moment(text, option=f"--{name}", zone=zone)
    if options.occurrences is not None:
        changed["occurrences"] = None if options.occurrences == NONE else _count(options.occurrences)
    for name, text in (("jitter", options.jitter), ("grace", options.grace)):
        if text is not None:
            changed[name] = _not_negative(text, f"--{name}")
    for name in ("windows", "blackouts"):
        texts = getattr(options, name)
        if texts is not None:
            changed[name] = read_windows(texts, option=f"--{name[:-1]}", zone=zone)
    plain = {name: getattr(options, name) for name in ("misfire", "most_missed", "overlap", "pause_after")}
    return changed | {name: value for name, value in plain.items() if value is not None}


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput.of("--occurrences", f"{text!r} must be a whole number, or none")
    return int(text)


def _seconds(text: str, option: str) -> float:
    return read_interval(text, option=option).total_seconds()


def _not_negative(text: str, option: str) -> timedelta:
    span = read_span(text, option)
    if span < timedelta():
        raise BadInput.of(option, f"{text!r} must not be negative")
    return span


def read_span(text: str, option: str) -> timedelta:
    """`90s`, `-20m`, `0`. Raises `BadInput`."""
    found = _SPAN.fullmatch(text)
    if found is None or (not found[3] and int(found[2])):
        raise BadInput.of(option, f"{text!r} must be a whole number with a unit: 90s, 10m, 6h or 0")
    return timedelta(seconds=int(f"{found[1]}{found[2]}") * UNITS[found[3] or "s"])
