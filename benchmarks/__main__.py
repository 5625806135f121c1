"""Measures speed and memory, and holds them against what Windrow promises: `make bench`, `python -m benchmarks`."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import machine
from benchmarks.figures import Figure, print_table, write_json
from benchmarks.remotes import running_remote
from benchmarks.scenarios import (
    chord,
    clock,
    engines,
    fairness,
    harvesting,
    interruptions,
    lists,
    owslib,
    schedules,
    sequences,
    truth,
    walkers,
)
from benchmarks.scenarios.plan import FULL, QUICK, USUAL, Plan
from samples.servers.process import ROOT

SCENARIOS: dict[str, Callable[[Plan], list[Figure]]] = {
    "harvesting": harvesting.measure,
    "owslib": owslib.measure,
    "chord": chord.measure,
    "fairness": fairness.measure,
    "lists": lists.measure,
    "engines": engines.measure,
    "truth": truth.measure,
    "interruptions": interruptions.measure,
    "clock": clock.measure,
    "schedules": schedules.measure,
    "walkers": walkers.measure,
    "sequences": sequences.measure,
}
WRITTEN = ROOT / "build" / "bench.json"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    given = _arguments(arguments)
    console = Console()
    console.print(machine.describe(), highlight=False)
    found, begun = machine.figures("before"), time.monotonic()
    with running_remote() as remote:
        plan = Plan(given.size, remote, lambda words: console.print(words, style="dim", highlight=False))
        for name in given.names or SCENARIOS:
            found += SCENARIOS[name](plan)
            write_json(given.json, found)
    found += machine.figures("after")[-1:]
    write_json(given.json, found)
    print_table(console, found)
    missed = sum(figure.ok is False for figure in found)
    told = f"{missed} bars missed" if missed else "All bars met"
    console.print(f"{told}; {time.monotonic() - begun:.0f} s; written to {given.json}.", highlight=False)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(SCENARIOS)} (all)")
    sizes = parser.add_mutually_exclusive_group()
    for name, size, told in (
        ("--quick", QUICK, "a tenth of it all, in two minutes"),
        ("--full", FULL, "a million records as well, half an hour"),
    ):
        sizes.add_argument(name, dest="size", action="store_const", const=size, default=USUAL, help=told)
    parser.add_argument("--json", type=Path, default=WRITTEN, help="file to write (build/bench.json)")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in SCENARIOS]
    if unknown:
        parser.error(f"{unknown[0]} is not measured here; choose from {', '.join(SCENARIOS)}")
    return given


if __name__ == "__main__":
    main()
