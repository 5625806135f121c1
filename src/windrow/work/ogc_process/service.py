"""One run's view of a process: which requests are made for what."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of
from windrow.ports.fetching import Answer, Errands, Manners
from windrow.ports.work import Work
from windrow.work.ogc_process import reading
from windrow.work.remote_jobs import Job, Status
from windrow.work.remote_jobs.asking import ACCEPT_JSON, FAREWELL, MANNERS, Address, Grace, bare, get_object
from windrow.work.remote_jobs.keeping import keep_bytes, keep_file, keep_value

_EXECUTE = {"Accept": "application/json, */*;q=0.5", "Prefer": "respond-async"}
_CREATED = 201
_GONE = (404, 410)


class OgcProcessService:
    """Implements `windrow.work.remote_jobs.Service`. `parameters` are the run's."""

    finds = False

    def __init__(self, work: Work, parameters: Mapping[str, Any]) -> None:
        self._work = work
        self._parameters = parameters
        given = Address.of(parameters["url"])
        self._address = Address(reading.process_url(given.url, parameters["process"]), given.query)

    def find(self) -> Job | None:
        """The standard has no way to look for a job that one does not know."""
        return None

    def begin(self) -> Job | Mapping[str, Any]:
        """Executes the process: as a job where the server does that, else at once."""
        errands = self._errands(MANNERS, Grace(self._work.check))
        url = self._address.to(f"{self._address.url}/execution")
        given = self._parameters
        body = reading.execution(given["inputs"], given["outputs"], given["response"])
        answer = errands.send("POST", url, json.serialise(body), media_type="application/json", headers=_EXECUTE)
        if answer.status == _CREATED:
            return self._begun(answer)
        return {"status": "successful", "results": self._keep_answer(answer)}

    def _begun(self, answer: Answer) -> Job:
        location = answer.headers.get("location", "")
        if not location:
            raise RemoteUnreadable(f"{bare(answer.url)} began a job and does not say where it is (no Location).")
        document = object_of(json.parse(answer.body)) if answer.body.strip() else {}
        place = bare(urljoin(answer.url, location))
        return Job(reading.read_job_id(document, place), place)

    def look(self, job: Job) -> Status:
        """Where the job stands."""
        return reading.read_status(get_object(self._errands(), self._address.to(job.url)))

    def fetch(self, job: Job, status: Status) -> Mapping[str, Any]:
        """Keeps the results: a document as it is, with the files that it links, or a single file."""
        errands = self._errands()
        place, media_type = reading.read_results_place(status.document)
        url = self._address.to(place or f"{job.url}/results")
        if media_type:
            return {"result": keep_file(self._work, errands, url, "result", self._limit)}
        return self._keep_answer(errands.get(url, headers={"Accept": _EXECUTE["Accept"]}))

    def _keep_answer(self, answer: Answer) -> dict[str, Any]:
        if not answer.body:
            return {}
        if self._parameters["response"] == "raw" and not answer.media_type.endswith("json"):
            return {"result": keep_bytes(self._work, "result", answer.body, answer.media_type)}
        results = json.parse(answer.body)
        kept: dict[str, Any] = {"result": keep_value(self._work, "results", results)}
        for name, address in reading.read_references(results):
            kept[name] = keep_file(self._work, self._errands(), self._address.to(address), name, self._limit)
        return kept

    def cancel(self, job: Job) -> None:
        """Dismisses the job (requirements class "dismiss"); one that is gone needs no more."""
        errands = self._errands(FAREWELL)
        try:
            errands.send("DELETE", self._address.to(job.url), headers=ACCEPT_JSON)
        except RemoteStatus as refusal:
            if refusal.status not in _GONE:
                raise

    def tidy(self, job: Job) -> None:
        """What a server keeps of its jobs, and for how long, is for its keepers to say."""

    @property
    def _limit(self) -> int:
        return int(self._parameters["size_limit_mb"]) << 20

    def _errands(self, manners: Manners = MANNERS, check: Callable[[], None] | None = None) -> Errands:
        return self._work.errands_maker(
            manners, origin=self._address.url, credential=None, check=check or self._work.check
        )
