"""A machine that moves runs at random, beside a plain model of what should become of them."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import delete, select

from tests.storage.making import LEASE, NOW, TENANT, a_run
from windrow.errors import Cancelled, LeaseLost
from windrow.model.runs import PartState, Progress, RunState, may_move
from windrow.model.tasks import Limit
from windrow.ports.runs import Closing, Ending
from windrow.storage import tables
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.sweeping import LOST_AT_MOST
from windrow.storage.workers import SqlWorkers

WORKERS = ("ann", "bob", "cid")
MOST = {"one": 1, "two": 2}
SECOND = timedelta(seconds=1)
RETRY = 5 * SECOND

limits = st.sets(st.sampled_from(sorted(MOST)), max_size=2).map(
    lambda keys: tuple(Limit(key, MOST[key]) for key in sorted(keys))
)
workers = st.sampled_from(WORKERS)
index = st.integers(0, 1000)
stale = st.sampled_from([0, 0, 0, 1])
"""How many attempts ago: mostly the current one."""


@dataclass
class ModelPart:
    id: int
    state: PartState = PartState.OPEN
    ready_at: datetime = NOW
    worker_id: str = ""
    lease_until: datetime | None = None
    free: bool = False
    lost: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in (PartState.OPEN, PartState.RUNNING)


@dataclass
class ModelRun:
    id: str
    state: RunState
    priority: int
    ready_at: datetime
    limits: tuple[Limit, ...]
    attempt: int = 0
    failures: int = 0
    lost: int = 0
    phase: str = ""
    worker_id: str = ""
    lease_until: datetime | None = None
    holds: bool = False
    parts: list[ModelPart] = field(default_factory=list)

    @property
    def open_parts(self) -> int:
        return sum(part.is_open for part in self.parts)

    @property
    def turn(self) -> tuple[int, datetime, str]:
        return -self.priority, self.ready_at, self.id


class RunMachine(RuleBasedStateMachine):
    """Every rule does one thing to the database and to the model; the invariants compare them."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.runs = SqlRuns(self.database)
        self.workers = SqlWorkers(self.database)
        self.now = NOW
        self.model: dict[str, ModelRun] = {}
        self.seen: dict[str, RunState] = {}

    @initialize(wanted=st.lists(st.tuples(st.integers(-1, 1), limits), min_size=3, max_size=6))
    def begin_anew(self, wanted: list[tuple[int, tuple[Limit, ...]]]) -> None:
        with self.database.write() as connection:
            connection.execute(delete(tables.runs))
        for priority, limits in wanted:
            self._add(priority, limits, 0)
        self.claim("ann")
        self.fan_out(0, 0, 3, True)
        self.claim_parts("bob", 2)
        self.claim("ann")

    # What people and clocks do.

    @rule(priority=st.integers(-1, 1), limits=limits, wait=st.sampled_from([0, 0, 3]))
    def add(self, priority: int, limits: tuple[Limit, ...], wait: int) -> None:
        self._add(priority, limits, wait)

    def _add(self, priority: int, limits: tuple[Limit, ...], wait: int) -> None:
        ready_at = self.now + wait * SECOND
        state = RunState.SCHEDULED if wait else RunState.QUEUED
        run = a_run(id=f"{len(self.model):036}", state=state, priority=priority, limits=limits, ready_at=ready_at)

        self.runs.add([run])

        self.model[run.id] = ModelRun(run.id, state, priority, ready_at, limits)

    @rule(seconds=st.sampled_from([1, 4, 31]))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @precondition(lambda self: self._any(RunState.SCHEDULED))
    @rule()
    def promote(self) -> None:
        ready = [r for r in self.model.values() if r.state is RunState.SCHEDULED and r.ready_at <= self.now]

        assert self.runs.promote(self.now) == len(ready)

        for run in ready:
            run.state = RunState.QUEUED

    @precondition(lambda self: sum(not run.state.is_terminal for run in self.model.values()) > 3)
    @rule(which=index)
    def cancel(self, which: int) -> None:
        run = self._pick(which)

        got = self.runs.cancel(run.id, tenant_id=TENANT, now=self.now)

        if run.state is RunState.RUNNING:
            run.state = RunState.CANCELLING
        elif run.state in (RunState.SCHEDULED, RunState.QUEUED, RunState.WAITING):
            self._end(run, RunState.CANCELLED)
        assert got.state is run.state

    # What workers do with runs.

    @precondition(lambda self: self._any(RunState.QUEUED))
    @rule(worker=workers)
    def claim(self, worker: str) -> None:
        expected = min(
            (r for r in self.model.values() if r.state is RunState.QUEUED and self._fits(r)),
            key=lambda r: r.turn,
            default=None,
        )

        got = self.runs.claim(worker, queues=["default"], now=self.now, lease=LEASE)

        assert (got and got.id) == (expected and expected.id)
        if expected is not None:
            expected.state, expected.attempt, expected.holds = RunState.RUNNING, expected.attempt + 1, True
            expected.worker_id, expected.lease_until = worker, self.now + LEASE

    @precondition(lambda self: self._any(RunState.RUNNING, RunState.CANCELLING))
    @rule(which=index, ago=stale, state=st.sampled_from([RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED]))
    def finish(self, which: int, ago: int, state: RunState) -> None:
        run = self._pick(which, RunState.RUNNING, RunState.CANCELLING)
        ending = Ending(state, {"answer": 42}, "", Progress(1, 1))

        done = self.runs.finish(run.id, run.attempt - ago, ending, now=self.now)

        assert done == (ago == 0 and run.state in (RunState.RUNNING, RunState.CANCELLING))
        if done:
            self._end(run, RunState.CANCELLED if run.state is RunState.CANCELLING else state)

    @precondition(lambda self: self._any(RunState.RUNNING, RunState.CANCELLING))
    @rule(which=index, ago=stale, failed=st.booleans(), keep=st.booleans())
    def hand_back(self, which: int, ago: int, failed: bool, keep: bool) -> None:
        run = self._pick(which, RunState.RUNNING, RunState.CANCELLING)
        ready_at = self.now + (RETRY if failed else 0 * SECOND)

        done = self.runs.hand_back(
            run.id, run.attempt - ago, now=self.now, ready_at=ready_at, failed=failed, keep_keys=keep
        )

        assert done == (ago == 0 and run.state in (RunState.RUNNING, RunState.CANCELLING))
        if not done:
            return
        run.failures += failed
        run.lost = 0
        run.ready_at = ready_at
        if run.state is RunState.CANCELLING:
            self._end(run, RunState.CANCELLED)
        self._free(run, RunState.SCHEDULED if failed else RunState.QUEUED)
        run.holds = keep and not run.state.is_terminal

    @precondition(lambda self: self._any(RunState.RUNNING, RunState.CANCELLING))
    @rule(which=index, ago=stale)
    def report(self, which: int, ago: int) -> None:
        run = self._pick(which, RunState.RUNNING, RunState.CANCELLING)
        over = run.state in (RunState.CANCELLING, RunState.CANCELLED)
        refused = Cancelled if over and ago == 0 else LeaseLost

        welcome = ago == 0 and run.state in (RunState.RUNNING, RunState.WAITING)
        with nullcontext() if welcome else pytest.raises(refused):
            self.runs.report(run.id, run.attempt - ago, Progress(1, 2))

    # What workers do with parts.

    @precondition(lambda self: self._any(RunState.RUNNING, RunState.CANCELLING))
    @rule(which=index, ago=stale, count=st.integers(0, 3), then_wait=st.booleans())
    def fan_out(self, which: int, ago: int, count: int, then_wait: bool) -> None:
        run = self._pick(which, RunState.RUNNING, RunState.CANCELLING)
        held = ago == 0 and run.state is RunState.RUNNING
        keys = [{"number": number} for number in range(count)]

        try:
            added = self.runs.fan_out(run.id, run.attempt - ago, keys, now=self.now)
        except (Cancelled, LeaseLost):
            assert not held
            return

        assert added == (max(0, count - len(run.parts)) if held else 0)
        page = self.runs.list_parts(run.id, states=None, limit=100)
        run.parts += [ModelPart(part.id, ready_at=self.now) for part in page.items[len(run.parts) :]]
        if then_wait:
            self._wait(run, 0)

    @precondition(lambda self: self._any(RunState.RUNNING, RunState.CANCELLING))
    @rule(which=index, ago=stale)
    def wait(self, which: int, ago: int) -> None:
        self._wait(self._pick(which, RunState.RUNNING, RunState.CANCELLING), ago)

    def _wait(self, run: ModelRun, ago: int) -> None:
        done = self.runs.wait(run.id, run.attempt - ago, now=self.now)

        assert done == (ago == 0 and run.state is RunState.RUNNING)
        if done:
            for part in run.parts:
                part.free = True
            run.worker_id, run.lease_until, run.ready_at, run.lost = "", None, self.now, 0
            run.state = RunState.WAITING
            self._close(run)

    @precondition(lambda self: any(part.free for _, part in self._all_parts()))
    @rule(worker=workers, limit=st.integers(1, 3))
    def claim_parts(self, worker: str, limit: int) -> None:
        going_on = (RunState.WAITING, RunState.RUNNING)
        ready = [
            (-run.priority, part.ready_at, part.id, part)
            for run in self.model.values()
            if run.state in going_on
            for part in run.parts
            if part.state is PartState.OPEN and part.free and part.ready_at <= self.now
        ]
        expected = [part for *_, part in sorted(ready, key=lambda each: each[:3])][:limit]

        claims = self.runs.claim_parts(worker, queues=["default"], now=self.now, lease=LEASE, limit=limit)

        assert [claim.part.id for claim in claims] == [part.id for part in expected]
        for part in expected:
            part.state, part.worker_id, part.lease_until = PartState.RUNNING, worker, self.now + LEASE

    @precondition(lambda self: self._held_parts())
    @rule(which=index, worker=workers, own=st.sampled_from([True, True, False]), good=st.booleans())
    def close_part(self, which: int, worker: str, own: bool, good: bool) -> None:
        run, part = self._pick_part(which)
        worker = part.worker_id if own and part.worker_id else worker
        state = PartState.DONE if good else PartState.FAILED

        done = self.runs.close_parts([Closing(part.id, worker, state, {"added": 1}, "", self.now)])[0]

        assert done == self._holds(run, part, worker)
        if done:
            part.state, part.worker_id, part.lease_until = state, "", None
            self._close(run)

    @precondition(lambda self: self._held_parts())
    @rule(which=index, worker=workers, own=st.sampled_from([True, True, False]))
    def retry_part(self, which: int, worker: str, own: bool) -> None:
        run, part = self._pick_part(which)
        worker = part.worker_id if own and part.worker_id else worker

        done = self.runs.retry_part(part.id, worker, error="timed out", ready_at=self.now + RETRY)

        assert done == self._holds(run, part, worker)
        if done:
            part.state, part.worker_id, part.lease_until = PartState.OPEN, "", None
            part.ready_at, part.lost = self.now + RETRY, 0

    # Leases.

    @precondition(lambda self: self._leases())
    @rule(worker=workers)
    def renew(self, worker: str) -> None:
        expected = {}
        for run in self.model.values():
            held = [part for part in run.parts if part.worker_id == worker]
            if run.lease_until and run.worker_id == worker:
                run.lease_until = self.now + LEASE
                expected[run.id] = run.state
            for part in held:
                part.lease_until = self.now + LEASE
                expected[run.id] = run.state

        assert self.runs.renew(worker, now=self.now, lease=LEASE) == expected

    @precondition(lambda self: any(lease < self.now for lease in self._leases()))
    @rule()
    def sweep(self) -> None:
        touched = self._lose(lambda lease, _: lease < self.now)

        swept = set(self.runs.sweep(self.now))

        # It also lets go on whoever waits for a key that is free.
        others = [self.model[run_id] for run_id in swept - touched]
        assert touched <= swept
        assert all(run.state is RunState.QUEUED and self._fits(run) for run in others)

    @precondition(lambda self: self._leases())
    @rule(worker=workers)
    def leave(self, worker: str) -> None:
        self._lose(lambda _, holder: holder == worker)

        self.workers.leave(worker, now=self.now)

    # What must always hold.

    @invariant()
    def the_rows_are_as_the_model_says(self) -> None:
        with self.database.read() as connection:
            rows = {row.id: row for row in connection.execute(select(tables.runs))}
            held = {(row.key, row.run_id) for row in connection.execute(select(tables.key_holds))}
            parts = {row.id: row for row in connection.execute(select(tables.parts))}
        for run in self.model.values():
            row = rows[run.id]
            assert (row.state, row.attempt, row.failures, row.open_parts, row.phase, row.lease_until) == (
                run.state,
                run.attempt,
                run.failures,
                run.open_parts,
                run.phase,
                run.lease_until,
            )
            assert (row.ended_at is not None) == run.state.is_terminal
            for part in run.parts:
                kept = parts[part.id]
                assert (kept.state, kept.worker_id, kept.lease_until) == (
                    part.state,
                    part.worker_id,
                    part.lease_until,
                )
        assert held == {(limit.key, run.id) for run in self.model.values() if run.holds for limit in run.limits}

    @invariant()
    def no_key_is_held_too_often(self) -> None:
        for key, most in MOST.items():
            assert sum(run.holds and key in {limit.key for limit in run.limits} for run in self.model.values()) <= most

    @invariant()
    def every_move_was_allowed(self) -> None:
        for run in self.model.values():
            old = self.seen.get(run.id, run.state)
            via = run.state in {new for mid in RunState if may_move(old, mid) for new in RunState if may_move(mid, new)}
            assert old is run.state or may_move(old, run.state) or via
            self.seen[run.id] = run.state

    # The model.

    def _any(self, *states: RunState) -> bool:
        return any(run.state in states for run in self.model.values())

    def _leases(self) -> list[datetime]:
        held = [run.lease_until for run in self.model.values()] + [part.lease_until for _, part in self._all_parts()]
        return [lease for lease in held if lease is not None]

    def _pick(self, which: int, *states: RunState) -> ModelRun:
        # One time in eight any run will do: what is not running must be left alone.
        liked = [run for run in self.model.values() if not states or run.state in states or which % 8 == 0]
        return liked[which % len(liked)]

    def _all_parts(self) -> list[tuple[ModelRun, ModelPart]]:
        return [(run, part) for run in self.model.values() for part in run.parts]

    def _held_parts(self) -> list[tuple[ModelRun, ModelPart]]:
        return [each for each in self._all_parts() if each[1].worker_id]

    def _pick_part(self, which: int) -> tuple[ModelRun, ModelPart]:
        liked = self._all_parts() if which % 8 == 0 else self._held_parts()
        return liked[which % len(liked)]

    def _fits(self, run: ModelRun) -> bool:
        others = [other for other in self.model.values() if other.holds and other is not run]
        return all(sum(limit in other.limits for other in others) < limit.most for limit in run.limits)

    def _holds(self, run: ModelRun, part: ModelPart, worker: str) -> bool:
        going_on = run.state in (RunState.WAITING, RunState.RUNNING)
        return going_on and part.state is PartState.RUNNING and part.worker_id == worker

    def _free(self, run: ModelRun, state: RunState) -> None:
        run.holds, run.lease_until, run.worker_id = False, None, ""
        if not run.state.is_terminal:
            run.state = state

    def _end(self, run: ModelRun, state: RunState) -> None:
        self._free(run, state)
        for part in run.parts:
            if part.is_open:
                part.state, part.worker_id, part.lease_until = PartState.CANCELLED, "", None

    def _close(self, run: ModelRun) -> None:
        if run.state is RunState.WAITING and run.open_parts == 0:
            run.state, run.phase, run.ready_at = RunState.QUEUED, "finish", self.now

    def _lose(self, is_lost: Callable[[datetime, str], bool]) -> set[str]:
        touched = set()
        for run in self.model.values():
            if run.lease_until and is_lost(run.lease_until, run.worker_id):
                touched.add(run.id)
                self._lose_run(run)
            for part in run.parts:
                if part.lease_until and is_lost(part.lease_until, part.worker_id):
                    touched.add(run.id)
                    self._lose_part(run, part)
        return touched

    def _lose_run(self, run: ModelRun) -> None:
        run.lost += 1
        if run.state is RunState.CANCELLING:
            self._end(run, RunState.CANCELLED)
        elif run.lost >= LOST_AT_MOST:
            self._end(run, RunState.FAILED)
        else:
            self._free(run, RunState.QUEUED)
            run.ready_at = self.now

    def _lose_part(self, run: ModelRun, part: ModelPart) -> None:
        part.lost += 1
        hopeless = part.lost >= LOST_AT_MOST
        part.state = PartState.FAILED if hopeless else PartState.OPEN
        part.worker_id, part.lease_until = "", None
        part.ready_at = part.ready_at if hopeless else self.now
        self._close(run)
