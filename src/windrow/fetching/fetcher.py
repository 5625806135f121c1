"""The polite fetcher: turns, attempts and redirects around single exchanges."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from urllib3 import PoolManager

from windrow.errors import (
    HostClosed,
    HostResting,
    RemoteError,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
)
from windrow.fetching.connecting import Door
from windrow.fetching.downloading import Limits, begin
from windrow.fetching.exchange import Response, exchange
from windrow.fetching.redaction import hide_bytes, secrets_of
from windrow.fetching.requests import Identity, Request, checked_headers, range_validator
from windrow.fetching.saying import explain_status, read_retry_after
from windrow.fetching.streaming import Stream, stream
from windrow.fetching.targets import read_target
from windrow.fetching.turns import PATIENCE, Turns, Wait, pause
from windrow.fetching.watching import Watch
from windrow.model.sources import Credential
from windrow.ports.clocks import Clock
from windrow.ports.fetching import SLOWEST, Answer, Beginning, Check, Download, Manners, Reply, Validators

MOST_REDIRECTS = 5
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 30.0

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Observation:
    """One exchange, for counting. `outcome` is `ok` or the error's class name; bytes as on the wire; seconds without
    waiting for the turn, which is `waited`."""

    host: str
    method: str
    outcome: str
    status: int
    received: int
    seconds: float
    waited: float


Observe = Callable[[Observation], None]


def ignore_observation(observation: Observation) -> None:
    """Counts nothing."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """What all fetchers of a process share."""

    turns: Turns
    door: Door
    pools: PoolManager
    clock: Clock
    wait: Wait = time.sleep
    observe: Observe = ignore_observation
    chance: Callable[[], float] = random.random


class PoliteFetcher:
    """Implements `Fetcher`, `Courier`, `Exchanger` and `Downloader` of `windrow.ports.fetching`."""

    def __init__(
        self, outfit: Outfit, manners: Manners, *, identity: Identity, credential: Credential | None, check: Check
    ) -> None:
        self._outfit = outfit
        self._manners = manners
        self._identity = identity
        self._credential = credential
        self._check = check

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        """See the port."""
        target = read_target(url, self._outfit.door.policy, parameters)
        return self._ask(Request("GET", target, checked_headers(headers), validators or Validators()))

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        """See the port."""
        target = read_target(url, self._outfit.door.policy)
        return self._ask(Request("POST", target, checked_headers(headers), body=body, media_type=media_type))

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See the port."""
        target = read_target(url, self._outfit.door.policy)
        given = checked_headers(headers)
        return self._follow(Request(method, target, given, body=body, media_type=media_type, changes=True))

    def exchange(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """See the port."""
        target = read_target(url, self._outfit.door.policy)
        given = checked_headers(headers)
        asked = Request(method, target, given, body=body, media_type=media_type, changes=True, whole=True)
        answered, response = self._follow_to(asked)
        return Reply(answered.target.url, response.status, response.headers, response.reason, response.body)

    @contextmanager
    def download(
        self,
        url: str,
        *,
        size_limit: int,
        unless: Validators | None = None,
        beginning: Beginning | None = None,
        slowest: float = SLOWEST,
    ) -> Iterator[Download]:
        """See the port."""
        target = read_target(url, self._outfit.door.policy)
        if beginning is not None and not (beginning.size and range_validator(beginning.validators)):
            beginning = None
        request = Request("GET", target, {}, unless or Validators(), file=True, beginning=beginning)
        with ExitStack() as under_way:
            yield self._try(lambda: self._begin_download(request, Limits(size_limit, slowest), under_way))

    def _ask(self, request: Request) -> Answer:
        return self._try(lambda: self._follow(request))

    def _try(self, ask: Callable[[], Value]) -> Value:
        """Asks, and asks again what is worth it, with exponential back-off and full jitter."""
        last: RemoteError | None = None
        for attempt in range(1, self._manners.attempts):
            try:
                return ask()
            except HostResting as resting:
                raise _name_reason(resting, last) from last
            except RemoteError as error:
                if not error.retryable or (error.retry_after or 0.0) > PATIENCE:
                    raise
                last = error
            self._pause(self._backoff(attempt) if last.retry_after is None else last.retry_after)
        try:
            return ask()
        except HostResting as resting:
            raise _name_reason(resting, last) from last

    def _backoff(self, attempt: int) -> float:
        return self._outfit.chance() * min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempt - 1, 10)))

    def _pause(self, seconds: float) -> None:
        pause(seconds, check=self._check, wait=self._outfit.wait)

    def _follow(self, request: Request) -> Answer:
        answered, response = self._follow_to(request)
        return Answer(answered.target.url, response.status, response.headers, response.body)

    def _follow_to(self, request: Request) -> tuple[Request, Response]:
        """One attempt: a request and its redirects; the whole time-out covers all its exchanges.

        Gives the request that was answered in the end, and its answer.
        """
        seconds = self._manners.whole_timeout
        changes = request.changes
        for hop in range(MOST_REDIRECTS + 1):
            began = time.monotonic()
            try:
                response = self._hop(request, seconds)
            except HostClosed as closed:
                if not (hop and changes):
                    raise
                # Not to be asked again as if nothing had been sent: the first server may have done it.
                raise RemoteUnreachable(f"The answer to a change sent on to another address. {closed}") from closed
            if not response.is_redirect:
                return request, response
            request = request.redirected(response, self._identity, self._outfit.door.policy)
            seconds = max(0.0, seconds - (time.monotonic() - began))
        raise _astray(request, response.status)

    def _begin_download(self, request: Request, limits: Limits, under_way: ExitStack) -> Download:
        """One attempt to have a file come in: a request and its redirects. Its turn lasts as long as `under_way`."""
        status = 0
        for _ in range(MOST_REDIRECTS + 1):
            with ExitStack() as hop:
                answer = hop.enter_context(self._stream_hop(request))
                status = answer.head.status
                if answer.head.is_redirect:
                    request = request.redirected(answer.head, self._identity, self._outfit.door.policy)
                    continue
                if (download := begin(request, answer, limits)) is not None:
                    under_way.push(hop.pop_all())
                    return download
                # What is here belongs to another version, or the server does not know what it says.
                request = replace(request, beginning=None)
        raise _astray(request, status)

    def _hop(self, request: Request, seconds: float) -> Response:
        """One exchange in its turn."""
        with self._turn(request) as ended:
            call, watch = request.call(self._identity), self._watch(request, seconds)
            response = exchange(self._outfit.pools, call, watch, size_limit=self._manners.size_limit)
            if not request.is_answered_by(response):
                raise self._refusal(request, response)
            ended(response.status, response.received)
        return response

    @contextmanager
    def _stream_hop(self, request: Request) -> Iterator[Stream]:
        """The same for an answer that comes piece by piece: the turn lasts until all of it was taken."""
        with self._turn(request) as ended:
            watch = self._watch(request, self._manners.whole_timeout)
            with stream(self._outfit.pools, request.call(self._identity), watch) as answer:
                if not request.is_answered_by(answer.head):
                    raise self._refusal(request, answer.head)
                yield answer
                ended(answer.head.status, answer.received)

    @contextmanager
    def _turn(self, request: Request) -> Iterator[Callable[[int, int], None]]:
        """Waits for the host's turn; its book learns how the exchange went, whatever happens.

        Gives what is to be called with the status and the bytes received when it went well.
        """
        outfit, host = self._outfit, request.target.authority
        asked = time.monotonic()
        held = outfit.turns.take(host, self._manners, self._check)
        began = time.monotonic()
        ending = Ending("Stopped")

        def note(status: int, received: int) -> None:
            nonlocal ending
            ending = Ending("ok", failed=False, status=status, received=received)

        try:
            yield note
        except RemoteError as error:
            ending = read_ending(error)
            raise
        finally:
            outfit.turns.give_back(held, failed=ending.failed, quiet_for=ending.quiet_for)
            outfit.observe(_observation(request, ending, asked, began))

    def _watch(self, request: Request, seconds: float) -> Watch:
        return Watch(
            request.target,
            door=self._outfit.door,
            check=self._check,
            connect_timeout=self._manners.connect_timeout,
            read_timeout=self._manners.read_timeout,
            whole_timeout=seconds,
        )

    def _refusal(self, request: Request, response: Response) -> RemoteStatus:
        secrets = secrets_of(self._credential, request.target.url, request.headers)
        said = explain_status(response.status, response.reason, response.headers, response.body, secrets)
        hint = ""
        if response.status in (401, 403):
            hint = _credential_hint(self._identity, request)
        error = RemoteStatus(
            f"{request.target.shown} answered {said}{'' if said.endswith(('.', '…', '!')) else '.'}{hint}",
            status=response.status,
            body=hide_bytes(response.body, secrets),
        )
        if error.retryable:
            error.retry_after = read_retry_after(response.headers, self._outfit.clock())
        return error


