"""Strays: what a worker holds without knowing it.

A claim may be written although its answer was lost on the way, when the database ended just then. Nobody would carry
that out, and the worker's heart would renew it for ever.
"""

from collections.abc import Collection

from windrow.ports.runs import Held


class Strays:
    """Remembers what seemed astray at the last look: only what is so twice in a row is, since claims take a moment."""

    def __init__(self) -> None:
        self._before = Held({}, ())

    def certain(self, held: Held, *, runs: Collection[str], parts: Collection[int]) -> Held:
        """What is held by what is written, and neither among these runs and parts that are known, now nor before."""
        now = Held(
            {run_id: attempt for run_id, attempt in held.runs.items() if run_id not in runs},
            [number for number in held.parts if number not in parts],
        )
        before, self._before = self._before, now
        return Held(
            {run_id: attempt for run_id, attempt in now.runs.items() if before.runs.get(run_id) == attempt},
            sorted(set(now.parts).intersection(before.parts)),
        )
