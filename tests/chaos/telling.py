"""A short story of chaos for each engine: each has a file of its own, so that processes may share them.

What happens is drawn from a seed that a failure tells; `WINDROW_CHAOS_SEED` repeats it, `WINDROW_CHAOS_KILLS` makes it
longer. `make chaos` is the long version.
"""

import os
import random

import pytest

from tests.chaos.story import Plan, tell

KILLS = int(os.environ.get("WINDROW_CHAOS_KILLS", "2"))
SEED = int(os.environ.get("WINDROW_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)

patient = pytest.mark.timeout(300 + 20 * KILLS)


def assert_everything_is_there_once(engine: str) -> None:
    """Whatever is killed, cut off, frozen or filled, in the end everything is there once, with no hand on it."""
    outcome = tell(engine, SEED, Plan(kills=KILLS, rounds=1, pause=(0.0, 1.0), lease=3, beat=1))

    # How soon work goes on is for `make chaos` to say: a few kills in the middle of other tests are no measure.
    assert outcome.is_true, outcome.describe()
    assert outcome.kills == KILLS
