"""Schedules as Jaseci says them: a type with its conf, read into ours, and ours as such."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from windrow.errors import BadInput
from windrow.model.schedules import Overlap, Schedule
from windrow.model.triggers import (
    AnyTrigger,
    Calendar,
    Clocked,
    Cron,
    Dialect,
    Elapsed,
    Interval,
    Solar,
    trigger_from_json,
    trigger_to_json,
)

PERIODS: Mapping[str, timedelta] = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
    "microseconds": timedelta(microseconds=1),
}
"""The words of an interval, the largest first."""

FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
"""The fields of a crontab, in the order of cron."""

CONFS: Mapping[str, tuple[str, ...]] = {
    "interval": ("every", "period"),
    "crontab": FIELDS,
    "solar": ("event", "latitude", "longitude"),
    "clocked": ("clocked_time",),
}

ADMINS_TYPES = frozenset({"solar", "clocked"})
ADMINS_KEYS = frozenset({"start_time", "expires", "enabled"})
"""What the original has in its admin site only."""

ADMINS_WAY = "is for admins: POST it to the same name under /js_admin/"

_SEVENTH = re.compile(r"(?<![\d/])7(?!\d)")
_OURS = {"trigger.every_seconds": "schedule.conf.every", "trigger.at": "schedule.conf.clocked_time"}


@dataclass(frozen=True, slots=True)
class Read:
    """A schedule, and how it was said, with everything that was left out."""

    schedule: Schedule
    said: Mapping[str, Any]


def read_schedule(given: Mapping[str, Any], *, now: datetime, everything: bool, anchor: datetime | None = None) -> Read:
    """What a schedule means. `everything` allows what only admins may say. Raises `BadInput`, naming the field.

    As with the original, moments may overlap, and failures do not pause it; an interval counts from `anchor`, else
    from its start, else from now.
    """
    for name in given:
        if name not in {"type", "conf", "one_off", *ADMINS_KEYS}:
            raise BadInput.of(f"schedule.{name}", "is not known; there are: type, conf, one_off")
        if name in ADMINS_KEYS and not everything:
            raise BadInput.of(f"schedule.{name}", ADMINS_WAY)
    kind = _type_of(given.get("type"), everything=everything)
    conf = _conf(given.get("conf"), kind, everything=everything)
    start, end = _moment(given, "start_time"), _moment(given, "expires")
    if start is not None and end is not None and end <= start:
        raise BadInput.of("schedule.expires", "must lie after start_time")
    trigger, filled = _READERS[kind](conf, anchor or start or now)
    once = _flag(given, "one_off", usual=False) or kind == "clocked"
    schedule = Schedule(
        trigger,
        enabled=_flag(given, "enabled", usual=True),
        start=start,
        end=end,
        occurrences=1 if once else None,
        overlap=Overlap.ALLOW,
        pause_after=0,
    )
    return Read(schedule, {**given, "type": kind, "conf": filled})


def show_trigger(trigger: AnyTrigger | None) -> dict[str, Any]:
    """A trigger that was made or changed by another way."""
    match trigger:
        case Interval(every) | Elapsed(every):
            return {"type": "interval", "conf": _show_every(every)}
        case Cron(expression, zone, dialect):
            own = expression if dialect is Dialect.CELERY and len(expression.split()) == len(FIELDS) else None
            conf = dict(zip(FIELDS, (own or trigger.canonical).split(), strict=True))
            return {"type": "crontab", "conf": conf if zone == "UTC" else {**conf, "timezone": zone}}
        case Clocked():
            return {"type": "clocked", "conf": {"clocked_time": trigger_to_json(trigger)["at"]}}
        case Solar(event, latitude, longitude):
            return {"type": "solar", "conf": {"event": event.value, "latitude": latitude, "longitude": longitude}}
        case Calendar(rule):
            return {"type": "calendar", "conf": {"rule": rule}}
        case _:
            return {"type": None, "conf": {}}


def _type_of(given: Any, *, everything: bool) -> str:
    """Everything that is no interval is a crontab, for all but admins."""
    if given == "interval" or (everything and given in ADMINS_TYPES):
        return str(given)
    if everything and given not in (None, "crontab"):
        raise BadInput.of("schedule.type", f"must be one of {', '.join(CONFS)}")
    return "crontab"


def _conf(given: Any, kind: str, *, everything: bool) -> Mapping[str, Any]:
    conf = {} if given is None else given
    if not isinstance(conf, Mapping):
        raise BadInput.of("schedule.conf", "must be an object")
    known = (*CONFS[kind], "timezone") if everything and kind == "crontab" else CONFS[kind]
    for name in conf:
        if name not in known:
            raise _unknown(name, known, everything=everything)
    return conf


def _unknown(name: str, known: tuple[str, ...], *, everything: bool) -> BadInput:
    told = f"Cannot resolve keyword '{name}' into field. Choices are: {', '.join(known)}"
    belongs = name == "timezone" or any(name in CONFS[each] for each in ADMINS_TYPES)
    # In the original's words: its clients look for them.
    return BadInput.of("Internal Exception", f"{told}. It {ADMINS_WAY}" if belongs and not everything else told)


def _read_interval(conf: Mapping[str, Any], anchor: datetime) -> tuple[AnyTrigger, Mapping[str, Any]]:
    every, period = conf.get("every", 1), conf.get("period", "minutes")
    if isinstance(every, str) and every.strip().isdecimal():
        every = int(every)
    if not isinstance(every, int) or isinstance(every, bool) or every < 1:
        raise BadInput.of("schedule.conf.every", "must be a whole number from 1 on")
    if period not in PERIODS:
        raise BadInput.of("schedule.conf.period", f"must be one of {', '.join(PERIODS)}")
    words = {"type": "interval", "every_seconds": every * PERIODS[period].total_seconds()}
    return _made({**words, "anchor": anchor.isoformat()}), {"every": every, "period": period}


def _read_crontab(conf: Mapping[str, Any], _: datetime) -> tuple[AnyTrigger, Mapping[str, Any]]:
    zone = conf.get("timezone") or "UTC"
    fields = {name: _field(conf.get(name), name) for name in FIELDS}
    try:
        trigger = Cron(" ".join(_for_cron(name, text) for name, text in fields.items()), str(zone), Dialect.CELERY)
    except BadInput as error:
        raise _renamed(error) from error
    return trigger, fields if zone == "UTC" else {**fields, "timezone": str(zone)}


def _field(given: Any, name: str) -> str:
    text = "*" if given is None else str(given)
    alone = " ".join(_for_cron(name, text) if each == name else "*" for each in FIELDS)
    try:
        if isinstance(given, bool) or not _for_cron(name, text):
            raise BadInput.of("", "must be one field of cron, such as * or */5")
        Cron(alone, "UTC", Dialect.CELERY)
    except BadInput as error:
        told = re.sub(r"^position \d+: ", "", error.problems[0].problem)
        raise BadInput.of(f"schedule.conf.{name}", told) from error
    return text


def _for_cron(name: str, text: str) -> str:
    """A field as cron has it: without spaces; django-celery-beat says that 7 is Sunday too."""
    tight = re.sub(r"\s+", "", text)
    return _SEVENTH.sub("0", tight.replace("0-7", "*")) if name == "day_of_week" else tight


def _read_solar(conf: Mapping[str, Any], _: datetime) -> tuple[AnyTrigger, Mapping[str, Any]]:
    place = {name: _number(conf.get(name), name) for name in ("latitude", "longitude")}
    return _made({"type": "solar", "event": conf.get("event"), **place}), {"event": conf.get("event"), **place}


def _number(given: Any, name: str) -> Any:
    try:
        return float(given) if isinstance(given, str) else given
    except ValueError as error:
        raise BadInput.of(f"schedule.conf.{name}", "must be a number of degrees") from error


def _read_clocked(conf: Mapping[str, Any], _: datetime) -> tuple[AnyTrigger, Mapping[str, Any]]:
    at = _moment(conf, "clocked_time", within="schedule.conf")
    if at is None:
        raise BadInput.of("schedule.conf.clocked_time", "is missing, such as 2027-01-01T06:00:00Z")
    return Clocked(at), {"clocked_time": conf["clocked_time"]}


_READERS = {"interval": _read_interval, "crontab": _read_crontab, "solar": _read_solar, "clocked": _read_clocked}


def _made(words: Mapping[str, Any]) -> AnyTrigger:
    try:
        return trigger_from_json(words, now=datetime.now(UTC))
    except BadInput as error:
        raise _renamed(error) from error


def _renamed(error: BadInput) -> BadInput:
    field, problem = error.problems[0].field, error.problems[0].problem
    own = {**_OURS, "trigger.zone": "schedule.conf.timezone"}.get(field)
    return BadInput.of(own or field.replace("trigger.", "schedule.conf."), problem)


def _moment(given: Mapping[str, Any], name: str, *, within: str = "schedule") -> datetime | None:
    """A moment in ISO 8601; without a zone it is UTC, as everything is in the original."""
    text = given.get(name)
    if text is None or text == "":
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise BadInput.of(f"{within}.{name}", "must be a time such as 2027-01-01T06:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _flag(given: Mapping[str, Any], name: str, *, usual: bool) -> bool:
    value = given.get(name)
    if value is None:
        return usual
    if not isinstance(value, bool):
        raise BadInput.of(f"schedule.{name}", "must be true or false")
    return value


def _show_every(every: timedelta) -> dict[str, Any]:
    for period, size in PERIODS.items():
        if every % size == timedelta():
            return {"every": every // size, "period": period}
    raise AssertionError("every span is a number of microseconds")
