"""How moments, spans, numbers and sizes are written for people."""

from datetime import UTC, datetime, timedelta

SOON = timedelta(seconds=5)
DATED_AFTER = timedelta(days=45)

_UNITS = (("day", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0))


def relative(moment: datetime, now: datetime) -> str:
    """`3 min ago`, `in 2 h`, `just now`; the plain date where it is far away."""
    distance = moment - now
    if abs(distance) < SOON:
        return "now" if distance > timedelta(0) else "just now"
    if abs(distance) > DATED_AFTER:
        return f"{moment.astimezone(UTC):%-d %b %Y}"
    told = _largest(abs(distance).total_seconds())
    return f"in {told}" if distance > timedelta(0) else f"{told} ago"


def exact(moment: datetime) -> str:
    """`2026-03-01 14:05:09 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def machine(moment: datetime) -> str:
    """ISO 8601, as `<time datetime>` wants it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span(duration: timedelta | None) -> str:
    """`340 ms`, `12 s`, `3 min 20 s`, `2 days 4 h`: the two largest units."""
    if duration is None:
        return "–"
    seconds = max(0.0, duration.total_seconds())
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for place, (_, size) in enumerate(_UNITS[:-1]):
        if seconds >= size:
            return _two_units(seconds, place)
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def number(value: float | None) -> str:
    """`12,345`."""
    return "–" if value is None else f"{value:,.0f}"


def rate(per_second: float | None) -> str:
    """`1,200 a second`, `3.4 a second`, `12 a minute`."""
    if per_second is None:
        return "–"
    if per_second >= 10:
        return f"{per_second:,.0f} a second"
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{per_second * 60:.0f} a minute"


def size(count: int) -> str:
    """Bytes: `3.4 MB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def share(value: float | None) -> str:
    """`42 %`, rounded down: 100 % means all of it."""
    return "" if value is None else f"{int(value * 100)} %"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 source`, `12 sources`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def _largest(seconds: float) -> str:
    for unit, size_ in _UNITS:
        if seconds >= size_:
            count = int(seconds // size_)
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return "1 s"


def _two_units(seconds: float, place: int) -> str:
    first, second = _UNITS[place], _UNITS[place + 1]
    many, rest = divmod(seconds, first[1])
    told = f"{many:.0f} {first[0]}{'s' if first[0] == 'day' and many > 1 else ''}"
    less = int(rest // second[1])
    return f"{told} {less} {second[0]}" if less else told