def _name_reason(resting: HostResting, last: RemoteError | None) -> HostResting:
    """A host that went to rest between two attempts: the first attempt's error tells why."""
    return resting if last is None else HostResting(f"{resting} Lately: {last}", retry_after=resting.retry_after)


def _astray(request: Request, status: int) -> RemoteStatus:
    return RemoteStatus(
        f"{request.target.shown} was reached after {MOST_REDIRECTS} redirects and redirects again.", status=status
    )


def _credential_hint(identity: Identity, request: Request) -> str:
    if identity.credential is None:
        return " The source has no credential."
    if request.is_trusted(identity):
        return " The source's credential was sent; is it right?"
    return " The source's credential was not sent, because this is not the source's own scheme, host and port."


@dataclass(frozen=True, slots=True)
class Ending:
    """How an exchange ended: for the host's book (see `Hosts.give_back`) and for counting."""

    outcome: str
    failed: bool | None = None
    quiet_for: float | None = None
    status: int = 0
    received: int = 0


def read_ending(error: RemoteError) -> Ending:
    """What an error says about its host: a 404 is an answer like any other, a 503 or a hang is a failure."""
    name = type(error).__name__
    match error:
        case RemoteStatus(status=429 | 503 as status):
            return Ending(name, failed=status == 503, quiet_for=error.retry_after, status=status)
        case RemoteStatus(status=status):
            return Ending(name, failed=status >= 500, status=status)
        case RemoteUnreachable() | RemoteTimeout() | RemoteUnreadable():
            return Ending(name, failed=True)
        case RemoteTooLarge():
            return Ending(name, failed=False)
        case _:
            return Ending(name)


def _observation(request: Request, ended: Ending, asked: float, began: float) -> Observation:
    return Observation(
        host=request.target.authority,
        method=request.method,
        outcome=ended.outcome,
        status=ended.status,
        received=ended.received,
        seconds=time.monotonic() - began,
        waited=began - asked,
    )
