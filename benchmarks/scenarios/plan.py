"""The plan of a benchmark run: how much is measured, how often, and against which remote."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.remotes import Remote


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    small, large   records of the harvests that are compared
    huge           records of one more harvest, for its memory; 0 leaves it out
    repeats        of everything that is short enough to be repeated
    owslib, chord  records that the two baselines harvest: they are slow, and their rate is what counts
    beside         records of the large source that a hundred small ones run beside
    runs           runs in the longer of two lists
    delays         runs that are waited for one at a time
    nothings       runs that do nothing, for their rate
    fans           parts of a small and of a large fan-out
    sources        sources that a clock keeps an eye on
    schedules      schedules of ticks that are compared; the middle number is due at once beside beat
    dispatches     of beat, for its rate: they are slow
    seconds        for which a hundred schedules are due each second
    waiters        who wait for one walker at once
    requests       of a sequence's loop, one after another
    """

    small: int
    large: int
    huge: int
    repeats: int
    owslib: int
    chord: int
    beside: int
    runs: int
    delays: int = 200
    nothings: int = 3_000
    fans: tuple[int, int] = (1_000, 10_000)
    sources: int = 10_000
    schedules: tuple[int, int, int] = (1_000, 10_000, 100_000)
    dispatches: int = 500
    seconds: int = 20
    waiters: int = 1_000
    requests: int = 1_000


QUICK = Size(
    small=2_000,
    large=10_000,
    huge=0,
    repeats=3,
    owslib=500,
    chord=500,
    beside=50_000,
    runs=200_000,
    delays=50,
    nothings=500,
    fans=(200, 2_000),
    sources=2_000,
    dispatches=200,
    seconds=10,
    requests=300,
)
USUAL = Size(small=10_000, large=100_000, huge=0, repeats=2, owslib=1_000, chord=10_000, beside=100_000, runs=1_000_000)
FULL = Size(
    small=10_000, large=100_000, huge=1_000_000, repeats=5, owslib=2_000, chord=10_000, beside=100_000, runs=1_000_000
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A benchmark run. `say` tells people what is being done."""

    size: Size
    remote: Remote
    say: Callable[[str], None]
