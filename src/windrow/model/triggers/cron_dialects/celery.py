"""The dialect of Celery and django-celery-beat: day of month and day of week must both match. Sunday is 0."""

from windrow.model.triggers.cron_dialects.fields import WEEKDAYS, CronFields, DayRule, MonthDays, WeekDays
from windrow.model.triggers.cron_dialects.reading import Kind, Manners, Scanner
from windrow.model.triggers.cron_dialects.shared import MONTH_DAY, Days, read_plain, understand

LONG = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
WEEK_DAY = Kind("day of week", 0, 6, WEEKDAYS, 0, LONG, "; write 0 or SUN for Sunday")

MANNERS = Manners(wraps=True)


def read(text: str) -> CronFields:
    """What an expression means. Raises `BadInput` with the position of what is not understood."""
    return understand(text, MANNERS, _read_days)


def _read_days(month_day: Scanner, week_day: Scanner) -> Days:
    of_month = read_plain(month_day, MONTH_DAY, MANNERS)
    of_week = read_plain(week_day, WEEK_DAY, MANNERS)
    return MonthDays(of_month.values, star=of_month.star), WeekDays(of_week.values, star=of_week.star), DayRule.BOTH
