"""Sending: requests of a sequence go out by polite couriers, and their answers become plain JSON for the journal."""

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from windrow.errors import Draining, RemoteError
from windrow.ports.fetching import ErrandsMaker, Exchanger, Manners, Reply

NEVER_SENT = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
"""Headers that say how a request travels: ours to set, and tricks in other hands."""


MOST_COURIERS = 100
"""Couriers that one run keeps."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes out.

    idempotent  whether it may be sent again when nobody knows what became of it
    secrets     named secrets that stand in it, to be hidden wherever it is told of
    expect      statuses from 400 on that are no error
    seconds     how long its answer may take; None for the courier's manners
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    media_type: str = ""
    idempotent: bool = False
    secrets: tuple[str, ...] = ()
    seconds: float | None = None
    expect: frozenset[int] = frozenset()


class Sender(Protocol):
    """Sends one request and waits for its answer."""

    def __call__(self, path: str, asked: Asked) -> Reply:
        """`path` is that of the step. Raises `RemoteError` and `Stopped`; a status is no error."""
        ...


class CourierSender:
    """Sends by the polite couriers."""

    def __init__(self, make: ErrandsMaker, manners: Manners, check: Callable[[], None]) -> None:
        self._make = make
        self._manners = manners
        self._check = check
        # To make one takes a third of the time of a quick answer; it serves several threads.
        self._couriers: dict[tuple[str, float | None, bool], Exchanger] = {}

    def __call__(self, path: str, asked: Asked) -> Reply:  # noqa: ARG002 - who answers from a file needs the path
        """See `Sender`."""
        courier = self._courier(asked)
        return courier.exchange(
            asked.method,
            asked.url,
            asked.body,
            media_type=asked.media_type,
            headers={name: value for name, value in asked.headers.items() if name.lower() not in NEVER_SENT},
        )

    def _courier(self, asked: Asked) -> Exchanger:
        # Whether an address may be asked is looked at for each request, and where it really leads: not here alone.
        key = (_place_of(asked.url), asked.seconds, asked.idempotent)
        if key not in self._couriers:
            if len(self._couriers) >= MOST_COURIERS:
                self._couriers.clear()
            self._couriers[key] = self._make_courier(asked)
        return self._couriers[key]

    def _make_courier(self, asked: Asked) -> Exchanger:
        manners = self._manners
        if asked.seconds is not None:
            manners = replace(manners, read_timeout=asked.seconds, whole_timeout=asked.seconds)
        return self._make(
            manners, origin=asked.url, credential=None, check=self._check if asked.idempotent else self._check_patiently
        )

    def _check_patiently(self) -> None:
        """A worker that ends in good order waits for the answer to what may not be sent twice."""
        with suppress(Draining):
            self._check()


def _place_of(url: str) -> str:
    """Scheme, host and port as they are written."""
    return "/".join(url.split("/", 3)[:3])


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """An answer for the journal."""
    try:
        body: dict[str, Any] = {"text": reply.body.decode()}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(reply.body).decode()}
    return {"status": reply.status, "reason": reply.reason, "url": reply.url, "headers": dict(reply.headers), **body}


def reply_from_json(kept: Mapping[str, Any]) -> Reply:
    """The answer as it was."""
    body = kept["text"].encode() if "text" in kept else base64.b64decode(kept.get("base64", ""))
    headers = {str(name).lower(): str(value) for name, value in kept.get("headers", {}).items()}
    return Reply(kept.get("url", ""), kept["status"], headers, kept.get("reason", ""), body)


def error_to_json(error: RemoteError) -> dict[str, Any]:
    """A request that got no answer, for the journal."""
    return {"failed": str(error), "retryable": error.retryable}


class NoAnswer(RemoteError):
    """A request that got no answer in an earlier attempt at the run."""

    def __init__(self, message: str, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable
