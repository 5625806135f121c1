"""A geoprocessing server, written from the public documentation of ArcGIS Server's REST API: it answers as the real one
does, errors with status 200 among it, and a test moves its jobs on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen

TASK = "/arcgis/rest/services/Tools/GPServer/Buffer"
DONE = ("esriJobSubmitted", "esriJobExecuting", "esriJobSucceeded")


def say(document: Mapping[str, Any]) -> Script:
    return reply(json.dumps(document).encode(), media_type="application/json; charset=utf-8")


def refuse(code: int, message: str, *details: str) -> Script:
    return say({"error": {"code": code, "message": message, "details": list(details)}})


@dataclass
class StubJob:
    """`words` are the states it goes through, one a look; it stays in the last."""

    number: str
    form: Mapping[str, str]
    words: list[str]
    messages: list[tuple[str, str]] = field(default_factory=list)
    progress: Mapping[str, Any] | None = None
    looks: int = 0
    cancelled: bool = False

    def document(self) -> dict[str, Any]:
        word = self.words[min(self.looks, len(self.words) - 1)]
        self.looks += 1
        said: dict[str, Any] = {"jobId": self.number, "jobStatus": word}
        if self.progress is not None:
            said["progress"] = self.progress
        said["messages"] = [{"type": f"esriJobMessageType{each}", "description": text} for each, text in self.messages]
        if word == "esriJobSucceeded":
            said["results"] = {name: {"paramUrl": f"results/{name}"} for name in ("count", "zones", "table")}
            said["inputs"] = {}
        return said


class GeoprocessingServer:
    """One task. `words` and `messages` are those of its next job."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.jobs: list[StubJob] = []
        self.words: list[str] = list(DONE)
        self.messages: list[tuple[str, str]] = [("Informative", "Submitted."), ("Warning", "One feature is empty.")]
        self.progress: Mapping[str, Any] | None = None
        self.results: dict[str, Mapping[str, Any]] = {
            "count": {"paramName": "count", "dataType": "GPLong", "value": 42},
            "zones": {"paramName": "zones", "dataType": "GPFeatureRecordSetLayer", "value": {"features": ["x" * 3000]}},
            "table": {"paramName": "table", "dataType": "GPDataFile", "value": {"url": remote.url("/out/table.csv")}},
        }
        self.url = remote.answer(f"{TASK}/submitJob", self.submit).removesuffix("/submitJob")
        remote.on("/out/table.csv", reply(b"zone,count\nKent,42\n", media_type="text/csv"))

    def begin(self, form: Mapping[str, str]) -> StubJob:
        job = StubJob(f"j{len(self.jobs) + 1:032x}", form, self.words, self.messages, self.progress)
        self.jobs.append(job)
        place = f"{TASK}/jobs/{job.number}"
        self.remote.answer(place, lambda seen: say(job.document()))
        self.remote.answer(f"{place}/cancel", lambda seen: self._cancel(job))
        for name, result in self.results.items():
            self.remote.on(f"{place}/results/{name}", say(result))
        return job

    def submit(self, seen: Seen) -> Script:
        form = dict(parse_qsl(seen.body.decode(), keep_blank_values=True))
        if seen.method != "POST" or form.get("f") != "json":
            return reply(b"<html><title>Submit Job</title></html>", media_type="text/html")
        job = self.begin(form)
        return say({"jobId": job.number, "jobStatus": "esriJobSubmitted"})

    def _cancel(self, job: StubJob) -> Script:
        job.cancelled = True
        job.words = ["esriJobCancelled"]
        return say({"jobId": job.number, "jobStatus": "esriJobCancelling"})
