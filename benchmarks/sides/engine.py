"""Windrow's engines: idle latency, rate of runs that do nothing, and fan-outs. Settings come by the environment."""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.runs import TaskDraft
from windrow.model.accounts import Principal, rights_of
from windrow.model.runs import Run, RunState
from windrow.settings import load_settings

PATIENCE = 600.0
REST = 0.02


class Side:
    """An installation whose workers run already."""

    def __init__(self, assembly: Assembly) -> None:
        found = assembly.store.accounts.find_user("admin")
        assert found is not None
        user = found[0]
        self._assembly = assembly
        self._principal: Principal = replace(
            principal_of(user), rights=rights_of(user.role), must_change_password=False
        )
        self._nothing = self._task("nothing")

    def delays(self, count: int) -> list[float]:
        """Seconds from asking for a run to its start, one at a time on an idle worker."""
        found = []
        for _ in range(count):
            run = self._ended(self._start(self._nothing))
            assert run.started_at is not None
            found.append((run.started_at - run.created_at).total_seconds())
            time.sleep(REST)
        return found

    def rate(self, count: int) -> float:
        """Runs per second, from the first asked for to the last ended."""
        begun = time.perf_counter()
        for _ in range(count):
            self._start(self._nothing)
        while any(self._assembly.store.runs.count_by_state(None).values()):
            time.sleep(0.05)
        return count / (time.perf_counter() - begun)

    def fan(self, size: int) -> float:
        """Seconds for a fan-out of that size, to the end of its finish."""
        task = self._task("fan", parts=size)
        begun = time.perf_counter()
        run = self._ended(self._start(task))
        assert run.result == {"done": size}, run
        return time.perf_counter() - begun

    def _task(self, kind: str, **parameters: int) -> str:
        draft = TaskDraft(name=kind, kind=kind, parameters=parameters)
        return self._assembly.windrow.tasks.create(self._principal, draft).id

    def _start(self, task_id: str) -> Run:
        return self._assembly.windrow.tasks.start(self._principal, task_id)

    def _ended(self, run: Run) -> Run:
        end = time.monotonic() + PATIENCE
        while not run.state.is_terminal:
            if time.monotonic() > end:
                raise TimeoutError(f"It did not end: {run}")
            time.sleep(0.005)
            run = self._assembly.windrow.runs.get(self._principal, run.id)
        assert run.state is RunState.SUCCEEDED, run
        return run


def measure(few: int, many: int, fans: Sequence[int]) -> dict[str, object]:
    """All of it, warmed up."""
    assembly = Assembly(load_settings(), durable=True)
    side = Side(assembly)
    side.delays(5)
    found = {"delays": side.delays(few), "rate": side.rate(many), "fans": {str(size): side.fan(size) for size in fans}}
    assembly.close()
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.engine", description=__doc__)
    parser.add_argument("few", type=int, help="how many delays")
    parser.add_argument("many", type=int, help="how many runs for the rate")
    parser.add_argument("fans", type=int, nargs="*", help="sizes of fan-outs")
    given = parser.parse_args()
    print(json.dumps(measure(given.few, given.many, given.fans)))


if __name__ == "__main__":
    main()
