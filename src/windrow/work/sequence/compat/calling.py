"""Requests of the compat dialect, as Jaseci's client library sent them, and its words for what went wrong."""

import json
import re
from typing import Any, Protocol
from urllib.parse import urlsplit

from windrow.ports.fetching import Reply
from windrow.work.sequence.sending import Asked

_NAME = re.compile(r"[^:\s][^:\r\n]*")
_VALUE = re.compile(r"\S[^\r\n]*|")
_DEFAULT_CHARSET = "iso-8859-1"


class StatusError(Exception):
    """An answer with a status from 400 to 599."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        side = "Client" if reply.status < 500 else "Server"
        super().__init__(f"{reply.status} {side} Error: {reply.reason} for url: {reply.url}")


class Interface(Protocol):
    """What a request with the method JAC is answered by: the operations of this installation, by their names."""

    def __call__(self, api: Any, body: Any, master: Any) -> Any:
        """Plain JSON. `master` is what the document says; an installation decides itself as whom it acts."""
        ...


def no_interface(api: Any, body: Any, master: Any) -> Any:  # noqa: ARG001 - as the protocol has it
    """Where there are no such operations: answered as by an installation that knows no operation of the name."""
    if master is not None:
        raise AttributeError("'NoneType' object has no attribute 'general_interface_to_api'")
    told = f"{api} not a valid API"
    return {"response": told, "success": False, "errors": [told]}


def post(request: Any) -> Asked:
    """A POST: its body is JSON, `{}` unless there is another; null sends none."""
    url = _checked_url(request["api"])
    body = request.get("body", {})
    written = None if body is None else json.dumps(body, allow_nan=False).encode()
    headers = _headers(request)
    given = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), "application/json")
    if written is None:
        return Asked("POST", url, headers, None, idempotent=_may_repeat(request))
    return Asked("POST", url, headers, written, given, idempotent=_may_repeat(request))


def get(request: Any) -> Asked:
    """A GET: a body is never sent."""
    url = _checked_url(request["api"])
    return Asked("GET", url, _headers(request), idempotent=True)


def read(reply: Reply) -> Any:
    """The value of an answer: JSON where its type says so in exactly these letters, else its text.

    Raises `StatusError`, `TypeError` for an answer without a type, `ValueError` for what is no JSON.
    """
    if 400 <= reply.status < 600:
        raise StatusError(reply)
    kind = reply.headers.get("content-type")
    if kind is None:
        raise TypeError("argument of type 'NoneType' is not iterable")
    if "application/json" in kind:
        return json.loads(_decode(reply.body, _charset(kind) or json.detect_encoding(reply.body)))
    default = _DEFAULT_CHARSET if "text" in kind else "utf-8"
    return _decode(reply.body, _charset(kind) or default)


def describe(error: Exception) -> dict[str, Any]:
    """What is saved of an error."""
    if isinstance(error, StatusError):
        return {"status": error.reply.status, "message": error.reply.reason}
    return {"worker_error": str(error)}


def _may_repeat(request: Any) -> bool:
    return request.get("idempotent") is True


def _charset(kind: str) -> str:
    for each in kind.split(";")[1:]:
        name, _, value = each.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" '\"")
    return ""


def _decode(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _checked_url(given: Any) -> str:
    url = str(given).lstrip()
    if ":" in url and not url.lower().startswith("http"):
        raise ValueError(f"No connection adapters were found for {url!r}")
    parts = urlsplit(url)
    if not parts.scheme:
        raise ValueError(f"Invalid URL {url!r}: No scheme supplied. Perhaps you meant https://{url}?")
    if not parts.netloc:
        raise ValueError(f"Invalid URL {url!r}: No host supplied")
    return url


def _headers(request: Any) -> dict[str, str]:
    given = request.get("header", {})
    headers: dict[str, str] = {}
    for name, value in ({} if given is None else given).items():
        if value is None:
            continue  # null takes a header away
        _check_header(name, name, value, "name", _NAME)
        _check_header(value, name, value, "value", _VALUE)
        headers[name] = value
    return headers


def _check_header(part: Any, name: Any, value: Any, word: str, form: re.Pattern[str]) -> None:
    if not isinstance(part, str):
        told = f"Header part ({part!r}) from ({name!r}, {value!r}) must be of type str or bytes, not {type(part)}"
        raise TypeError(told)
    if not form.fullmatch(part):
        told = "Invalid leading whitespace, reserved character(s), or return character(s) in header"
        raise ValueError(f"{told} {word}: {part!r}")
