"""Following a job from its beginning to its end, over any number of attempts, and never beginning it twice unsaid.

What is known of the job is kept as the run's note before and after each step that cannot be undone:

1. "it is being asked for" is noted, then the job is asked for;
2. its address is noted as soon as the server answers;
3. it is looked at with growing pauses; after a while each look is an attempt of its own, so that a hundred jobs of a
   day keep no worker busy;
4. how it ended is noted once its results are kept, then the server is tidied, then the run ends.

Whoever takes the run up after a crash goes on from the last of these.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from windrow.errors import BadInput, HostClosed, HostResting, NotFound, RemoteError, RemoteForbidden, RemoteStatus
from windrow.model.runs import Level, Progress
from windrow.ports.work import Done, Later, Performed, Work
from windrow.work.remote_jobs.notes import Note, Over
from windrow.work.remote_jobs.policies import Patience
from windrow.work.remote_jobs.services import Job, Service, Standing, Status

HOLD = 60.0
"""Seconds that one attempt waits before it gives its worker back: most jobs are over by then."""

SILENCE = timedelta(hours=1)
"""How long a server may fail to say where the job stands before the attempt fails."""

REFUSALS = 3
"""How often in a row a server may say that it does not know the job before that is believed."""

_TEMPORARY = frozenset((401, 403, 498, 499))
"""Refusals that speak of who asks, and not of the job."""


def follow(work: Work, service: Service, patience: Patience) -> Performed:
    """One attempt at a run whose job is done elsewhere. Raises `RemoteError` when the job failed."""
    note = Note.of(work.read_note())
    if note.over is not None and not _is_tried_again(work, note.over):
        return _conclude(work, service, note, note.over)
    if note.over is not None or note.job is None:
        begun = _begin(work, service, patience, note if note.over is None else Note(note.number + 1))
        if not isinstance(begun, Note):
            return Done(begun)
        note = begun
    return _Following(work, service, patience, note).go_on()


def let_go(work: Work, service: Service) -> None:
    """Ends the job of a run that was cancelled. Raises `RemoteError` when the server does not do it."""
    note = Note.of(work.read_note())
    job = note.job or (service.find(note.number) if note.asked else None)
    if job is None:
        if note.asked:
            told = "The job was asked for, and the server's answer was never heard: it may be running, and nobody can"
            work.log(Level.WARNING, f"{told} end it from here.")
        return
    if note.over is None:
        service.cancel(job)
        work.log(Level.INFO, f"The server was told to cancel job {job.id}.")
    service.tidy(job)


def _is_tried_again(work: Work, over: Over) -> bool:
    return over.standing is not Standing.SUCCEEDED and work.run.failures > over.failures


def _begin(work: Work, service: Service, patience: Patience, note: Note) -> Note | Mapping[str, Any]:
    """Begins the job, unless an attempt before may have; the note of it, or the results of a server that gives them
    at once."""
    found = _found(work, service, patience, note.number) if note.asked else None
    if found is not None:
        return _noted(work, note.number, found)
    asked = Note(note.number, asked=True)
    work.keep_note(asked.to_json())
    try:
        begun = service.begin(note.number)
    except (HostClosed, HostResting, RemoteForbidden, BadInput, NotFound):
        work.keep_note(asked.but(asked=False).to_json())
        raise
    except RemoteError as error:
        if _is_certain(error):
            work.keep_note(asked.but(asked=False).to_json())
        else:
            work.log(Level.WARNING, "The request that begins the job was not answered: it may have been begun.")
        raise
    if isinstance(begun, Job):
        work.log(Level.INFO, f"Job {begun.id} was begun: {begun.url}")
        return _noted(work, note.number, begun)
    over = Over(Standing.SUCCEEDED, "", work.run.failures, begun)
    work.keep_note(asked.but(over=over).to_json())
    return begun


def _found(work: Work, service: Service, patience: Patience, number: int) -> Job | None:
    job = service.find(number)
    if job is not None:
        work.log(Level.INFO, f"An attempt before began job {job.id}: it is gone on with.")
        return job
    if not service.finds:
        told = "An attempt before asked for the job and never heard the answer"
        if not patience.again:
            raise BadInput.of("if_unsure", f"is fail: {told[0].lower()}{told[1:]}, so it may be running")
        work.log(Level.WARNING, f"{told}: it is asked for again, and may be begun twice.")
    return None


def _noted(work: Work, number: int, job: Job) -> Note:
    now = work.now()
    note = Note(number, asked=True, job=job, began=now, heard=now)
    # Also while the run is being cancelled: what is noted can be ended.
    work.keep_note(note.to_json())
    work.check()
    return note


def _is_certain(error: RemoteError) -> bool:
    """Whether the server itself said that it begins nothing."""
    return isinstance(error, RemoteStatus) and 400 <= error.status < 500 and error.status != 408


def _conclude(work: Work, service: Service, note: Note, over: Over) -> Performed:
    """Ends the run as its job ended; what is known of that stands in the note."""
    if note.job is not None:
        try:
            service.tidy(note.job)
        except RemoteError as error:
            work.log(Level.WARNING, f"What the job left on the server could not be taken away: {error}")
    if over.standing is Standing.SUCCEEDED:
        return Done(over.result)
    raise RemoteError(over.reason)


class _Following:
    """A job that was begun, looked at until it is over or the attempt gives its worker back."""

    def __init__(self, work: Work, service: Service, patience: Patience, note: Note) -> None:
        assert note.job is not None
        assert note.began is not None
        self._work = work
        self._service = service
        self._patience = patience
        self._note = note
        self._job = note.job
        self._began = note.began
        self._held = 0.0

    def go_on(self) -> Performed:
        """Until the job is over, or it is time to give the worker back."""
        while True:
            status, least = self._look()
            if status is not None and status.standing.is_over:
                return self._end(status)
            if self._note.refused >= REFUSALS:
                return self._over(Standing.FAILED, f"The server does not know job {self._job.id} any more.")
            if self._work.now() >= self._deadline:
                return self._give_up()
            later = self._wait(least, "the job" if status is None else status.word)
            if later is not None:
                return later

    def _look(self) -> tuple[Status | None, float]:
        """What the server says, or None; and how many seconds it wishes to be left alone."""
        try:
            status = self._service.look(self._job)
        except RemoteError as error:
            return None, self._bear(error)
        self._change(heard=self._work.now(), refused=0)
        self._tell(status)
        return status, 0.0

    def _bear(self, error: RemoteError) -> float:
        """Bears with a server that does not say, for a while: a job of a day must not fail with one lost answer."""
        heard = self._note.heard or self._began
        if not error.retryable and not isinstance(error, RemoteStatus):
            raise error
        if self._work.now() - heard > SILENCE:
            raise error
        unknown = isinstance(error, RemoteStatus) and not error.retryable and error.status not in _TEMPORARY
        self._work.log(Level.WARNING, f"It cannot be told where job {self._job.id} stands: {error}")
        self._change(refused=self._note.refused + 1 if unknown else 0)
        return error.retry_after or 0.0

    def _tell(self, status: Status) -> None:
        fresh = list(status.told[self._note.told :])
        self._change(told=self._note.told + len(fresh))
        if status.says is not None and status.says.text != self._note.said:
            fresh.append(status.says)
            self._change(said=status.says.text)
        for each in fresh:
            self._work.log(each.level, each.text)
        if fresh:
            self._keep()
        message = f"{status.word}: {status.reason}" if status.reason else status.word
        if status.share is None:
            self._work.report(Progress(message=message))
        else:
            self._work.report(Progress(min(status.share, 99), 100, message=message))

    def _wait(self, least: float, word: str) -> Later | None:
        """Waits until the next look; gives the worker back where that takes long."""
        pause = max(least, self._patience.after(self._note.pause))
        self._change(pause=min(pause, self._patience.longest))
        left = max(0.0, (self._deadline - self._work.now()).total_seconds())
        pause = min(pause, left)
        if self._held + pause > HOLD:
            self._keep()
            return Later(self._work.now() + timedelta(seconds=pause), f"Waits for job {self._job.id} ({word}).")
        self._held += pause
        self._work.pause(pause)
        return None

    @property
    def _deadline(self) -> datetime:
        return self._began + self._patience.timeout

    def _give_up(self) -> Performed:
        seconds = self._patience.timeout.total_seconds()
        told = f"Job {self._job.id} had not ended after {seconds:g} s (timeout_seconds)"
        try:
            self._service.cancel(self._job)
        except RemoteError as error:
            return self._over(Standing.TIMED_OUT, f"{told}, and could not be cancelled: {error}")
        return self._over(Standing.TIMED_OUT, f"{told}, and was cancelled.")

    def _end(self, status: Status) -> Performed:
        job = {"job": self._job.id, "job_url": self._job.url, "status": status.word}
        if status.standing is Standing.SUCCEEDED:
            result = {**job, "results": dict(self._service.fetch(self._job, status))}
            return self._over(status.standing, "", result)
        ends = {
            Standing.TIMED_OUT: "timed out on its server",
            Standing.CANCELLED: "was cancelled on its server",
        }
        told = f"Job {self._job.id} {ends.get(status.standing, 'failed')} ({status.word})"
        return self._over(status.standing, f"{told}: {status.reason}" if status.reason else f"{told}.")

    def _over(self, standing: Standing, reason: str, result: Mapping[str, Any] | None = None) -> Performed:
        over = Over(standing, reason, self._work.run.failures, result or {})
        self._change(over=over)
        self._keep()
        return _conclude(self._work, self._service, self._note, over)

    def _change(self, **changes: Any) -> None:
        self._note = self._note.but(**changes)

    def _keep(self) -> None:
        self._work.keep_note(self._note.to_json())
