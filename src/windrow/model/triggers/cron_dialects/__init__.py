"""Dialects of cron: each has a small reader of its own, and all of them end in the same fields."""

from enum import StrEnum
from functools import lru_cache

from windrow.model.triggers.cron_dialects import celery, quartz, unix
from windrow.model.triggers.cron_dialects.fields import CronFields


class Dialect(StrEnum):
    """In whose words an expression is written. They contradict one another, so it is always said and never guessed.

    unix     crontab(5): Sunday is 0 and 7; where both kinds of days are given, either will do
    quartz   Quartz and ArcGIS: Sunday is 1; `?`, `L`, `W`, `#`
    celery   Celery: Sunday is 0; both kinds of days must match
    """

    UNIX = "unix"
    QUARTZ = "quartz"
    CELERY = "celery"


READERS = {Dialect.UNIX: unix.read, Dialect.QUARTZ: quartz.read, Dialect.CELERY: celery.read}


@lru_cache(maxsize=4_096)
def read(dialect: Dialect, text: str) -> CronFields:
    """What an expression means. Raises `BadInput` with the position of what is not understood."""
    return READERS[dialect](text)
