"""Runs and workers, by the client."""

import math
import time
from collections.abc import Iterator, Sequence
from typing import Unpack
from urllib.parse import quote

from windrow.client import fields
from windrow.client.errors import Unreachable
from windrow.client.word import Word
from windrow.wire import runs
from windrow.wire.shapes import ListOf

ENDED = frozenset({"succeeded", "partial", "failed", "cancelled", "skipped"})

PATIENCE = 60.0
"""Seconds for which a server that does not answer is waited for."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds between two looks at a run that is waited for: often at first, seldom at one that takes long."""


class Runs(Word):
    """Runs, and the workers that carry them."""

    def list(self, **which: Unpack[fields.WhichRuns]) -> Iterator[runs.Run]:
        """Runs, newest first; narrow by state, task_id, kind."""
        return self._connection.walk(runs.Run, "/runs", **which)

    def get(self, run_id: str) -> runs.Run:
        """One run."""
        return self._connection.get(runs.Run, f"/runs/{run_id}")

    def steps(self, run_id: str) -> Sequence[runs.Step]:
        """The steps of a run that begins others and waits for them, in the order of their plan."""
        return self._connection.get(ListOf[runs.Step], f"/runs/{run_id}/steps").items

    def cancel(self, run_id: str) -> runs.Run:
        """Asks a run to stop."""
        return self._connection.send(runs.Run, "POST", f"/runs/{run_id}/cancel")

    def rerun(self, run_id: str, *, from_failed: bool = False, steps: Sequence[str] = ()) -> runs.Run:
        """Runs an ended run again, with the parameters and the nominal time that it had.

        Of a pipeline, `from_failed` keeps what was done and begins at what failed; `steps` names more to begin at.
        """
        asked = runs.Rerun(from_failed=from_failed, steps=steps)
        return self._connection.send(runs.Run, "POST", f"/runs/{run_id}/rerun", asked)

    def delete(self, run_id: str) -> None:
        """Deletes an ended run."""
        self._connection.call("DELETE", f"/runs/{run_id}")

    def follow(self, run_id: str) -> Iterator[runs.Run | runs.LogEntry]:
        """The run as it goes on, and each new log entry once, until it ends; goes on by itself after a broken line."""
        last: int | None = None
        while True:
            self._get_patiently(run_id, PATIENCE)
            try:
                for name, data in self._connection.events(f"/runs/{run_id}/events", last=last):
                    if name == "log":
                        entry = runs.LogEntry.model_validate(data)
                        last = entry.id
                        yield entry
                        continue
                    run = runs.Run.model_validate(data)
                    yield run
                    if run.state in ENDED:
                        return
            except Unreachable:
                continue  # the server restarts; looking for it is patient

    def wait(self, run_id: str, *, timeout: float | None = None) -> runs.Run:
        """Waits until a run has ended, also while the server restarts. Raises `TimeoutError` after so many seconds."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        pause = FIRST_PAUSE
        while True:
            run = self._get_patiently(run_id, min(PATIENCE, end - time.monotonic()))
            left = end - time.monotonic()
            if run.state in ENDED:
                return run
            if left <= 0:
                raise TimeoutError(f"run {run_id} is still {run.state}")
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _get_patiently(self, run_id: str, seconds: float) -> runs.Run:
        until = time.monotonic() + seconds
        while True:
            try:
                return self.get(run_id)
            except Unreachable:
                if time.monotonic() >= until:
                    raise
                time.sleep(FIRST_PAUSE * 4)

    def log(self, run_id: str, *, level: runs.LevelName | None = None) -> Iterator[runs.LogEntry]:
        """A run's log, oldest first."""
        return self._connection.walk(runs.LogEntry, f"/runs/{run_id}/log", level=level)

    def parts(self, run_id: str, *, state: Sequence[runs.PartStateName] | None = None) -> Iterator[runs.Part]:
        """A run's parts."""
        return self._connection.walk(runs.Part, f"/runs/{run_id}/parts", state=state)

    def outputs(self, run_id: str) -> Sequence[runs.Output]:
        """The files that a run made."""
        return self._connection.get(ListOf[runs.Output], f"/runs/{run_id}/outputs").items

    def read_output(self, run_id: str, name: str) -> Iterator[bytes]:
        """A file, piece by piece."""
        return self._connection.stream(f"/runs/{run_id}/outputs/{quote(name)}")

    def workers(self) -> Sequence[runs.Worker]:
        """The living processes."""
        return self._connection.get(ListOf[runs.Worker], "/workers").items

    def inspect(self) -> runs.Inspection:
        """What each worker does, and what waits."""
        return self._connection.get(runs.Inspection, "/inspection")

    def drain(self, worker_id: str) -> None:
        """Asks a worker to finish what it has and go."""
        self._connection.call("POST", f"/workers/{worker_id}/drain")

    def stop(self, worker_id: str) -> None:
        """Asks a worker to give what it has to others and go."""
        self._connection.call("POST", f"/workers/{worker_id}/stop")
