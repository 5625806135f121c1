"""Assembly: the one place that plugs real parts together."""

from windrow.assembly.assembly import Assembly, make_celery
from windrow.assembly.entering import SOURCE_KINDS, TARGET_KINDS, WALKERS, WORK_KINDS, find_entries, load_kinds

__all__ = [
    "SOURCE_KINDS",
    "TARGET_KINDS",
    "WALKERS",
    "WORK_KINDS",
    "Assembly",
    "find_entries",
    "load_kinds",
    "make_celery",
]
