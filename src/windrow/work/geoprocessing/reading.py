"""What a geoprocessing service says of a job: bytes of JSON to values, pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import object_of, objects_of, text_of
from windrow.model.runs import Level
from windrow.work.remote_jobs import Standing, Status, Told

_STANDINGS = {
    "esriJobNew": Standing.WAITING,
    "esriJobSubmitted": Standing.WAITING,
    "esriJobWaiting": Standing.WAITING,
    "esriJobExecuting": Standing.RUNNING,
    "esriJobSucceeded": Standing.SUCCEEDED,
    "esriJobFailed": Standing.FAILED,
    "esriJobTimedOut": Standing.TIMED_OUT,
    "esriJobCancelling": Standing.RUNNING,
    "esriJobCancelled": Standing.CANCELLED,
    "esriJobDeleting": Standing.CANCELLED,
    "esriJobDeleted": Standing.CANCELLED,
}
_LEVELS = {
    "esriJobMessageTypeWarning": Level.WARNING,
    "esriJobMessageTypeError": Level.ERROR,
    "esriJobMessageTypeAbort": Level.ERROR,
    "esriJobMessageTypeEmpty": Level.DEBUG,
}
_LAST = 5
"""Error messages that are told as the reason of a job that failed."""


@dataclass(frozen=True, slots=True)
class Result:
    """A result of a job: its name, its type in the service's words, and its value."""

    name: str
    data_type: str
    value: Any

    @property
    def files(self) -> list[str]:
        """The addresses of the files that the value speaks of."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return [url for each in values if (url := text_of(object_of(each).get("url")))]


def read_job_id(document: Mapping[str, Any]) -> str:
    """The name of the job that was begun. Raises `RemoteUnreadable`."""
    found = text_of(document.get("jobId"))
    if not found:
        raise RemoteUnreadable(
            "The answer names no job (jobId): the address must be that of an asynchronous geoprocessing task, such as "
            ".../GPServer/Buffer"
        )
    return found


def read_status(document: Mapping[str, Any]) -> Status:
    """Where a job stands. Raises `RemoteUnreadable`."""
    word = text_of(document.get("jobStatus"))
    standing = _STANDINGS.get(word)
    if standing is None:
        raise RemoteUnreadable(f"The answer does not say where the job stands (jobStatus: {word[:60] or 'missing'}).")
    told = tuple(_told(document))
    progress = object_of(document.get("progress"))
    errors = [each.text for each in told if each.level is Level.ERROR]
    reason = " ".join(errors[-_LAST:]) if standing.is_over else text_of(progress.get("message"))
    share = _share(progress.get("percent"))
    return Status(standing, word, told, share=share, reason=reason[:1000], document=document)


def _told(document: Mapping[str, Any]) -> Iterator[Told]:
    for each in objects_of(document.get("messages")):
        if text := text_of(each.get("description")):
            yield Told(_LEVELS.get(text_of(each.get("type")), Level.INFO), text)


def _share(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0, min(100, int(value)))


def read_result_places(document: Mapping[str, Any]) -> dict[str, str]:
    """Where each result is, relative to the job's address."""
    results = object_of(document.get("results"))
    return {name: text_of(object_of(each).get("paramUrl")) or f"results/{name}" for name, each in results.items()}


def read_result(name: str, document: Mapping[str, Any]) -> Result:
    """A result. Raises `RemoteUnreadable`."""
    if "value" not in document:
        raise RemoteUnreadable(f"The result {name} has no value.")
    return Result(name, text_of(document.get("dataType")), document["value"])
