"""First harvests against the limit, small against large, and second harvests of a catalogue that did not change."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.children import run_side
from benchmarks.figures import Figure, middle
from benchmarks.installation import Harvest, Installation, installed
from benchmarks.scenarios.plan import Plan

SECONDS_AGAIN = 3


@dataclass(frozen=True, slots=True)
class Again:
    """Harvests of what was harvested before: asking for changes, by whole pages, and by each record."""

    changes: float
    pages: float
    records: float


@dataclass(frozen=True, slots=True)
class Round:
    """One of several rounds: both sizes, the limit of the large one, and the large one again."""

    small: Harvest
    large: Harvest
    limit: float
    again: Again


def measure(plan: Plan) -> list[Figure]:
    """Rounds, so that whatever else the machine does meets every side alike."""
    rounds = [_round(plan, number) for number in range(1, plan.size.repeats + 1)]
    return [
        *_against_the_limit(rounds),
        *_by_size(rounds),
        *_again(rounds),
        *_memory(rounds),
        *(_huge(plan, rounds) if plan.size.huge else []),
    ]


def _round(plan: Plan, number: int) -> Round:
    size, of = plan.size, f"round {number} of {plan.size.repeats}"
    plan.say(f"Harvesting {size.small:,} records, {of} ...")
    small = _first(plan, size.small)
    with installed() as place:
        plan.say(f"Harvesting {size.large:,} records, {of} ...")
        source = place.add_source("large", plan.remote.catalogue(size.large))
        large = place.harvest(source)
        _check(large, size.large, "added")
        plan.say("The limit: parsing and inserting the same, nothing else ...")
        limit = run_side("limit", place.folder / "windrow.db", place.folder / "limit.db", size.large)
        assert limit["records"] == size.large
        plan.say("Harvesting the same again, unchanged ...")
        return Round(small, large, float(limit["seconds"]), _harvest_again(plan, place, source))


def _first(plan: Plan, records: int) -> Harvest:
    with installed() as place:
        found = place.harvest(place.add_source("small", plan.remote.catalogue(records)))
    _check(found, records, "added")
    return found


def _harvest_again(plan: Plan, place: Installation, source: int) -> Again:
    size = plan.size.large
    changes = middle([place.harvest(source).seconds for _ in range(SECONDS_AGAIN)])
    pages = place.harvest(source, full=True)
    place.point_source(source, plan.remote.catalogue(size, restless=True))
    records = place.harvest(source, full=True)
    for found in (pages, records):
        _check(found, size, "unchanged")
    return Again(changes, pages.seconds, records.seconds)


def _check(found: Harvest, records: int, word: str) -> None:
    assert found.counts == {word: records}, found


def _against_the_limit(rounds: Sequence[Round]) -> list[Figure]:
    size = rounds[0].large.records
    ratio = middle([each.large.seconds / each.limit for each in rounds])
    return [
        Figure.told(f"limit, {size:,} records", middle([each.limit / size * 1e6 for each in rounds]), "µs/record"),
        Figure.told(
            f"first harvest, {size:,} records",
            middle([each.large.seconds / size * 1e6 for each in rounds]),
            "µs/record",
        ),
        Figure.held(f"first harvest of {size:,} against the limit", ratio, "times", "<=", 1.5),
    ]


def _by_size(rounds: Sequence[Round]) -> list[Figure]:
    small, large = rounds[0].small.records, rounds[0].large.records
    share = middle([each.large.rate / each.small.rate for each in rounds])
    return [
        Figure.told(f"rate of a harvest of {small:,}", middle([each.small.rate for each in rounds]), "records/s"),
        Figure.told(f"rate of a harvest of {large:,}", middle([each.large.rate for each in rounds]), "records/s"),
        Figure.held(f"rate at {large:,} against that at {small:,}", share, "times", ">=", 0.9),
    ]


def _again(rounds: Sequence[Round]) -> list[Figure]:
    def gain(name: str, seconds: Sequence[float], bar: float) -> Figure:
        faster = middle([each.large.seconds / taken for each, taken in zip(rounds, seconds, strict=True)])
        return Figure.held(f"second harvest, unchanged, {name}", faster, "times faster", ">=", bar)

    return [
        gain("changes asked for", [each.again.changes for each in rounds], 20),
        gain("every page loaded, pages told apart", [each.again.pages for each in rounds], 3),
        gain("every page loaded, records told apart", [each.again.records for each in rounds], 3),
    ]


def _memory(rounds: Sequence[Round]) -> list[Figure]:
    small, large = rounds[0].small.records, rounds[0].large.records
    low, high = middle([each.small.memory for each in rounds]), max(each.large.memory for each in rounds)
    return [
        Figure.held(f"peak memory of the worker at {small:,}", low, "MB", "<", 200),
        Figure.held(f"peak memory of the worker at {large:,}", high, "MB", "<", 200),
        Figure.held(
            f"peak memory at {large:,} against that at {small:,}",
            middle([each.large.memory / each.small.memory for each in rounds]),
            "times",
            "<=",
            1.1,
        ),
    ]


def _huge(plan: Plan, rounds: Sequence[Round]) -> list[Figure]:
    size = plan.size.huge
    plan.say(f"Harvesting {size:,} records, for its memory ...")
    found = _first(plan, size)
    small = rounds[0].small.records
    low = middle([each.small.memory for each in rounds])
    rate = middle([each.small.rate for each in rounds])
    return [
        Figure.held(f"peak memory of the worker at {size:,}", found.memory, "MB", "<", 200),
        Figure.held(f"peak memory at {size:,} against that at {small:,}", found.memory / low, "times", "<=", 1.1),
        Figure.told(f"rate at {size:,} against that at {small:,}", found.rate / rate, "times"),
    ]
