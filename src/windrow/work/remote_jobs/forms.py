"""What all of Esri's servers have in common: errors that come with status 200, and form values that are JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of, text_of, texts_of
from windrow.ports.fetching import Answer, Errands
from windrow.work.remote_jobs.asking import FORM, bare, read_object

_TOKENS = {498: "refuses the token that it was given", 499: "asks for a token"}
"""Codes that are no HTTP's own. Their messages are not passed on: Esri's own client takes their very words, wherever
they stand, for a refusal of its own token."""


def form(values: Mapping[str, Any]) -> bytes:
    """A form's body; texts as they are, everything else as JSON, and nothing for None."""
    fields = {name: _text(value) for name, value in values.items() if value is not None}
    return urlencode({**fields, "f": "json"}).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.serialise(value).decode()


def get(errands: Errands, url: str, **parameters: str | int) -> dict[str, Any]:
    """GET as JSON. Raises `RemoteError`, also for errors with status 200."""
    return read_document(errands.get(url, parameters={**parameters, "f": "json"}))


def post(errands: Errands, url: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """POST of a form, sent once. Raises as `get`."""
    return read_document(errands.send("POST", url, form(values), media_type=FORM))


def read_document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises `RemoteUnreadable` for what is none, `RemoteStatus` for an error body."""
    document = read_object(answer)
    refuse_error(document, bare(answer.url))
    return document


def refuse_error(document: Mapping[str, Any], url: str) -> None:
    """Raises `RemoteStatus` for an error body."""
    if document.get("status") == "error":  # as its administration and its proxies spell it
        raise _error_of(url, document.get("code"), " ".join(texts_of(document.get("messages"))))
    if "error" not in document:
        return
    error = object_of(document["error"])
    if not error:
        raise RemoteUnreadable(f"{url} answered an error: {text_of(document['error'])[:200] or 'no reason given'}")
    message = text_of(error.get("message"))
    details = error.get("details")
    told = [text_of(details)] if isinstance(details, str) else texts_of(details)
    raise _error_of(url, error.get("code"), " ".join([message, *(each for each in told if each != message)]))


def _error_of(url: str, code: Any, said: str) -> RemoteStatus:
    """The codes are those of HTTP and two of Esri's own; numbers of the server's innards count as 500."""
    number = code if isinstance(code, int) and not isinstance(code, bool) else 500
    status = number if 400 <= number <= 599 else 500
    if status in _TOKENS:
        return RemoteStatus(f"{url} {_TOKENS[status]} ({status}).", status=status)
    told = f"{number}: {said[:500].strip() or 'no reason given'}".rstrip(".")
    return RemoteStatus(f"{url} answered an error ({told}).", status=status)
