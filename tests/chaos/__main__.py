"""The long version: stories over every engine until each has been killed often enough. `make chaos`."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from samples.servers.process import ROOT
from tests.chaos.outcome import Outcome, print_table, write_json
from tests.chaos.story import Plan, tell

ENGINES: Mapping[str, Sequence[str]] = {
    "embedded": ("embedded on SQLite", "embedded on PostgreSQL"),
    "celery": ("Celery on Redis", "Celery on RabbitMQ"),
}
"""What each engine is tried on; the kills are shared between them."""

KILLS = 200
ROUNDS = 2
PAUSE = (1.8, 3.6)
LEASE, BEAT = 8.0, 2.0
"""Of the settings that users get."""

WIDTH = 120
"""Characters of a line, at least: a file or a build server tells none."""

WRITTEN = ROOT / "build" / "chaos.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code is 1 where a promise did not hold."""
    given = _arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # in order: servers and mounted disks must not stay behind
    console, begun = Console(), time.monotonic()
    console.width = max(console.width, WIDTH)
    outcomes: list[Outcome] = []
    for engine in given.engine or ENGINES:
        for ground in ENGINES[engine]:
            outcomes.append(_tell(console, ground, given.seed, given.kills // 2, given.rounds))
            write_json(given.json, outcomes)
    print_table(console, outcomes)
    broken = [each for each in outcomes if not each.is_well]
    told = f"{len(broken)} stories ended badly" if broken else "All promises held"
    console.print(f"{told}; {time.monotonic() - begun:.0f} s; written to {given.json}.", highlight=False)
    return 1 if broken else 0


def _tell(console: Console, engine: str, seed: int, kills: int, rounds: int) -> Outcome:
    console.print(f"{engine}, seed {seed}", style="bold", highlight=False)
    begun = time.monotonic()

    def say(words: str) -> None:
        console.print(f"{time.monotonic() - begun:6.1f} s  {words}", style="dim", highlight=False)

    outcome = tell(engine, seed, Plan(kills=kills, rounds=rounds, pause=PAUSE, lease=LEASE, beat=BEAT), say)
    print_table(console, [outcome])
    for word in ("lost", "doubled", "wrong"):
        for each in getattr(outcome, word):
            console.print(f"{word}: {each}", style="red", highlight=False)
    return outcome


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--engine", action="append", choices=list(ENGINES), help="which engine (both)")
    parser.add_argument("--seed", type=int, default=0, help="what the faults are drawn from (another one each time)")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many kills for each engine ({KILLS})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often every other fault comes ({ROUNDS})")
    parser.add_argument("--json", type=Path, default=WRITTEN, help="file to write (build/chaos.json)")
    given = parser.parse_args(arguments)
    given.seed = given.seed or random.SystemRandom().randrange(1, 1_000_000)
    return given


if __name__ == "__main__":
    sys.exit(main())
