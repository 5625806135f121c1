"""A remote that exists only in this process, and the fetcher that asks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from windrow.errors import RemoteStatus
from windrow.model.sources import Credential
from windrow.ports.fetching import Answer, Check, Manners, Validators


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `headers` are the kind's own."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Saying: TypeAlias = bytes | str | int | Exception | Answer
"""A body, an HTTP status that is no success, an error to raise, or a whole answer with its headers."""

Reply: TypeAlias = Saying | Callable[[Asked], Saying]
"""What a remote says, or what decides it by the request."""


@dataclass
class Remote:
    """Answers by URL, query included; what has none is not found (404). It is asked by a fetcher of its own.

    answers   may be changed between two harvests, and even while one runs
    instead   where set, all that it says, whatever it is asked
    asked     every request, in the order of arrival

    An answer with an `etag` or `last-modified` among its headers says 304 to whom has it.

    >>> remote = Remote({"https://example.org/all.jsonl": b'{"id": 1}'})
    """

    answers: Mapping[str, Reply] = field(default_factory=dict)
    instead: Reply | None = None
    asked: list[Asked] = field(default_factory=list)

    def __call__(
        self, manners: Manners, *, origin: str, credential: Credential | None, check: Check
    ) -> "ScriptedFetcher":
        """Makes the fetcher of one run, as `windrow.ports.fetching.FetcherMaker` says."""
        del manners, origin, credential
        return ScriptedFetcher(self, check)

    @property
    def urls(self) -> list[str]:
        """What was asked for."""
        return [each.url for each in self.asked]

    def answer(self, asked: Asked, validators: Validators) -> Answer:
        """What it says to one request. Raises what it was told to raise, and `RemoteStatus`."""
        self.asked.append(asked)
        reply = self.answers.get(asked.url, 404) if self.instead is None else self.instead
        said = reply(asked) if callable(reply) else reply
        match said:
            case Exception():
                raise said
            case int():
                raise RemoteStatus(f"{asked.url} answered {said}.", status=said)
            case Answer():
                answer = said
            case _:
                body = said.encode() if isinstance(said, str) else said
                answer = Answer(asked.url, 200, {}, body)
        known = validators != Validators() and answer.validators == validators
        return Answer(answer.url, 304, answer.headers, b"") if known else answer


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class ScriptedFetcher:
    """Asks a `Remote`, at once and once; otherwise as `windrow.ports.fetching.Fetcher` says.

    Each is one of its own, as those of real runs are: a kind may tie to it what belongs to the run.
    """

    remote: Remote
    check: Check = lambda: None

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        """GET; `parameters` stand in the URL that the remote sees, in their order."""
        self.check()
        if parameters:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
        return self.remote.answer(Asked("GET", url, headers=dict(headers or {})), validators or Validators())

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """POST."""
        self.check()
        sent = {"Content-Type": media_type, **(headers or {})}
        return self.remote.answer(Asked("POST", url, body, sent), Validators())
