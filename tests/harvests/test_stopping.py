"""A harvest stops within two seconds of a cancel, wherever it stands; what was committed stays."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.harvests.farm import TENDER, Farm, wait_for
from tests.harvests.protocols import OaiServer
from tests.remotes.scripts import Script, drip, hang, hang_in_body, status
from tests.remotes.server import Remote
from windrow.model.runs import RunState

SOON = 2.0


STANDS: dict[str, Callable[[], Script]] = {
    "while the remote hangs": hang,
    "while it hangs in mid-answer": lambda: hang_in_body(b"<OAI-PMH>"),
    "while it drips": lambda: drip(b"<OAI-PMH/>" * 100, 0.1),
    "while a page waits for its next try": lambda: status(500),
    "while the host asks for quiet": lambda: status(503, retry_after="50"),
}


@pytest.mark.parametrize("stand", STANDS)
def test_a_cancel_takes_effect_soon(farm: Farm, remote: Remote, stand: str) -> None:
    farm.assembly.fetcher_maker.changes = {"attempts": 3}  # type: ignore[attr-defined]  # the farm's own maker
    server = OaiServer(remote)
    server.on_page(2, STANDS[stand]())
    source = farm.add("oai_pmh", server.url, policies=replace(TENDER, page_attempts=10))
    run = farm.start(source)
    worker = threading.Thread(target=farm.finish, args=(run,))
    worker.start()
    wait_for(lambda: farm.run(run.id).progress.done == 3 and len(remote.seen) >= 4)

    asked = time.monotonic()
    farm.assembly.windrow.runs.cancel(farm.principal, run.id)
    worker.join(20)
    took = time.monotonic() - asked

    ended = farm.run(run.id)
    assert (ended.state, ended.progress.counts) == (RunState.CANCELLED, {"added": 3})
    assert took < SOON
    assert len(farm.titles(source)) == 3


def test_a_cancel_takes_effect_while_the_run_waits_for_its_hosts_turn(farm: Farm, remote: Remote) -> None:
    server = OaiServer(remote)
    source = farm.add("oai_pmh", server.url, policies=replace(TENDER, concurrency=1))
    hosts = farm.assembly.store.hosts
    turn = hosts.ask_turn(remote.host, now=farm.clock(), requests_per_second=0, concurrency=1, hold=10_000)
    assert turn.ticket, "somebody else asks the host just now"
    run = farm.start(source)
    worker = threading.Thread(target=farm.finish, args=(run,))
    worker.start()
    wait_for(lambda: farm.run(run.id).state is RunState.RUNNING)

    asked = time.monotonic()
    farm.assembly.windrow.runs.cancel(farm.principal, run.id)
    worker.join(20)

    assert farm.run(run.id).state is RunState.CANCELLED
    assert time.monotonic() - asked < SOON
    assert remote.seen == []


def test_a_resting_run_is_cancelled_at_once(farm: Farm, remote: Remote) -> None:
    server = OaiServer(remote)
    server.on_page(2, status(503, retry_after="3600"))
    source = farm.add("oai_pmh", server.url, policies=replace(TENDER, page_attempts=10))
    run = farm.start(source)
    farm.performer.perform(run.id)
    assert farm.run(run.id).state is RunState.SCHEDULED

    cancelled = farm.assembly.windrow.runs.cancel(farm.principal, run.id)

    assert cancelled.state is RunState.CANCELLED
    server.spoil = lambda arguments: None
    assert farm.harvest(source).state is RunState.SUCCEEDED, "its place is free again"
