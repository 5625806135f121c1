"""The connection: requests with credentials, answers as shapes, problems as exceptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson
import urllib3
from pydantic import BaseModel, TypeAdapter

from windrow.client.errors import ApiError, Unreachable
from windrow.wire.shapes import ListOf, Problem

Shape = TypeVar("Shape")

PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class File:
    """What is sent as it is, and not as JSON."""

    content: bytes | BinaryIO


class Connection:
    """Sends requests to one server. `base_url` is where Windrow answers, without `/api/v1`."""

    def __init__(self, base_url: str, *, token: str | None, basic: tuple[str, str] | None, timeout: float) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{base_url!r} is not a whole http or https URL")
        self._root = base_url.rstrip("/") + "/api/v1"
        self._headers = {"Accept": "application/json", **_authorization(token, basic)}
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(timeout), retries=False)

    def get(self, shape: type[Shape], path: str, **query: object) -> Shape:
        """Reads one shape."""
        return self._shaped(shape, "GET", path, query=query)

    def send(self, shape: type[Shape], method: str, path: str, body: BaseModel | None = None) -> Shape:
        """Sends one shape and reads the answer's."""
        content = None if body is None else body.model_dump(mode="json", exclude_unset=True)
        return self._shaped(shape, method, path, content=content)

    def send_file(
        self, shape: type[Shape], method: str, path: str, content: bytes | BinaryIO, **query: object
    ) -> Shape:
        """Sends a file as it is, from where it stands, and reads the answer's shape."""
        return self._shaped(shape, method, path, query=query, content=File(content))

    def send_for_any(self, shape: type[Shape], method: str, path: str) -> Shape | None:
        """Asks for something to be done, and reads what it was done with; None when there was nothing."""
        answer = self._request(method, path)
        return None if answer.data == b"null" else TypeAdapter(shape).validate_json(answer.data)

    def call(self, method: str, path: str, body: BaseModel | None = None) -> None:
        """Sends a request whose answer holds nothing."""
        content = None if body is None else body.model_dump(mode="json", exclude_unset=True)
        self._request(method, path, content=content)

    def walk(self, shape: type[Shape], path: str, **query: object) -> Iterator[Shape]:
        """Every item of a list, page after page, as they are asked for."""
        cursor: str | None = None
        while True:
            page = self.get(ListOf[shape], path, **query, cursor=cursor)  # type: ignore[valid-type]
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def stream(self, path: str, **query: object) -> Iterator[bytes]:
        """A file, piece by piece."""
        yield from _pieces(self._request("GET", path, query=query, preload=False))

    def events(self, path: str, *, last: int | None = None) -> Iterator[tuple[str, Any]]:
        """Server-sent events after the one numbered `last`: (name, data), until the server ends them."""
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
        answer = self._request("GET", path, preload=False, headers=headers)
        name = ""
        for line in _lines(_pieces(answer)):
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, orjson.loads(value)

    def close(self) -> None:
        """Gives the connections back."""
        self._pool.clear()

    def _shaped(
        self,
        shape: type[Shape],
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        content: Any = None,
    ) -> Shape:
        answer = self._request(method, path, query=query, content=content)
        return TypeAdapter(shape).validate_json(answer.data)

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        content: Any = None,
        preload: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        sent = {**self._headers, **(headers or {})}
        body: Any = None
        if isinstance(content, File):
            sent["Content-Type"] = "application/octet-stream"
            body = content.content
        elif content is not None:
            sent["Content-Type"] = "application/json"
            body = orjson.dumps(content)
        fields = [pair for name, value in (query or {}).items() for pair in _pairs(name, value)]
        url = self._root + path + ("?" + urlencode(fields) if fields else "")
        try:
            answer = self._pool.request(method, url, body=body, headers=sent, preload_content=preload)
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"{method} {url} got no answer: {error}") from error
        if answer.status >= 400:
            raise ApiError(_problem(answer))
        return answer


def _authorization(token: str | None, basic: tuple[str, str] | None) -> dict[str, str]:
    if token is not None:
        return {"Authorization": f"Bearer {token}"}
    if basic is not None:
        return urllib3.make_headers(basic_auth=":".join(basic))
    return {}


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    for each in value if isinstance(value, list | tuple | set | frozenset) else [value]:
        yield name, _text(each)


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The content as it comes. Raises `Unreachable` when it breaks off."""
    try:
        yield from answer.stream(PIECE)
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(f"The answer broke off: {error}") from error
    finally:
        # What was not read to its end cannot carry another request.
        answer.close()


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    kept = b""
    for piece in pieces:
        *lines, kept = (kept + piece).split(b"\n")
        yield from (line.decode() for line in lines)


def _problem(answer: urllib3.BaseHTTPResponse) -> Problem:
    try:
        return Problem.model_validate_json(answer.data)
    except ValueError:
        told = answer.data[:500].decode(errors="replace")
        return Problem(type="about:blank", title=answer.reason or "Error", status=answer.status, detail=told)
