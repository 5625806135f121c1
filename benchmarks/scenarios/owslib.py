"""Baseline A: OWSLib's reader and one ORM upsert per record."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import run_side
from benchmarks.figures import Figure, middle
from benchmarks.installation import installed
from benchmarks.scenarios.plan import Plan


def measure(plan: Plan) -> list[Figure]:
    """Both sides in turn; the rates are compared, because the baseline harvests fewer."""
    size = plan.size
    ours, theirs = [], []
    for number in range(1, size.repeats + 1):
        plan.say(f"OWSLib and an ORM, {size.owslib:,} records, round {number} of {size.repeats} ...")
        theirs.append(_baseline_rate(plan))
        plan.say(f"Windrow, {size.small:,} records ...")
        with installed() as place:
            ours.append(place.harvest(place.add_source("small", plan.remote.catalogue(size.small))).rate)
    faster = middle([own / other for own, other in zip(ours, theirs, strict=True)])
    return [
        Figure.told(f"OWSLib and an ORM, {size.owslib:,} records", middle(theirs), "records/s"),
        Figure.told(f"Windrow beside it, {size.small:,} records", middle(ours), "records/s"),
        Figure.held("first harvest against OWSLib and an ORM", faster, "times faster", ">=", 10),
    ]


def _baseline_rate(plan: Plan) -> float:
    size = plan.size.owslib
    with TemporaryDirectory(prefix="windrow-bench-owslib-") as folder:
        found = run_side("owslib_orm", plan.remote.catalogue(size), Path(folder) / "entries.db", size)
    assert found["records"] == size
    return float(size / found["seconds"])
