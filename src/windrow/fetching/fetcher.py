"""The polite fetcher: turns, attempts and redirects around single exchanges."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from urllib3 import PoolManager

from windrow.errors import (
    HostResting,
    RemoteError,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
)
from windrow.fetching.connecting import Door
from windrow.fetching.exchange import Response, exchange
from windrow.fetching.redaction import hide_bytes, secrets_of
from windrow.fetching.requests import Identity, Request, checked_headers
from windrow.fetching.saying import explain_status, read_retry_after
from windrow.fetching.targets import read_target
from windrow.fetching.turns import PATIENCE, Turns, Wait, pause
from windrow.fetching.watching import Watch
from windrow.model.sources import Credential
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Answer, Check, Manners, Validators

MOST_REDIRECTS = 5
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 30.0


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
    """Implements `windrow.ports.fetching.Fetcher`."""

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

    def _ask(self, request: Request) -> Answer:
        """Asks, and asks again what is worth it, with exponential back-off and full jitter."""
        last: RemoteError | None = None
        for attempt in range(1, self._manners.attempts):
            try:
                return self._follow(request)
            except HostResting as resting:
                raise _name_reason(resting, last) from last
            except RemoteError as error:
                if not error.retryable or (error.retry_after or 0.0) > PATIENCE:
                    raise
                last = error
            self._pause(self._backoff(attempt) if last.retry_after is None else last.retry_after)
        try:
            return self._follow(request)
        except HostResting as resting:
            raise _name_reason(resting, last) from last

    def _backoff(self, attempt: int) -> float:
        return self._outfit.chance() * min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempt - 1, 10)))

    def _pause(self, seconds: float) -> None:
        pause(seconds, check=self._check, wait=self._outfit.wait)

    def _follow(self, request: Request) -> Answer:
        """One attempt: a request and its redirects; the whole time-out covers all its exchanges."""
        seconds = self._manners.whole_timeout
        for _ in range(MOST_REDIRECTS + 1):
            began = time.monotonic()
            response = self._hop(request, seconds)
            if not response.is_redirect:
                return Answer(request.target.url, response.status, response.headers, response.body)
            request = request.redirected(response, self._identity, self._outfit.door.policy)
            seconds = max(0.0, seconds - (time.monotonic() - began))
        raise RemoteStatus(
            f"{request.target.shown} was reached after {MOST_REDIRECTS} redirects and redirects again.",
            status=response.status,
        )

    def _hop(self, request: Request, seconds: float) -> Response:
        """One exchange in its turn; the host's book learns how it went, whatever happens."""
        outfit, host = self._outfit, request.target.authority
        asked = time.monotonic()
        held = outfit.turns.take(host, self._manners, self._check)
        began = time.monotonic()
        ended = Ending("Stopped")
        try:
            response = self._exchange(request, seconds)
            ended = Ending("ok", failed=False, status=response.status, received=response.received)
        except RemoteError as error:
            ended = read_ending(error)
            raise
        finally:
            outfit.turns.give_back(held, failed=ended.failed, quiet_for=ended.quiet_for)
            outfit.observe(_observation(request, ended, asked, began))
        return response

    def _exchange(self, request: Request, seconds: float) -> Response:
        watch = Watch(
            request.target,
            door=self._outfit.door,
            check=self._check,
            connect_timeout=self._manners.connect_timeout,
            read_timeout=self._manners.read_timeout,
            whole_timeout=seconds,
        )
        call = request.call(self._identity)
        response = exchange(self._outfit.pools, call, watch, size_limit=self._manners.size_limit)
        if not request.is_answered_by(response):
            raise self._refusal(request, response)
        return response

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
