"""Requests that every step makes alike, and errors that come with status 200."""

from typing import Any

from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.formats import json
from windrow.formats.json import object_of, text_of, texts_of
from windrow.ports.fetching import Answer, Fetcher, Validators

_START = 400
_REMEDIES = {
    401: "asks for a sign-in",
    403: "may not be read by this source",
    498: "refuses the token that it was given",
    499: "needs a token; give the source a credential, or leave this service out",
}


def get(fetcher: Fetcher, url: str, query: str = "", *, validators: Validators | None = None) -> Answer:
    """GET as JSON, with what the source's URL wants sent along. Raises `RemoteError`, also for errors with 200."""
    answer = fetcher.get(f"{url}?{query}&f=json" if query else f"{url}?f=json", validators=validators)
    # Error bodies are short and begin with the word: other documents need not be read twice.
    if not answer.not_modified and b"error" in answer.body[:_START]:
        read_document(answer)
    return answer


def read_document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises `RemoteUnreadable` for what is none, `RemoteStatus` for an error body."""
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    document = json.parse_object(answer.body, charset)
    _refuse_error(document, answer.url.partition("?")[0])
    return document


def describe(document: dict[str, Any]) -> str:
    """What a document that was not expected is, for an error's text."""
    return f"an object with {', '.join(text_of(each)[:40] for each in list(document)[:5]) or 'nothing'}"


def _refuse_error(document: dict[str, Any], url: str) -> None:
    error = object_of(document.get("error"))
    if error:
        details = [each for each in texts_of(error.get("details")) if each != text_of(error.get("message"))]
        raise _error_of(url, error.get("code"), " ".join([text_of(error.get("message")), *details]))
    if document.get("status") == "error":  # as its administration and its proxies spell it
        raise _error_of(url, document.get("code"), " ".join(texts_of(document.get("messages"))))
    if "error" in document and document["error"] and len(document) <= _FEW:
        raise RemoteUnreadable(f"{url} answered an error: {text_of(document['error'])[:200] or 'no reason given'}")


_FEW = 3


def _error_of(url: str, code: Any, said: str) -> RemoteStatus:
    """The API's codes are those of HTTP and two of its own; numbers of the server's innards count as 500."""
    number = code if isinstance(code, int) and not isinstance(code, bool) else 500
    status = number if 400 <= number <= 599 else 500
    told = f"{number}: {said[:300].strip() or 'no reason given'}".rstrip(".")
    return RemoteStatus(f"{url} {_REMEDIES.get(status, 'answered an error')} ({told}).", status=status)
