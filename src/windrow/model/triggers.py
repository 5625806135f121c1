"""Triggers: rules that name the moments at which something is due. Each kind of trigger is one class here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from windrow.errors import BadInput


class Trigger(Protocol):
    """A rule that names moments. Pure: the same question has the same answer, whatever the clock says."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first due moment later than `moment` (UTC), or None when there is none left."""
        ...

    def describe(self) -> str:
        """A plain sentence: `every 6 hours`."""
        ...


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so often, counted from `anchor` (UTC): the n-th moment is anchor + n × every, however late a run was."""

    every: timedelta
    anchor: datetime

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise BadInput.of("trigger.every", "must be at least 1 second")
        if self.anchor.tzinfo is None:
            raise BadInput.of("trigger.anchor", "needs a time zone; write it in UTC, such as 2026-01-01T00:00:00Z")

    def next_after(self, moment: datetime) -> datetime:
        """The first moment of the row later than `moment`; before the anchor it is the anchor itself."""
        if moment < self.anchor:
            return self.anchor
        return self.anchor + ((moment - self.anchor) // self.every + 1) * self.every

    def describe(self) -> str:
        """`every 90 minutes`, in the largest unit that is a whole number."""
        return _every(self.every)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So long after the last start, whoever started it; at once where it was never started, or where that is past.

    every   counted from one start to the next, so that a start by hand moves all that follow
    last    the last start (UTC); None before the first
    """

    every: timedelta
    last: datetime | None = None

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise BadInput.of("trigger.every", "must be at least 1 second")

    def next_after(self, moment: datetime) -> datetime:
        """`every` after the last start, or as soon after `moment` as there is."""
        due = moment if self.last is None else self.last + self.every
        return max(due, moment + timedelta(microseconds=1))

    def describe(self) -> str:
        """`every 90 minutes, counted from its last start`."""
        return f"{_every(self.every)}, counted from its last start"


AnyTrigger = Interval | Elapsed


def _every(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            count = int(seconds // size)
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    return "every second" if seconds == 1 else f"every {seconds:g} seconds"


def trigger_to_json(trigger: AnyTrigger) -> dict[str, Any]:
    """The stored and wire form of a trigger."""
    every = trigger.every.total_seconds()
    if isinstance(trigger, Elapsed):
        return {"type": "elapsed", "every_seconds": every, "last": _spelled(trigger.last)}
    return {"type": "interval", "every_seconds": every, "anchor": _spelled(trigger.anchor)}


def _spelled(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def trigger_from_json(value: Mapping[str, Any], *, now: datetime) -> AnyTrigger:
    """Reads the stored or wire form; an interval without an anchor is anchored at `now`. Raises `BadInput`."""
    if value.get("type") not in ("interval", "elapsed"):
        raise BadInput.of("trigger.type", f"{value.get('type')!r} is not known; use interval or elapsed")
    seconds = value.get("every_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 1 <= seconds <= 315_360_000:
        raise BadInput.of("trigger.every_seconds", "must be a number of seconds between 1 and 315360000 (ten years)")
    every = timedelta(seconds=seconds)
    if value["type"] == "elapsed":
        return Elapsed(every, _moment(value, "last"))
    return Interval(every, _moment(value, "anchor") or now)


def _moment(value: Mapping[str, Any], field: str) -> datetime | None:
    text = value.get(field)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise BadInput.of(f"trigger.{field}", f"{text!r} is no ISO 8601 time, such as 2026-01-01T00:00:00Z") from error
