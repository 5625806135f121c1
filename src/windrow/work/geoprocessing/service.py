"""One run's view of a geoprocessing task: which requests are made for what."""

from collections.abc import Callable, Mapping
from typing import Any

from windrow.errors import NotFound
from windrow.ports.fetching import Manners
from windrow.ports.work import Work
from windrow.work.geoprocessing import reading
from windrow.work.remote_jobs import Job, Status
from windrow.work.remote_jobs.asking import FAREWELL, MANNERS, Address, Grace
from windrow.work.remote_jobs.forms import Desk
from windrow.work.remote_jobs.keeping import keep_file, keep_value

_OPERATIONS = ("/submitJob", "/execute")


class GeoprocessingService:
    """Implements `windrow.work.remote_jobs.Service`. `parameters` are the run's."""

    finds = False

    def __init__(self, work: Work, parameters: Mapping[str, Any]) -> None:
        self._work = work
        self._parameters = parameters
        address = Address.of(parameters["url"])
        url = next((address.url.removesuffix(each) for each in _OPERATIONS if address.url.endswith(each)), address.url)
        self._address = Address(url, address.query)

    def find(self, number: int) -> Job | None:  # noqa: ARG002 - the port's signature
        """The protocol has no way to look for a job that one does not know."""
        return None

    def begin(self, number: int) -> Job:  # noqa: ARG002 - the port's signature
        """Submits the job."""
        desk = self._desk(MANNERS, Grace(self._work.check))
        url = f"{self._address.url}/submitJob"
        given = {str(name): value for name, value in self._parameters["parameters"].items()}
        document = desk.post(self._address.to(url), given)
        name = reading.read_job_id(document)
        return Job(name, f"{self._address.url}/jobs/{name}")

    def look(self, job: Job) -> Status:
        """Where the job stands."""
        return reading.read_status(self._desk().get(self._address.to(job.url)))

    def fetch(self, job: Job, status: Status) -> Mapping[str, Any]:
        """Keeps each result as JSON, and the files that it speaks of."""
        places = reading.read_result_places(status.document)
        wanted = self._parameters["results"]
        missing = [name for name in wanted or () if name not in places]
        if missing:
            raise NotFound("result", f"{', '.join(missing)} of job {job.id}; there are: {', '.join(places) or 'none'}")
        return {name: self._fetch(job, name, places[name]) for name in wanted or places}

    def _fetch(self, job: Job, name: str, place: str) -> dict[str, Any]:
        desk = self._desk()
        there = Address(job.url, self._address.query).to(place)
        result = reading.read_result(name, desk.get(there))
        kept = keep_value(self._work, name, result.value)
        kept["type"] = result.data_type
        limit = self._parameters["size_limit_mb"] << 20
        files = [
            keep_file(self._work, desk.errands, Address(job.url, self._address.query).to(url), name, limit)
            for url in result.files
        ]
        return {**kept, "files": files} if files else kept

    def cancel(self, job: Job) -> None:
        """Asks the server to cancel it."""
        self._desk(FAREWELL).post(self._address.to(f"{job.url}/cancel"), {})

    def tidy(self, job: Job) -> None:
        """The server takes its old jobs away by itself."""

    def _desk(self, manners: Manners = MANNERS, check: Callable[[], None] | None = None) -> Desk:
        errands = self._work.errands_maker(
            manners, origin=self._address.url, credential=None, check=check or self._work.check
        )
        return Desk(errands, secrets=self._address.secrets)
