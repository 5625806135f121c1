"""A sequence that asks for a list, and then for each of its items by a loop, as `windrow sequence run` does."""

import argparse
import json
import time
from contextlib import closing
from typing import Any

from benchmarks.installation import NEAR
from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.model.runs import Level, RunState
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.journal import Journal
from windrow.work.sequence.kind import MANNERS
from windrow.work.sequence.limits import Meter
from windrow.work.sequence.running import run_document
from windrow.work.sequence.sending import CourierSender


def document(url: str, count: int, *, word: str, parallel: int) -> Any:
    """What is run; what each item answered is put into one list."""
    ask = {"method": "GET", "api": url + "/" + word + "/{{ @ }}"}
    loop = {"by": "$", "parallel": parallel, "collect": "items", "requests": [ask]}
    return {"requests": [{"method": "GET", "api": f"{url}/list/{count}", "loop": loop}]}


def measure(asked: Any, rounds: int) -> list[float]:
    """Seconds of each round; one that nobody counts goes first."""
    policy = OutgoingPolicy(allow=(NEAR,))
    with closing(make_fetcher_maker(MemoryHosts(), policy, user_agent="Windrow/benchmark")) as maker:

        def round_() -> float:
            conductor = Conductor(CourierSender(maker, MANNERS, never), Journal(), Meter(), keep_quiet, never)
            begun = time.perf_counter()
            outcome = run_document(asked, Dialect.STRICT, conductor)
            seconds = time.perf_counter() - begun
            assert outcome.state is RunState.SUCCEEDED, outcome.error
            return seconds

        return [round_() for _ in range(rounds + 1)][1:]


def never() -> None:
    """Nobody stops it."""


def keep_quiet(level: Level, message: str, data: dict[str, Any]) -> None:
    """Lines are made, and go nowhere."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--word", default="item")
    parser.add_argument("--parallel", type=int, default=1)
    given = parser.parse_args()
    asked = document(given.url, given.count, word=given.word, parallel=given.parallel)
    print(json.dumps({"seconds": measure(asked, given.rounds)}))
