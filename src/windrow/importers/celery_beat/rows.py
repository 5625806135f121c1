"""Periodic tasks as django-celery-beat has them, wherever their rows were read."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from windrow.errors import BadInput
from windrow.importers.dumps import Row, read_rows
from windrow.storage.foreign import read_tables

APP = "django_celery_beat"
TASKS = f"{APP}_periodictask"
SCHEDULES = {name: f"{APP}_{name}schedule" for name in ("interval", "crontab", "solar", "clocked")}
MODELS = {table.replace(f"{APP}_", f"{APP}.", 1): table for table in (*SCHEDULES.values(), TASKS)}

NONE_THERE = "holds no periodic tasks of django-celery-beat: the tables django_celery_beat_* are needed"

CONF = {
    "interval": ("every", "period"),
    "crontab": ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"),
    "solar": ("event", "latitude", "longitude"),
    "clocked": ("clocked_time",),
}

NUMBERS: Mapping[str, Callable[[str], Any]] = {"every": int, "latitude": float, "longitude": float}


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """One row with its schedule.

    schedule   as the admins' schedule API of Jaseci says it: type, conf, one_off, start_time, expires, enabled
    last_run   when it ran the last time; None if never
    runs       how often it ran
    sending    what says how the message is sent: queue, exchange, routing_key, priority, headers, expire_seconds
    problem    why it cannot be read; "" where it can
    """

    name: str
    task: str
    args: list[Any] = field(default_factory=list)
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    last_run: datetime | None = None
    runs: int = 0
    sending: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_dump(path: Path) -> Iterator[PeriodicTask]:
    """The periodic tasks of a dump. Raises `BadInput`."""
    return _joined(read_rows(path, MODELS))


def read_database(url: str) -> Iterator[PeriodicTask]:
    """The periodic tasks of a database that is in use; nothing is written to it. Raises `BadInput`."""
    return _joined(read_tables(url, [*SCHEDULES.values(), TASKS], field="URL|FILE"))


def _joined(rows: Iterable[tuple[str, Row]]) -> Iterator[PeriodicTask]:
    found: dict[str, dict[str, Row]] = {table: {} for table in MODELS.values()}
    for table, row in rows:
        found[table][str(row.get("id"))] = row
    if not found[TASKS]:
        raise BadInput.of("URL|FILE", NONE_THERE)
    for _, row in sorted(found[TASKS].items(), key=lambda item: item[0].rjust(20)):
        yield _read(row, found)


def _read(row: Row, found: Mapping[str, Mapping[str, Row]]) -> PeriodicTask:
    name, task = str(row.get("name") or ""), str(row.get("task") or "")
    try:
        return PeriodicTask(
            name,
            task,
            args=_json(row, "args", list),
            kwargs=_json(row, "kwargs", dict),
            schedule=_schedule(row, found),
            last_run=_moment(row.get("last_run_at")),
            runs=int(row.get("total_run_count") or 0),
            sending=_sending(row),
        )
    except (ValueError, TypeError) as error:
        return PeriodicTask(name, task, problem=str(error))


def _schedule(row: Row, found: Mapping[str, Mapping[str, Row]]) -> dict[str, Any]:
    for kind, table in SCHEDULES.items():
        key = row.get(f"{kind}_id", row.get(kind))
        if key is not None and key != "":
            conf = found[table].get(str(key))
            if conf is None:
                raise ValueError(f"its schedule is missing: row {key} of {table}")
            return {"type": kind, "conf": _conf(kind, conf), **_span(row)}
    raise ValueError("it has no schedule")


def _conf(kind: str, row: Row) -> dict[str, Any]:
    conf = {name: row.get(name) for name in CONF[kind] if row.get(name) is not None}
    if "clocked_time" in conf:
        conf["clocked_time"] = _spelled(conf["clocked_time"])
    # One form for all: where a dump has texts, a database may have numbers.
    return {name: NUMBERS.get(name, str)(str(value)) for name, value in conf.items()}


def _span(row: Row) -> dict[str, Any]:
    moments = {name: _spelled(row[name]) for name in ("start_time", "expires") if row.get(name)}
    return {"one_off": _truth(row.get("one_off")), "enabled": _truth(row.get("enabled")), **moments}


def _sending(row: Row) -> dict[str, Any]:
    names = ("queue", "exchange", "routing_key", "priority", "expire_seconds")
    sending = {name: row[name] for name in names if row.get(name) not in (None, "")}
    headers = _json(row, "headers", dict)
    return {**sending, "headers": headers} if headers else sending


def _json(row: Row, name: str, kind: type) -> Any:
    text = row.get(name)
    if text is None or text == "":
        return kind()
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ValueError(f"its {name} are no JSON: {error}") from error
    if not isinstance(value, kind):
        raise ValueError(f"its {name} are no {'list' if kind is list else 'object'}")
    return value


def _truth(value: Any) -> bool:
    return value in (True, 1, "t", "true", "True", "1")


def _moment(value: Any) -> datetime | None:
    """A moment as a database or a dump has it; what has no zone is UTC."""
    if value is None or value == "":
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _spelled(value: Any) -> str:
    moment = _moment(value)
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")
