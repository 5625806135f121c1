"""Performing: what a worker does with a run it was given. Safe to call twice, late, or in two places at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from time import monotonic

import structlog

from windrow.core.bunches import Bunch, Size, divide
from windrow.core.carrying_out import Hands
from windrow.core.items import Shelf
from windrow.core.letting_go import let_go
from windrow.core.resting import rest_of
from windrow.core.retrying import tell, wait_before
from windrow.core.run_attempts import Attempt, Makers
from windrow.core.strays import Strays
from windrow.errors import (
    Cancelled,
    Draining,
    HostClosed,
    LeaseLost,
    ProcessLost,
    RemoteError,
    Stopped,
    StoreUnavailable,
)
from windrow.model.runs import Level, Part, PartState, Progress, Run, RunState
from windrow.ports.clocks import Clock
from windrow.ports.fetching import ErrandsMaker, FetcherMaker
from windrow.ports.isolating import Isolate
from windrow.ports.runs import Closing, Ending, PartClaim
from windrow.ports.store import Store
from windrow.ports.work import Awaits, Done, Ended, Fanned, Later, Performed, WorkKind

log = structlog.get_logger()

REST = timedelta(seconds=5)
"""How long a run rests whose worker could not write what became of it."""

SLICE = 0.5
"""Seconds after which whoever was told of several parts leaves those not begun to others."""


@dataclass(slots=True)
class Performer:
    """Carries out the runs and parts of one worker.

    lease    how long a claim holds without a heartbeat
    isolate  carries out the work of kinds that ask for a process of their own
    """

    store: Store
    shelf: Shelf
    kinds: Mapping[str, WorkKind]
    fetcher_maker: FetcherMaker
    clock: Clock
    worker_id: str
    queues: Sequence[str]
    lease: timedelta
    log_keep: int = 10_000
    isolate: Isolate | None = None
    errands_maker: ErrandsMaker | None = None
    _attempts: dict[int, Attempt] = field(default_factory=dict)
    _given_up: list[Callable[[], object]] = field(default_factory=list)
    _draining: bool = False
    _in_touch: datetime | None = None
    """When the store last gave or renewed a lease."""
    _lock: Lock = field(default_factory=Lock)
    _strays: Strays = field(default_factory=Strays)
    _bunches: list[Bunch] = field(default_factory=list)
    _size: Size = field(default_factory=Size)

    # Taking.

    def take_run(self) -> Callable[[], None] | None:
        """Claims the next run; returns what carries it out, or None when there is nothing to do."""
        return next(iter(self.take_runs(1)), None)

    def take_runs(self, most: int) -> list[Callable[[], None]]:
        """Claims up to so many runs, the next first; returns what carries each out."""
        claimed = self.store.runs.claim_many(
            self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease, limit=most
        )
        return [self._task_of(run) for run in claimed]

    def take_parts(self, most: int) -> list[Callable[[], None]]:
        """Claims open parts of fanned-out runs; returns what carries each out."""
        claims = self.store.runs.claim_parts(
            self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease, limit=most * self._size.now
        )
        return [self._task_of_bunch(bunch) for bunch in divide(claims, most)]

    def perform(self, run_id: str) -> bool:
        """Claims and carries out that run; False when there was nothing to do (done, taken, not yet due)."""
        run = self.store.runs.claim(
            self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease, run_id=run_id
        )
        if run is None:
            return False
        self._task_of(run)()
        return True

    def perform_parts(self, part_ids: Sequence[int]) -> Sequence[int]:
        """Claims and carries out these parts, few at a time while they take long; returns those it did not come to."""
        left, began = list(part_ids), monotonic()
        while left and not self._draining and monotonic() - began < SLICE:
            these, left = left[: self._size.now], left[self._size.now :]
            claims = self.store.runs.claim_these_parts(self.worker_id, these, now=self.clock(), lease=self.lease)
            if claims:
                self._task_of_bunch(Bunch(claims))()
        return left

    def _task_of(self, run: Run) -> Callable[[], None]:
        attempt = self._begin(run)
        return lambda: self._guarded(attempt, lambda: self._carry_out(attempt), lambda: self._give_back(run))

    def _task_of_bunch(self, bunch: Bunch) -> Callable[[], None]:
        self._in_touch = self.clock()
        with self._lock:
            self._bunches.append(bunch)
        return lambda: self._carry_out_bunch(bunch)

    # Being told.

    def beat(self) -> None:
        """Renews all leases, tells each attempt what became of its run, and gives back what could not be ended."""
        attempts, now = self._under_way(), self.clock()
        with self._watched():
            states = self.store.runs.renew(self.worker_id, now=now, lease=self.lease)
        self._in_touch = now
        for attempt in attempts:
            attempt.notice(states.get(attempt.run.id))
        while self._given_up:
            self._given_up[0]()
            self._given_up.pop(0)
        if states:
            self._give_back_strays()

    def _give_back_strays(self) -> None:
        runs, held, now = self.store.runs, self.store.runs.held(self.worker_id), self.clock()
        with self._lock:
            known = {each.run.id for each in self._attempts.values()}
            parts = {each.part.id for each in self._attempts.values() if each.part is not None}
            parts = parts.union(*(each.part_ids for each in self._bunches))
        lost = self._strays.certain(held, runs=known, parts=parts)
        for run_id, attempt in lost.runs.items():
            runs.hand_back(run_id, attempt, now=now, ready_at=now, failed=False, keep_keys=True)
        if lost.parts:
            runs.leave_parts(list(lost.parts), self.worker_id)

    def look(self) -> None:
        """Passes on what was cancelled, and writes what attempts have told. To be called often: a read, if anything."""
        attempts = self._under_way()
        with self._watched():
            states = self.store.runs.states([attempt.run.id for attempt in attempts]) if attempts else {}
        for attempt in attempts:
            if attempt.run.id in states:
                attempt.notice(states[attempt.run.id])
            attempt.flush_quietly()
        with self._lock:
            bunches = list(self._bunches)
        for each in bunches:
            self._close(each.take_done())
            self._leave(each.release())

    def drain(self) -> None:
        """Makes everything under way, and whatever was just claimed, give back what it has."""
        self._draining = True
        for attempt in self._under_way():
            attempt.drain()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Stops everything under way when the store has been out of reach for a lease: others have it by now.

        Left alone it would go on asking its remotes until it has something to write, beside whoever took it over.
        """
        try:
            yield
        except StoreUnavailable:
            if self._in_touch is not None and self.clock() - self._in_touch > self.lease:
                for attempt in self._under_way():
                    attempt.stop(LeaseLost(f"Run {attempt.run.id} could not be renewed for longer than its lease."))
            raise

    @property
    def busy(self) -> int:
        """How many runs and parts are under way."""
        return max(len(self._attempts), len(self._bunches))

    def _under_way(self) -> list[Attempt]:
        with self._lock:
            return list(self._attempts.values())

    # Carrying out.

    @property
    def _hands(self) -> Hands:
        return Hands(self.kinds, self.isolate)

    def _begin(self, run: Run, part: Part | None = None) -> Attempt:
        attempt = Attempt(
            run,
            part=part,
            store=self.store,
            makers=Makers(self.fetcher_maker, self.errands_maker),
            clock=self.clock,
            log_keep=self.log_keep,
            shelf=self.shelf,
        )
        self._in_touch = self.clock()
        with self._lock:
            self._attempts[id(attempt)] = attempt
        if self._draining:
            attempt.drain()
        return attempt

    def _guarded(self, attempt: Attempt, carry_out: Callable[[], None], give_back: Callable[[], object]) -> None:
        # The edge of a run: whatever happens, the worker goes on.
        try:
            carry_out()
        except LeaseLost as lost:
            log.info("run given up", run=attempt.run.id, reason=str(lost))
            # Perhaps nobody took it over: what is still ours in the store would be renewed for ever.
            self._given_up.append(give_back)
        except Stopped as stop:
            log.info("run given up", run=attempt.run.id, reason=str(stop))
        except StoreUnavailable as error:
            log.warning("run interrupted", run=attempt.run.id, reason=str(error))
            self._given_up.append(give_back)
        except Exception:
            log.exception("run interrupted", run=attempt.run.id)
            self._given_up.append(give_back)
        finally:
            with self._lock:
                self._attempts.pop(id(attempt), None)

    def _give_back(self, run: Run) -> object:
        # Nobody carries this run any more, but this worker's heart would renew its lease for ever.
        return self._hand_back(run, self.clock() + REST, "The worker could not write what became of this run.")

    def _give_back_part(self, part_id: int) -> object:
        told = "The worker could not write what became of this part."
        return self.store.runs.retry_part(part_id, self.worker_id, error=told, ready_at=self.clock() + REST)

    def _carry_out(self, attempt: Attempt) -> None:
        try:
            self._do(attempt)
        except (Draining, HostClosed) as stop:
            rest = rest_of(attempt, stop)
            attempt.flush_quietly()
            self._hand_back(attempt.run, rest.ready_at, rest.reason)
        except (Stopped, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - the edge of an attempt: it fails with its reason told
            self._fail(attempt, error)

    def _do(self, attempt: Attempt) -> None:
        attempt.notice(attempt.run.state)
        try:
            attempt.check()
            performed = self._hands.perform(attempt)
            attempt.flush()
            self._conclude(attempt.run, performed)
        except Cancelled:
            attempt.flush_quietly()
            let_go(self.kinds.get(attempt.run.kind), attempt)
            self._finish(attempt.run, Ending(RunState.CANCELLED, {}, "", Progress()))

    def _hand_back(self, run: Run, ready_at: datetime, error: str = "", *, failed: bool = False) -> bool:
        """Gives it back with the keys it holds: what it began is not finished."""
        return self.store.runs.hand_back(
            run.id, run.attempt, now=self.clock(), ready_at=ready_at, failed=failed, error=error, keep_keys=True
        )

    def _conclude(self, run: Run, performed: Performed) -> None:
        match performed:
            case Done():
                self._finish(run, self._ending(performed))
            case Fanned():
                self.store.runs.wait(run.id, run.attempt, now=self.clock())
            case Later(at, reason):
                self._hand_back(run, at, reason)
            case Awaits(told, at):
                self.store.runs.wait_for_steps(run.id, run.attempt, told=told, ready_at=at, now=self.clock())
            case Ended():
                pass

    def _ending(self, done: Done) -> Ending:
        if done.failed == 0:
            return Ending(RunState.SUCCEEDED, done.result, "", Progress(message=done.message), completed=True)
        state = RunState.PARTIAL if done.succeeded else RunState.FAILED
        told = done.message or f"{done.failed} of {done.failed + done.succeeded} failed"
        return Ending(state, done.result, told, Progress())

    def _fail(self, attempt: Attempt, error: Exception) -> None:
        run, now, told = attempt.run, self.clock(), tell(error)
        if not isinstance(error, RemoteError | ProcessLost):
            log.exception("run failed", run=run.id, kind=run.kind, exc_info=error)
        failures = run.failures + 1
        wait = wait_before(error, run.retry, failures)
        if wait is not None:
            attempt.log(Level.WARNING, f"Attempt {failures} failed: {told} Next in {wait:.0f} s.")
            attempt.flush_quietly()
            self._hand_back(run, now + timedelta(seconds=wait), told, failed=True)
            return
        attempt.log(Level.ERROR, f"Failed: {told}")
        attempt.flush_quietly()
        self._finish(run, Ending(RunState.FAILED, {}, told, Progress()))

    def _carry_out_bunch(self, bunch: Bunch) -> None:
        began, done = monotonic(), 0
        try:
            while not self._draining and (claim := bunch.next()) is not None:
                bunch.note_done(self._carry_out_next(claim))
                done += 1
        finally:
            self._close(bunch.take_done())
            with self._lock:
                self._bunches.remove(bunch)
            self._leave(bunch.release(now=True))
        self._size.note(done, monotonic() - began)

    def _carry_out_next(self, claim: PartClaim) -> list[Closing]:
        attempt, closings = self._begin(claim.run, claim.part), list[Closing]()
        self._guarded(
            attempt,
            lambda: closings.extend(self._carry_out_part(attempt, claim)),
            lambda: self._give_back_part(claim.part.id),
        )
        return closings

    def _close(self, closings: Sequence[Closing]) -> None:
        if not closings:
            return
        try:
            self.store.runs.close_parts(closings)
        except Exception as error:  # noqa: BLE001 - whatever it is, others must not wait for these
            log.warning("parts interrupted", parts=len(closings), reason=str(error))
            for each in closings:
                self._given_up.append(partial(self._give_back_part, each.part_id))

    def _leave(self, claims: Sequence[PartClaim]) -> None:
        """Leaves parts that were claimed and not begun to others."""
        if not claims:
            return
        leave = partial(self.store.runs.leave_parts, [claim.part.id for claim in claims], self.worker_id)
        try:
            leave()
        except StoreUnavailable:
            self._given_up.append(leave)

    def _carry_out_part(self, attempt: Attempt, claim: PartClaim) -> list[Closing]:
        part, runs = claim.part, self.store.runs
        try:
            attempt.check()
            counts = self._hands.perform_part(attempt, part)
            attempt.flush()
            return [Closing(part.id, self.worker_id, PartState.DONE, counts, "", self.clock())]
        except Draining:
            attempt.flush_quietly()
            runs.leave_parts([part.id], self.worker_id)
        except HostClosed as closed:
            rest = rest_of(attempt, closed)
            attempt.flush_quietly()
            runs.retry_part(part.id, self.worker_id, error=rest.reason, ready_at=rest.ready_at, failed=False)
        except (Stopped, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a part: it fails with its reason told
            return self._fail_part(attempt, claim, error)
        return []

    def _fail_part(self, attempt: Attempt, claim: PartClaim, error: Exception) -> list[Closing]:
        told, part, now = tell(error), claim.part, self.clock()
        if not isinstance(error, RemoteError | ProcessLost):
            log.exception("part failed", run=claim.run.id, kind=claim.run.kind, part=part.id, exc_info=error)
        wait = wait_before(error, claim.run.retry, part.attempts)
        if wait is not None:
            again = f"Attempt {part.attempts} failed: {told} Next in {wait:.0f} s."
            attempt.log(Level.WARNING, again, part=str(part.id))
            attempt.flush_quietly()
            ready_at = now + timedelta(seconds=wait)
            self.store.runs.retry_part(part.id, self.worker_id, error=told, ready_at=ready_at)
            return []
        attempt.log(Level.ERROR, f"Failed: {told}", part=str(part.id))
        attempt.flush_quietly()
        return [Closing(part.id, self.worker_id, PartState.FAILED, None, told, now)]

    def _finish(self, run: Run, ending: Ending) -> None:
        if not self.store.runs.finish(run.id, run.attempt, ending, now=self.clock()):
            raise LeaseLost(f"Run {run.id} was taken over before it could end.")
