"""How long it takes until somebody goes on with what a killed process held."""

import threading
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, select

from tests.chaos.ground import Ground
from windrow.errors import StoreUnavailable
from windrow.model.runs import PartState, RunState
from windrow.storage.tables import parts, runs

LOOK_EVERY = 0.03

ENDED = {state for state in RunState if state.is_terminal}


@dataclass(frozen=True)
class Held:
    """A run (`part` is 0) or a part of it that a process held, and which attempt at it that was."""

    run_id: str
    part: int
    attempt: int


class Losses:
    """Watches from outside, many times a second, when what was held is claimed again by somebody, or has ended.

    `seconds` has one value for each run of each kill: until everything of the run that the killed process held goes on.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        self._open: list[tuple[float, set[Held]]] = []
        self.seconds: list[float] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="losses", daemon=True)

    def __enter__(self) -> "Losses":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def held_by(self, worker_ids: Collection[str]) -> list[Held]:
        """What these workers hold now."""
        return self._ground.read(lambda connection: _held(connection, worker_ids))

    def begin(self, killed: float, held: Iterable[Held]) -> None:
        """From that moment (of `time.monotonic`) on nobody holds these."""
        by_run: dict[str, set[Held]] = {}
        for each in held:
            by_run.setdefault(each.run_id, set()).add(each)
        with self._lock:
            self._open += [(killed, some) for some in by_run.values()]

    def left(self) -> list[Held]:
        """What nobody has gone on with so far."""
        with self._lock:
            return [each for _, some in self._open for each in some]

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            held = self.left()
            if held:
                with suppress(StoreUnavailable), self._ground.installation.assembly.store._database.read() as database:
                    self._note(_resumed(database, held))

    def _note(self, resumed: set[Held]) -> None:
        now = time.monotonic()
        with self._lock:
            for killed, some in self._open:
                some -= resumed
                if not some:
                    self.seconds.append(now - killed)
            self._open = [each for each in self._open if each[1]]


def _held(connection: Connection, worker_ids: Collection[str]) -> list[Held]:
    own = select(runs.c.id, runs.c.attempt).where(runs.c.worker_id.in_(worker_ids), runs.c.lease_until.is_not(None))
    theirs = select(parts.c.run_id, parts.c.id, parts.c.attempts).where(
        parts.c.worker_id.in_(worker_ids), parts.c.lease_until.is_not(None)
    )
    found = [Held(row.id, 0, row.attempt) for row in connection.execute(own)]
    return found + [Held(row.run_id, row.id, row.attempts) for row in connection.execute(theirs)]


def _resumed(connection: Connection, held: Collection[Held]) -> set[Held]:
    run_ids, part_ids = {each.run_id for each in held}, {each.part for each in held if each.part}
    of_runs = select(runs.c.id, runs.c.attempt, runs.c.state).where(runs.c.id.in_(run_ids))
    of_parts = select(parts.c.id, parts.c.attempts, parts.c.state).where(parts.c.id.in_(part_ids))
    now_runs = {row.id: row for row in connection.execute(of_runs)}
    now_parts = {row.id: row for row in connection.execute(of_parts)} if part_ids else {}
    resumed = set()
    for each in held:
        run = now_runs[each.run_id]
        if each.part:
            part = now_parts[each.part]
            goes_on = part.attempts > each.attempt or part.state not in (PartState.OPEN, PartState.RUNNING)
        else:
            # It waits for its parts: what the killed process did with it was done.
            goes_on = run.attempt > each.attempt or run.state in (*ENDED, RunState.WAITING)
        if goes_on:
            resumed.add(each)
    return resumed
