"""What every engine does, with real processes: starts at once, stops at once, goes on after whatever dies."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.engines.choosing import ENGINES, choose_engine
from tests.engines.installation import PATIENT, Installation, installed, is_alive
from tests.harvests.farm import wait_for
from tests.harvests.protocols import OaiServer, items
from tests.remotes.scripts import hang, reply
from tests.remotes.server import Remote
from tests.sources.oai_pmh.repository import Repository
from windrow.core.source_drafts import SourceDraft
from windrow.model.runs import RunState
from windrow.model.schedules import Overlap, Schedule
from windrow.model.sources import Source
from windrow.model.triggers import Interval
from windrow.model.workers import WorkerRole
from windrow.ports.runs import RunFilter


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all tests of this module, by engine."""
    database, environment = choose_engine(request, request.param)
    with installed(tmp_path_factory.mktemp("up") / "data", database=database, environment=environment) as running:
        yield running


def slow_server(remote: Remote, *, seconds: float = 0.15, count: int = 40) -> OaiServer:
    """Two records a page, each page after a moment."""
    server = OaiServer(remote, Repository(items(count), page=2))

    def spoil(arguments: object) -> None:
        remote.closing.wait(seconds)

    server.spoil = spoil
    return server


def unscheduled(engine: Installation, source: Source) -> SourceDraft:
    """The source as it is, without its schedule."""
    view = engine.assembly.windrow.sources.view(engine.principal, source.id)
    return replace(view.draft, schedule=None)


def test_a_run_starts_at_once_and_ends_well(engine: Installation, remote: Remote) -> None:
    source = engine.add("oai_pmh", OaiServer(remote).url)

    run = engine.wait_for(engine.harvest(source))

    assert (run.state, run.progress.counts, run.attempt) == (RunState.SUCCEEDED, {"added": 12}, 1)
    assert run.started_at is not None
    assert (run.started_at - run.created_at).total_seconds() < 2
    engine.assert_sound()


def test_many_runs_are_shared_by_the_workers(engine: Installation, remote: Remote) -> None:
    server = slow_server(remote, seconds=0.02, count=12)
    runs = [engine.harvest(engine.add("oai_pmh", server.url)) for _ in range(8)]
    busy: set[str] = set()

    def all_ended() -> bool:
        now = [engine.run(each) for each in runs]
        busy.update(each.worker_id for each in now if each.state is RunState.RUNNING)
        return all(each.state.is_terminal for each in now)

    wait_for(all_ended, 60)

    assert [engine.run(each).state for each in runs] == [RunState.SUCCEEDED] * 8
    assert len(busy) >= 2
    engine.assert_sound()


def test_a_cancel_takes_effect_within_two_seconds_while_the_remote_hangs(engine: Installation, remote: Remote) -> None:
    server = OaiServer(remote)
    server.on_page(2, hang())
    run = engine.harvest(engine.add("oai_pmh", server.url))
    wait_for(lambda: engine.run(run).progress.done == 3)

    asked = time.monotonic()
    engine.assembly.windrow.runs.cancel(engine.principal, run.id)
    ended = engine.wait_for(run)

    assert (ended.state, ended.progress.done) == (RunState.CANCELLED, 3)
    assert time.monotonic() - asked < 2
    engine.assert_sound()


def test_a_killed_workers_run_goes_on_from_its_last_page(engine: Installation, remote: Remote) -> None:
    source = engine.add("oai_pmh", slow_server(remote).url)
    run = engine.harvest(source)
    wait_for(lambda: engine.run(run).progress.done >= 6)
    holder = engine.run(run).worker_id
    (worker,) = [each for each in engine.living(WorkerRole.WORKER) if each.id == holder]

    killed = time.monotonic()
    engine.kill(worker)
    wait_for(lambda: engine.run(run).attempt == 2)
    took = time.monotonic() - killed
    ended = engine.wait_for(run)

    assert took < 8
    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": 40})
    assert len(engine.titles(source)) == 40
    first_pages = [each for each in remote.seen if each.query.get("verb") == "ListRecords"]
    assert len(first_pages) < 20 + 8, "what was committed was not asked for again"
    wait_for(lambda: len(engine.living(WorkerRole.WORKER)) == 2)
    engine.assert_sound()


def test_a_worker_that_is_asked_to_end_gives_its_run_to_another(engine: Installation, remote: Remote) -> None:
    run = engine.harvest(engine.add("oai_pmh", slow_server(remote).url))
    wait_for(lambda: engine.run(run).progress.done >= 6)
    holder = engine.run(run).worker_id
    (worker,) = [each for each in engine.living(WorkerRole.WORKER) if each.id == holder]

    os.kill(worker.pid, signal.SIGTERM)
    ended = engine.wait_for(run)

    assert (ended.state, ended.progress.counts, ended.failures) == (RunState.SUCCEEDED, {"added": 40}, 0)
    assert ended.attempt == 2
    wait_for(lambda: len(engine.living(WorkerRole.WORKER)) == 2)
    engine.assert_sound()


