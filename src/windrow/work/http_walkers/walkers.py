"""The walkers of live servers, as everything else here knows walkers: called once, whatever happens on the way."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from windrow.errors import Draining, RemoteError
from windrow.model.runs import Level
from windrow.ports.fetching import Manners, Reply
from windrow.ports.walkers import Walk, Walker, WalkerFailed
from windrow.work.http_walkers.asking import Answered, Asked, calling, hide, read_answer, read_token, signing_in
from windrow.work.http_walkers.reading import HttpWalker, read_file

CALLED = "called"
"""What the run remembers before the call goes out: an attempt that finds it knows that there was one."""

LARGEST = 16 << 20
"""Bytes of an answer."""


def load_http_walkers(file: Path) -> Iterator[tuple[str, Walker]]:
    """Every walker that the file names, with the server that it is called on. Raises `BadInput`."""
    for each in read_file(file):
        yield each.url, Walker(each.name, _caller(each), each.schema, each.version, each.description, each.queued)


def _caller(walker: HttpWalker) -> Callable[[Walk], None]:
    def call(walk: Walk) -> None:
        _refuse_second(walker, walk)
        token = walker.token or (_sign_in(walker, walk) if walker.username else "")
        walk.check()
        walk.work.remember({CALLED: True})
        asked = calling(walker, walk.context, token)
        reply = _send(walker, walk, asked, check=_patient(walk.check))
        walk.log(Level.INFO, f"{walker.walker} on {walker.url}: {reply.status} {reply.reason}", bytes=len(reply.body))
        _take(walk, read_answer(walker.api, reply.status, reply.reason, hide(reply.body, [token, walker.password])))

    return call


def _refuse_second(walker: HttpWalker, walk: Walk) -> None:
    if not walker.repeat and walk.work.recall().get(CALLED):
        told = "An earlier attempt at this run had called it, and nobody knows what became of that call"
        raise WalkerFailed(f"{told}: look there, and run it again if it is safe to (repeat = true does so by itself).")


def _sign_in(walker: HttpWalker, walk: Walk) -> str:
    reply = _send(walker, walk, signing_in(walker), check=walk.check)
    token = read_token(reply.status, reply.body)
    if not token:
        raise WalkerFailed(f"{walker.url} did not let {walker.username} in: it answered {reply.status} {reply.reason}.")
    return token


def _send(walker: HttpWalker, walk: Walk, asked: Asked, *, check: Callable[[], None]) -> Reply:
    manners = Manners(
        requests_per_second=0,
        read_timeout=walker.seconds,
        whole_timeout=walker.seconds,
        size_limit=LARGEST,
        attempts=1,
    )
    try:
        errands = walk.work.errands_maker(manners, origin=walker.url, credential=None, check=check)
        return errands.exchange(
            "POST", asked.url, asked.body, media_type="application/json", headers=dict(asked.headers)
        )
    except RemoteError as error:
        raise WalkerFailed(str(error)) from error


def _patient(check: Callable[[], None]) -> Callable[[], None]:
    """A worker that ends in good order waits for the answer to what may not be sent twice."""

    def wait() -> None:
        with suppress(Draining):
            check()

    return wait


def _take(walk: Walk, answered: Answered) -> None:
    """Makes a server's answer the walk's own."""
    walk.anchor, walk.state = answered.anchor, _kept(answered.state)
    walk.status_code, walk.custom = answered.status_code, answered.custom
    for each in answered.reports:
        walk.report(each)
    if answered.error:
        raise WalkerFailed(answered.error, answered.trace)


def _kept(state: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if state is None else {name: value for name, value in state.items() if not name.startswith("_")}
