"""Triggers by their words: the stored and wire form of each, both ways."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from windrow.errors import BadInput
from windrow.model.triggers.calendar import Calendar
from windrow.model.triggers.clocked import Clocked
from windrow.model.triggers.cron import Cron, Dialect
from windrow.model.triggers.elapsed import Elapsed
from windrow.model.triggers.interval import Interval
from windrow.model.triggers.solar import Solar, SolarEvent
from windrow.model.triggers.unreadable import Unreadable

AnyTrigger = Interval | Elapsed | Cron | Clocked | Solar | Calendar | Unreadable

MOST_SECONDS = 315_360_000


def trigger_to_json(trigger: AnyTrigger) -> dict[str, Any]:
    """The stored and wire form of a trigger."""
    match trigger:
        case Interval(every, anchor):
            return {"type": "interval", "every_seconds": every.total_seconds(), "anchor": _spelled(anchor)}
        case Elapsed(every, last):
            return {"type": "elapsed", "every_seconds": every.total_seconds(), "last": _spelled(last)}
        case Cron(expression, zone, dialect):
            words = {"expression": expression, "dialect": dialect.value, "zone": zone, "canonical": trigger.canonical}
            return {"type": "cron", **words}
        case Clocked(at):
            return {"type": "clocked", "at": _spelled(at)}
        case Solar(event, latitude, longitude, offset):
            place = {"latitude": latitude, "longitude": longitude, "offset_seconds": offset.total_seconds()}
            return {"type": "solar", "event": event.value, **place}
        case Calendar(rule, first, zone):
            return {"type": "calendar", "rule": rule, "first": first.isoformat(), "zone": zone}
        case Unreadable(kept):
            return dict(kept)


def trigger_from_json(value: Mapping[str, Any], *, now: datetime) -> AnyTrigger:
    """Reads the stored or wire form; an interval without an anchor is anchored at `now`. Raises `BadInput`."""
    word = value.get("type")
    if not isinstance(word, str) or word not in READERS:
        *words, last = READERS
        raise BadInput.of("trigger.type", f"{word!r} is not known; use {', '.join(words)} or {last}")
    return READERS[word](value, now)


def kept_trigger(value: Mapping[str, Any], *, now: datetime) -> AnyTrigger:
    """A trigger out of the database. What cannot be read any more must not keep the others from running."""
    try:
        return trigger_from_json(value, now=now)
    except BadInput as error:
        return Unreadable(dict(value), "; ".join(each.problem for each in error.problems))


def _interval(value: Mapping[str, Any], now: datetime) -> Interval:
    return Interval(_seconds(value), _moment(value, "anchor") or now)


def _elapsed(value: Mapping[str, Any], _: datetime) -> Elapsed:
    return Elapsed(_seconds(value), _moment(value, "last"))


def _cron(value: Mapping[str, Any], _: datetime) -> Cron:
    word = value.get("dialect", Dialect.UNIX.value)
    if word not in list(Dialect):
        raise BadInput.of("trigger.dialect", f"{word!r} is not known; use {', '.join(Dialect)}")
    return Cron(_text(value, "expression", "such as 30 2 * * *"), _zone(value), Dialect(word))


def _clocked(value: Mapping[str, Any], _: datetime) -> Clocked:
    at = _moment(value, "at")
    if at is None:
        raise BadInput.of("trigger.at", "is missing, such as 2027-01-01T06:00:00Z")
    return Clocked(at)


def _solar(value: Mapping[str, Any], _: datetime) -> Solar:
    word = value.get("event")
    if word not in list(SolarEvent):
        raise BadInput.of("trigger.event", f"{word!r} is not known; use {', '.join(SolarEvent)}")
    offset = timedelta(seconds=_number(value, "offset_seconds", 0, least=-43_200, most=43_200))
    latitude = _number(value, "latitude", None, least=-90, most=90)
    return Solar(SolarEvent(word), latitude, _number(value, "longitude", None, least=-180, most=180), offset)


def _calendar(value: Mapping[str, Any], now: datetime) -> Calendar:
    midnight = datetime.combine(now.date(), datetime.min.time())
    first = midnight if value.get("first") is None else _parsed(value, "first")
    return Calendar(_text(value, "rule", "such as FREQ=MONTHLY;BYDAY=2TU"), first, _zone(value))


READERS: dict[str, Callable[[Mapping[str, Any], datetime], AnyTrigger]] = {
    "interval": _interval,
    "elapsed": _elapsed,
    "cron": _cron,
    "clocked": _clocked,
    "solar": _solar,
    "calendar": _calendar,
}


def _seconds(value: Mapping[str, Any]) -> timedelta:
    seconds = value.get("every_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 1 <= seconds <= MOST_SECONDS:
        raise BadInput.of("trigger.every_seconds", "must be a number of seconds between 1 and 315360000 (ten years)")
    return timedelta(seconds=seconds)


def _number(value: Mapping[str, Any], field: str, usual: float | None, *, least: float, most: float) -> float:
    number = value.get(field, usual)
    number = usual if number is None else number
    if number is None:
        raise BadInput.of(f"trigger.{field}", "is missing")
    if not isinstance(number, int | float) or isinstance(number, bool) or not isfinite(number):
        raise BadInput.of(f"trigger.{field}", "must be a number")
    if not least <= number <= most:
        raise BadInput.of(f"trigger.{field}", f"must lie between {least:g} and {most:g}")
    return float(number)


def _text(value: Mapping[str, Any], field: str, example: str) -> str:
    text = value.get(field)
    if not isinstance(text, str) or not text.strip():
        raise BadInput.of(f"trigger.{field}", f"is missing, {example}")
    return text


def _zone(value: Mapping[str, Any]) -> str:
    zone = value.get("zone")
    return "UTC" if zone is None else str(zone)


def _spelled(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(value: Mapping[str, Any], field: str) -> datetime | None:
    return None if value.get(field) is None else _parsed(value, field)


def _parsed(value: Mapping[str, Any], field: str) -> datetime:
    text = value[field]
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise BadInput.of(f"trigger.{field}", f"{text!r} is no ISO 8601 time, such as 2026-01-01T00:00:00Z") from error