def test_a_worker_that_is_stopped_from_outside_gives_its_run_to_another(engine: Installation, remote: Remote) -> None:
    run = engine.harvest(engine.add("oai_pmh", slow_server(remote).url))
    wait_for(lambda: engine.run(run).progress.done >= 6)
    holder = engine.run(run).worker_id

    engine.assembly.windrow.runs.stop(engine.principal, holder)
    ended = engine.wait_for(run)

    assert (ended.state, ended.attempt, ended.failures) == (RunState.SUCCEEDED, 2, 0)
    assert ended.worker_id != holder
    wait_for(lambda: len(engine.living(WorkerRole.WORKER)) == 2)
    engine.assert_sound()


def test_a_worker_that_drains_finishes_what_it_has(engine: Installation, remote: Remote) -> None:
    run = engine.harvest(engine.add("oai_pmh", slow_server(remote).url))
    wait_for(lambda: engine.run(run).progress.done >= 6)
    holder = engine.run(run).worker_id

    engine.assembly.windrow.runs.drain(engine.principal, holder)
    ended = engine.wait_for(run)

    assert (ended.state, ended.attempt) == (RunState.SUCCEEDED, 1)
    wait_for(lambda: holder not in [each.id for each in engine.living(WorkerRole.WORKER)])
    wait_for(lambda: len(engine.living(WorkerRole.WORKER)) == 2)
    engine.assert_sound()


def test_a_frozen_workers_run_is_taken_over_and_what_it_still_does_counts_for_nothing(
    engine: Installation, remote: Remote
) -> None:
    source = engine.add("oai_pmh", slow_server(remote).url)
    run = engine.harvest(source)
    wait_for(lambda: engine.run(run).progress.done >= 6)
    holder = engine.run(run).worker_id
    (worker,) = [each for each in engine.living(WorkerRole.WORKER) if each.id == holder]

    os.kill(worker.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: engine.run(run).attempt == 2, 30)
    finally:
        with suppress(ProcessLookupError):  # frozen with the write lock in its hand, it was killed
            os.kill(worker.pid, signal.SIGCONT)
    ended = engine.wait_for(run)

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": 40})
    assert len(engine.titles(source)) == 40
    engine.assert_sound()


def test_a_worker_frozen_in_the_middle_of_a_commit_holds_nobody_up_for_long(
    engine: Installation, remote: Remote
) -> None:
    source = engine.add("oai_pmh", OaiServer(remote, Repository(items(1500), page=5)).url)
    run = engine.harvest(source)
    wait_for(lambda: engine.run(run).progress.done >= 6)
    (worker,) = [each for each in engine.living(WorkerRole.WORKER) if each.id == engine.run(run).worker_id]

    def frozen_in_a_commit() -> bool:
        os.kill(worker.pid, signal.SIGSTOP)
        if engine.somebody_writes():
            return True
        os.kill(worker.pid, signal.SIGCONT)
        return False

    wait_for(frozen_in_a_commit, 60)
    ended = engine.wait_for(run, seconds=60)

    wait_for(lambda: not is_alive(worker.pid))
    assert (ended.state, ended.attempt, ended.progress.counts) == (RunState.SUCCEEDED, 2, {"added": 1500})
    assert len(engine.titles(source)) == 1500
    engine.assert_sound()


def test_a_source_is_harvested_by_one_run_at_a_time(engine: Installation, remote: Remote) -> None:
    source = engine.add("oai_pmh", slow_server(remote, count=12).url)
    first = engine.harvest(source)
    second = replace(first, id=first.id[:-4] + "ffff")
    engine.assembly.store.runs.add([second])

    ended = [engine.wait_for(each) for each in (first, second)]

    spans = sorted((each.started_at, each.ended_at) for each in ended)
    assert [each.state for each in ended] == [RunState.SUCCEEDED] * 2
    assert spans[0][1] is not None
    assert spans[1][0] is not None
    assert spans[0][1] <= spans[1][0]
    engine.assert_sound()


def test_a_schedule_is_met_in_time_and_again(engine: Installation, remote: Remote) -> None:
    begin = engine.assembly.clock() + timedelta(seconds=1)
    schedule = Schedule(Interval(timedelta(seconds=1), begin), occurrences=3, overlap=Overlap.QUEUE)
    source = engine.add("oai_pmh", OaiServer(remote).url, policies=PATIENT, schedule=schedule)
    which = RunFilter(None, task_id=source.task_id)

    def ended() -> bool:
        found = engine.assembly.store.runs.page(which, limit=10).items
        return len(found) == 3 and all(each.state.is_terminal for each in found)

    wait_for(ended)

    found = list(reversed(engine.assembly.store.runs.page(which, limit=10).items))
    assert [each.due for each in found] == [begin + timedelta(seconds=number) for number in range(3)]
    late = min((each.created_at - each.due).total_seconds() for each in found if each.due)
    assert late < 0.25, "the best of three: the others may have met a busy machine"
    assert [each.state for each in found] == [RunState.SUCCEEDED] * 3


