"""One run's view of the portal: a task there that runs once, its run, and its end."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from windrow.errors import RemoteError, RemoteStatus
from windrow.formats.json import text_of
from windrow.model.runs import Level
from windrow.ports.fetching import Manners
from windrow.ports.work import Work
from windrow.work.arcgis_portal import reading
from windrow.work.arcgis_portal.signing import Doorkeeper
from windrow.work.remote_jobs import Job, Standing, Status
from windrow.work.remote_jobs.asking import FAREWELL, MANNERS, Grace
from windrow.work.remote_jobs.forms import Desk
from windrow.work.remote_jobs.keeping import keep_value

LISTED = 100
_NOT_THERE = frozenset((404, 410))

Value = TypeVar("Value")


class PortalService:
    """Implements `windrow.work.remote_jobs.Service`: the job is a scheduled task of the portal's."""

    finds = True

    def __init__(self, work: Work, doorkeeper: Doorkeeper) -> None:
        self._work = work
        self._doorkeeper = doorkeeper
        self._api = doorkeeper.portal.api

    def find(self, number: int) -> Job | None:
        """The task whose title carries this run's id: so none is made twice, whatever answer was lost."""
        return self._inside(lambda desk: self._find(desk, number))

    def begin(self, number: int) -> Job:
        """Makes the task, to run at the next minute."""
        form = reading.creation(self._work.run, number, self._work.now())

        def make(desk: Desk) -> Job:
            tasks = self._tasks(desk)
            task = reading.read_task_id(desk.post(f"{tasks}/createTask", form))
            return Job(task, f"{tasks}/{task}")

        return self._inside(make, check=Grace(self._work.check))

    def look(self, job: Job) -> Status:
        """Where the task's run stands; before there is one, where the task does."""
        return self._inside(lambda desk: _look(desk, job))

    def fetch(self, job: Job, status: Status) -> Mapping[str, Any]:  # noqa: ARG002 - the port's signature
        """Keeps what the run gave."""
        result = keep_value(self._work, "result", reading.read_result(status.document))
        return {"run": text_of(status.document.get("runId")), "result": result}

    def cancel(self, job: Job) -> None:
        """Disables the task; it is deleted as it is tidied. A run that the portal has begun cannot be stopped."""
        under_way = self._inside(lambda desk: _disable(desk, job), FAREWELL)
        if under_way:
            told = "The portal has begun its run already, and has no way to stop it: it may go on to its end."
            self._work.log(Level.WARNING, told)

    def tidy(self, job: Job) -> None:
        """Deletes the task."""
        try:
            self._inside(lambda desk: desk.post(f"{job.url}/delete", {}), FAREWELL)
        except RemoteStatus as refusal:
            if refusal.status not in _NOT_THERE:
                raise

    def _find(self, desk: Desk, number: int) -> Job | None:
        tasks, sign = self._tasks(desk), reading.mark(self._work.run, number)
        start: int | None = 1
        while start is not None:
            page = desk.get(tasks, num=LISTED, start=start)
            if task := reading.find_task(page, sign):
                return Job(task, f"{tasks}/{task}")
            start = reading.read_next(page, start)
        return None

    def _tasks(self, desk: Desk) -> str:
        username = reading.read_username(desk.get(f"{self._api}/portals/self"))
        return f"{self._api}/community/users/{quote(username, safe='')}/tasks"

    def _inside(
        self, ask: Callable[[Desk], Value], manners: Manners = MANNERS, check: Callable[[], None] | None = None
    ) -> Value:
        work = self._work
        return self._doorkeeper.enter(work.errands_maker, manners, check or work.check, ask, work.now())


def _look(desk: Desk, job: Job) -> Status:
    run = reading.latest_run(desk.get(f"{job.url}/runs"))
    return reading.read_run(run) if run is not None else reading.read_waiting(desk.get(job.url))


def _disable(desk: Desk, job: Job) -> bool:
    """Whether the portal is at its run all the same."""
    desk.post(f"{job.url}/disable", {})
    try:
        run = reading.latest_run(desk.get(f"{job.url}/runs"))
        return run is not None and reading.read_run(run).standing is Standing.RUNNING
    except RemoteError:
        return False  # only a remark depends on it
