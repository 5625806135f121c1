"""Resting: when a run or a part that gives its worker back is taken up again."""

from datetime import timedelta

from windrow.core.run_attempts import Attempt
from windrow.errors import HostClosed, Stopped
from windrow.model.runs import Level
from windrow.ports.work import Later

LOOK_AGAIN = timedelta(minutes=15)
"""Changed hours wake who rests already; who is put to rest at that moment finds them so much later at the latest."""


def rest_of(attempt: Attempt, stop: Stopped) -> Later:
    """Until a closed host opens, but not without looking again now and then; at once for any other stop."""
    now = attempt.now()
    if not isinstance(stop, HostClosed):
        return Later(now, "")
    told, part = str(stop), attempt.part
    if told != (attempt.run.error if part is None else part.error):
        attempt.log(Level.INFO, told, part="" if part is None else str(part.id))
    return Later(min(stop.until, now + LOOK_AGAIN), told)
