"""Performing: what a worker does with a run it was given. Safe to call twice, late, or in two places at once."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

import structlog

from windrow.core.run_attempts import Attempt
from windrow.errors import Cancelled, Draining, LeaseLost, RemoteError, Stopped, StoreUnavailable
from windrow.model.runs import Level, PartState, Progress, Run, RunState
from windrow.ports.clocks import Clock
from windrow.ports.fetching import FetcherMaker
from windrow.ports.runs import Ending, PartClaim
from windrow.ports.store import Blobs, Store
from windrow.ports.work import Done, Ended, Fanned, Later, Performed, WorkKind

log = structlog.get_logger()


@dataclass(slots=True)
class Performer:
    """Carries out the runs and parts of one worker.

    lease    how long a claim holds without a heartbeat
    """

    store: Store
    blobs: Blobs
    kinds: Mapping[str, WorkKind]
    fetcher_maker: FetcherMaker
    clock: Clock
    worker_id: str
    queues: Sequence[str]
    lease: timedelta
    log_keep: int = 10_000
    _attempts: dict[int, Attempt] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    # Taking.

    def take_run(self) -> Callable[[], None] | None:
        """Claims the next run; returns what carries it out, or None when there is nothing to do."""
        run = self.store.runs.claim(self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease)
        return None if run is None else self._task_of(run)

    def take_parts(self, most: int) -> list[Callable[[], None]]:
        """Claims open parts of fanned-out runs; returns what carries each out."""
        claims = self.store.runs.claim_parts(
            self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease, limit=most
        )
        return [self._task_of_part(claim) for claim in claims]

    def perform(self, run_id: str) -> bool:
        """Claims and carries out that run; False when there was nothing to do (done, taken, not yet due)."""
        run = self.store.runs.claim(
            self.worker_id, queues=self.queues, now=self.clock(), lease=self.lease, run_id=run_id
        )
        if run is None:
            return False
        self._task_of(run)()
        return True

    def _task_of(self, run: Run) -> Callable[[], None]:
        attempt = self._begin(run)
        return lambda: self._guarded(attempt, lambda: self._carry_out(attempt))

    def _task_of_part(self, claim: PartClaim) -> Callable[[], None]:
        attempt = self._begin(claim.run)
        return lambda: self._guarded(attempt, lambda: self._carry_out_part(attempt, claim))

    # Being told.

    def beat(self) -> None:
        """Renews all leases, and tells each attempt what became of its run."""
        with self._lock:
            attempts = list(self._attempts.values())
        states = self.store.runs.renew(self.worker_id, now=self.clock(), lease=self.lease)
        for attempt in attempts:
            attempt.notice(states.get(attempt.run.id))

    def drain(self) -> None:
        """Makes everything under way give back what it has."""
        with self._lock:
            attempts = list(self._attempts.values())
        for attempt in attempts:
            attempt.drain()

    @property
    def busy(self) -> int:
        """How many runs and parts are under way."""
        return len(self._attempts)

    # Carrying out.

    def _begin(self, run: Run) -> Attempt:
        attempt = Attempt(
            run,
            store=self.store,
            blobs=self.blobs,
            fetcher_maker=self.fetcher_maker,
            clock=self.clock,
            log_keep=self.log_keep,
        )
        with self._lock:
            self._attempts[id(attempt)] = attempt
        return attempt

    def _guarded(self, attempt: Attempt, carry_out: Callable[[], None]) -> None:
        # The edge of a run: whatever happens, the worker goes on, and the lease tells the rest.
        try:
            carry_out()
        except (LeaseLost, StoreUnavailable) as error:
            log.warning("run given up", run=attempt.run.id, reason=str(error))
        except Exception:
            log.exception("run left to its lease", run=attempt.run.id)
        finally:
            with self._lock:
                self._attempts.pop(id(attempt), None)

    def _carry_out(self, attempt: Attempt) -> None:
        run = attempt.run
        try:
            performed = self._kind(run).perform(attempt)
            attempt.flush()
        except Cancelled:
            attempt.flush()
            self._finish(run, Ending(RunState.CANCELLED, {}, "", self._progress(run)))
        except Draining:
            attempt.flush()
            now = self.clock()
            self.store.runs.hand_back(run.id, run.attempt, now=now, ready_at=now, failed=False)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of an attempt: it fails with its reason told
            self._fail(attempt, error)
        else:
            self._conclude(run, performed)

    def _conclude(self, run: Run, performed: Performed) -> None:
        match performed:
            case Done():
                self._finish(run, self._ending(run, performed))
            case Fanned():
                self.store.runs.wait(run.id, run.attempt, now=self.clock())
            case Later():
                self.store.runs.hand_back(
                    run.id,
                    run.attempt,
                    now=self.clock(),
                    ready_at=performed.ready_at,
                    failed=False,
                    error=performed.reason,
                )
            case Ended():
                pass

    def _ending(self, run: Run, done: Done) -> Ending:
        progress = self._progress(run)
        if done.failed == 0:
            whole = progress.total if progress.total is not None else progress.done
            ended = Progress(whole, whole, progress.counts, done.message)
            return Ending(RunState.SUCCEEDED, done.result, "", ended)
        state = RunState.PARTIAL if done.succeeded else RunState.FAILED
        told = done.message or f"{done.failed} of {done.failed + done.succeeded} failed"
        return Ending(state, done.result, told, progress)

    def _fail(self, attempt: Attempt, error: Exception) -> None:
        run, now = attempt.run, self.clock()
        told = str(error) or type(error).__name__
        if not isinstance(error, RemoteError):
            log.exception("run failed", run=run.id, kind=run.kind)
        failures = run.failures + 1
        if failures < run.retry.attempts and getattr(error, "retryable", True):
            wait = max(getattr(error, "retry_after", None) or 0.0, run.retry.wait(failures, _chance()))
            attempt.log(Level.WARNING, f"Attempt {failures} failed: {told} Next in {wait:.0f} s.")
            attempt.flush()
            ready_at = now + timedelta(seconds=wait)
            self.store.runs.hand_back(run.id, run.attempt, now=now, ready_at=ready_at, failed=True, error=told)
            return
        attempt.log(Level.ERROR, f"Failed: {told}")
        attempt.flush()
        self._finish(run, Ending(RunState.FAILED, {}, told, self._progress(run)))

    def _carry_out_part(self, attempt: Attempt, claim: PartClaim) -> None:
        part, runs = claim.part, self.store.runs
        try:
            counts = self._kind(claim.run).perform_part(attempt, part)
            attempt.flush()
        except Draining:
            runs.retry_part(part.id, self.worker_id, error="", ready_at=self.clock())
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a part: it fails with its reason told
            self._fail_part(attempt, claim, error)
        else:
            runs.close_part(part.id, self.worker_id, PartState.DONE, counts=counts, error="", now=self.clock())

    def _fail_part(self, attempt: Attempt, claim: PartClaim, error: Exception) -> None:
        told, part, now = str(error) or type(error).__name__, claim.part, self.clock()
        attempts = part.attempts
        if attempts < claim.run.retry.attempts and getattr(error, "retryable", True):
            ready_at = now + timedelta(seconds=claim.run.retry.wait(attempts, _chance()))
            attempt.log(Level.WARNING, f"Attempt {attempts} failed: {told}", part=str(part.id))
            attempt.flush()
            self.store.runs.retry_part(part.id, self.worker_id, error=told, ready_at=ready_at)
            return
        attempt.log(Level.ERROR, f"Failed: {told}", part=str(part.id))
        attempt.flush()
        self.store.runs.close_part(part.id, self.worker_id, PartState.FAILED, counts={}, error=told, now=now)

    def _kind(self, run: Run) -> WorkKind:
        kind = self.kinds.get(run.kind)
        if kind is None:
            raise LookupError(f"The kind of work {run.kind!r} is not installed on this worker.")
        return kind

    def _progress(self, run: Run) -> Progress:
        return self.store.runs.get(run.id, tenant_id=run.tenant_id).progress

    def _finish(self, run: Run, ending: Ending) -> None:
        if not self.store.runs.finish(run.id, run.attempt, ending, now=self.clock()):
            raise LeaseLost(f"Run {run.id} was taken over before it could end.")


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads retries, guards nothing
