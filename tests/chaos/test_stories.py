"""Chaos: whatever is killed, cut off, frozen or filled, in the end everything is there once, with no hand on it.

What happens is drawn from a seed that a failure tells; `WINDROW_CHAOS_SEED` repeats it, `WINDROW_CHAOS_KILLS` makes it
longer. `make chaos` is the long version.
"""

import os
import random

import pytest

from tests.chaos.story import Plan, tell
from tests.engines.choosing import ENGINES

KILLS = int(os.environ.get("WINDROW_CHAOS_KILLS", "2"))
SEED = int(os.environ.get("WINDROW_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)


@pytest.mark.timeout(300 + 20 * KILLS)
@pytest.mark.parametrize("engine", ENGINES)
def test_whatever_happens_everything_is_there_once(engine: str) -> None:
    outcome = tell(engine, SEED, Plan(kills=KILLS, rounds=1, pause=(0.0, 1.0), lease=3, beat=1))

    # How soon work goes on is for `make chaos` to say: a few kills in the middle of other tests are no measure.
    assert outcome.is_true, outcome.describe()
    assert outcome.kills == KILLS
