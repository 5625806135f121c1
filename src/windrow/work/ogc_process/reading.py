"""What a server of OGC API - Processes says of a job: its documents to values, pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from windrow.errors import RemoteUnreadable
from windrow.formats.json import object_of, objects_of, text_of
from windrow.model.runs import Level
from windrow.work.remote_jobs import Standing, Status, Told

RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
_JSON_TYPES = ("application/json", "application/geo+json")
_STANDINGS = {
    "accepted": Standing.WAITING,
    "running": Standing.RUNNING,
    "successful": Standing.SUCCEEDED,
    "failed": Standing.FAILED,
    "dismissed": Standing.CANCELLED,
}


def process_url(url: str, process: str) -> str:
    """The address of a process, from its own, that of its execution, or that of its server."""
    url = url.rstrip("/").removesuffix("/execution")
    if not process:
        return url
    return f"{url.removesuffix('/processes')}/processes/{quote(process, safe='')}"


def execution(inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None, response: str) -> dict[str, Any]:
    """The body of an execute request (7.11.2)."""
    body: dict[str, Any] = {"inputs": dict(inputs), "response": response}
    if outputs is not None:
        body["outputs"] = dict(outputs)
    return body


def read_job_id(document: Mapping[str, Any], location: str) -> str:
    """The name of the job that was begun: as the answer says, else the last step of its address."""
    return text_of(document.get("jobID")) or urlsplit(location).path.rstrip("/").rpartition("/")[2]


def read_status(document: Mapping[str, Any]) -> Status:
    """Where a job stands (7.12). Raises `RemoteUnreadable`."""
    word = text_of(document.get("status"))
    standing = _STANDINGS.get(word)
    if standing is None:
        raise RemoteUnreadable(f"The answer does not say where the job stands (status: {word[:60] or 'missing'}).")
    message = text_of(document.get("message"))
    level = Level.ERROR if standing is Standing.FAILED else Level.INFO
    says = Told(level, message) if message else None
    share = _share(document.get("progress"))
    return Status(standing, word, says=says, share=share, reason=message[:1000], document=document)


def _share(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0, min(100, int(value)))


def read_results_place(document: Mapping[str, Any]) -> tuple[str, str]:
    """Where the results are, and their media type if they are a file rather than a document; "" for what is unsaid.

    pygeoapi links results of any type as JSON and HTML too: a link of another type is the only one that tells.
    """
    links = [each for each in objects_of(document.get("links")) if _is_results(text_of(each.get("rel")))]
    by_type = {text_of(each.get("type")): text_of(each.get("href")) for each in links}
    files = [name for name in by_type if name and name not in (*_JSON_TYPES, "text/html")]
    if files:
        return by_type[files[0]], files[0]
    place = next((by_type[each] for each in (*_JSON_TYPES, "") if by_type.get(each)), "")
    return place, ""


def _is_results(relation: str) -> bool:
    # With https and in short too: real servers spell it in several ways.
    return relation.rpartition("/")[2].removeprefix("[ogc-rel:").rstrip("]") == "results"


def read_references(results: Any) -> Iterator[tuple[str, str]]:
    """The outputs that are given as links: their names and addresses (7.13, transmission by reference)."""
    for name, value in object_of(results).items():
        if (address := text_of(object_of(value).get("href"))) and urlsplit(address).scheme in ("", "http", "https"):
            yield name, address
