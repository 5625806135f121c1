"""Words: how values, periods and files are named for people."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from windrow.model.reports import Report, Shape, Value

NOTHING = "–"
MINUTE, HOUR, DAY = 60, 3_600, 86_400
INSTANT = timedelta(microseconds=1)


def tell(value: Value, shape: Shape, zone: ZoneInfo) -> str:
    """A value as people read it."""
    match value:
        case None:
            return NOTHING
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str():
            return value
        case _ if shape is Shape.SECONDS:
            return tell_span(float(value))
        case _ if shape is Shape.SHARE:
            return f"{100 * value:.1f} %"
        case _:
            return f"{value:,}"


def tell_span(seconds: float) -> str:
    """So many seconds in the two units that matter."""
    if seconds < MINUTE:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"
    return f"{whole // DAY} d {whole % DAY // HOUR:02} h"


def tell_period(report: Report) -> str:
    """The days of a report, the last one included, or its moments where it does not begin and end at midnight."""
    zone = ZoneInfo(report.zone)
    since, until = report.since.astimezone(zone), report.until.astimezone(zone)
    if any((each.hour, each.minute, each.second) != (0, 0, 0) for each in (since, until)):
        return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}, {report.zone}"
    first, last = since.date(), (until - INSTANT).date()
    return f"{first}, {report.zone}" if first == last else f"{first} to {last}, {report.zone}"


def file_stem(report: Report) -> str:
    """What the names of a report's files begin with."""
    zone = ZoneInfo(report.zone)
    last = (report.until - INSTANT).astimezone(zone)
    return f"{report.subject.value}_{report.since.astimezone(zone):%Y-%m-%d}_{last:%Y-%m-%d}"
