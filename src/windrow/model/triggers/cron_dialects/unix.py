"""The dialect of Unix: as crontab(5) of Debian reads it. Sunday is 0 and 7."""

from windrow.model.triggers.cron_dialects.fields import WEEKDAYS, CronFields, DayRule, MonthDays, WeekDays
from windrow.model.triggers.cron_dialects.reading import Kind, Manners, Scanner
from windrow.model.triggers.cron_dialects.shared import MONTH_DAY, Days, read_plain, understand

WEEK_DAY = Kind("day of week", 0, 7, WEEKDAYS)

MANNERS = Manners()


def read(text: str) -> CronFields:
    """What an expression means. Raises `BadInput` with the position of what is not understood."""
    return understand(text, MANNERS, _read_days)


def _read_days(month_day: Scanner, week_day: Scanner) -> Days:
    of_month = read_plain(month_day, MONTH_DAY, MANNERS)
    of_week = read_plain(week_day, WEEK_DAY, MANNERS)
    # A star at the beginning of either makes it "both", even in */2; else either will do.
    rule = DayRule.BOTH if of_month.star or of_week.star else DayRule.EITHER
    weekdays = frozenset(day % 7 for day in of_week.values)
    return MonthDays(of_month.values, star=of_month.star), WeekDays(weekdays, star=of_week.star), rule