def test_a_killed_clock_is_replaced_within_five_seconds(engine: Installation, remote: Remote) -> None:
    schedule = Schedule(Interval(timedelta(seconds=1), engine.assembly.clock()))
    source = engine.add("oai_pmh", OaiServer(remote).url, policies=PATIENT, schedule=schedule)
    which = RunFilter(None, task_id=source.task_id)

    def met_since(moment: datetime) -> bool:
        newest = engine.assembly.store.runs.page(which, limit=1).items
        return bool(newest) and newest[0].created_at > moment

    def seconds_without() -> float:
        wait_for(lambda: met_since(engine.assembly.clock() - timedelta(seconds=1)))
        (old,) = engine.living(WorkerRole.CLOCK)
        killed = engine.assembly.clock()
        engine.kill(old)
        wait_for(lambda: not is_alive(old.pid) and engine.living(WorkerRole.CLOCK) and met_since(killed))
        return (engine.assembly.clock() - killed).total_seconds()

    in_time = any(seconds_without() < 5 for _ in range(4))

    engine.assembly.windrow.sources.change(engine.principal, source.id, unscheduled(engine, source))
    assert in_time, "once in four times: the others may have met a busy machine"
    wait_for(lambda: all(each.state.is_terminal for each in engine.assembly.store.runs.page(which, limit=100).items))
    engine.assert_sound()


def test_what_each_worker_does_can_be_seen(engine: Installation, remote: Remote) -> None:
    server = OaiServer(remote)
    server.spoil = lambda arguments: reply(b"", meanwhile=lambda: remote.closing.wait(30))
    run = engine.harvest(engine.add("oai_pmh", server.url))
    wait_for(lambda: engine.run(run).state is RunState.RUNNING)

    seen = engine.assembly.windrow.runs.inspect(engine.principal)

    holder = engine.run(run).worker_id
    assert run.id in [each.run_id for each in seen.active[holder]]
    engine.assembly.windrow.runs.cancel(engine.principal, run.id)
    assert engine.wait_for(run).state is RunState.CANCELLED


def test_a_pipeline_goes_on_whatever_is_killed_and_does_each_step_once(engine: Installation, remote: Remote) -> None:
    slow = engine.add("oai_pmh", slow_server(remote, seconds=0.05).url)
    inner = {"steps": [{"name": "again", "source": slow.id, "parameters": {"full": True}}]}
    steps = [
        {"name": "fetch", "source": slow.id},
        {"name": "look", "source": slow.id, "do": "check", "after": ["fetch"]},
        {"name": "inner", "kind": "pipeline", "parameters": inner, "after": ["look"]},
        {"name": "never", "source": slow.id, "after": ["inner"], "when": "steps.fetch.counts.added != 40"},
    ]
    run = engine.begin("pipeline", steps=steps)
    wait_for(lambda: engine.run(run).state is RunState.WAITING)

    for each in engine.living(WorkerRole.WORKER):
        engine.kill(each)
    for each in engine.living(WorkerRole.CLOCK):
        engine.kill(each)
    ended = engine.wait_for(run, seconds=90)

    noted = {each.name: each for each in engine.assembly.store.runs.steps(run.id)}
    assert (ended.state, ended.error) == (RunState.SUCCEEDED, "")
    assert [noted[name].state for name in ("fetch", "look", "inner", "never")] == [
        *[RunState.SUCCEEDED] * 3,
        RunState.SKIPPED,
    ]
    harvests = engine.assembly.store.runs.page(RunFilter(None, task_id=slow.task_id), limit=10).items
    assert [each.state for each in harvests] == [RunState.SUCCEEDED] * 2
    assert len(engine.titles(slow)) == 40
    wait_for(lambda: len(engine.living()) == 4)
    engine.assert_sound()


def test_a_cancelled_pipeline_takes_its_steps_with_it(engine: Installation, remote: Remote) -> None:
    server = OaiServer(remote)
    server.on_page(2, hang())
    source = engine.add("oai_pmh", server.url)
    run = engine.begin("pipeline", steps=[{"name": "fetch", "source": source.id}])
    wait_for(lambda: engine.assembly.store.runs.steps(run.id))
    child = engine.assembly.store.runs.steps(run.id)[0].child_id
    assert child is not None
    fetching = engine.assembly.store.runs.get(child, tenant_id=None)
    wait_for(lambda: engine.run(fetching).progress.done == 3)

    asked = time.monotonic()
    engine.assembly.windrow.runs.cancel(engine.principal, run.id)
    ended = [engine.wait_for(each).state for each in (run, fetching)]

    assert ended == [RunState.CANCELLED] * 2
    assert time.monotonic() - asked < 3
    engine.assert_sound()
