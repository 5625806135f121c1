"""Work in processes of its own under `windrow up`: whatever becomes of a worker, its children do not outlive it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engines.installation import VISITORS, Installation, installed, is_alive
from tests.harvests.farm import wait_for
from windrow.model.runs import Run, RunState
from windrow.model.workers import Worker, WorkerRole


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("up")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        with installed(folder / "data", workers=1, environment=BRIEF, visitors=VISITORS) as running:
            yield running


BRIEF = {"WINDROW_DRAIN_SECONDS": "5"}


def told(engine: Installation, run: Run, word: str) -> list[int]:
    """The numbers in the newest line of the run's log that begins so, once it is there."""

    def lines() -> list[str]:
        page = engine.assembly.store.runs.read_log(run.id, limit=100, newest_first=True)
        return [each.message for each in page.items if each.message.startswith(word)]

    wait_for(lines)
    return [int(each) for each in lines()[0].split()[1:]]


def holder(engine: Installation, run: Run) -> Worker:
    number = engine.run(run).worker_id
    (found,) = [each for each in engine.living(WorkerRole.WORKER) if each.id == number]
    return found


def left(engine: Installation) -> list[Path]:
    return list(engine.folder.parent.glob("windrow-run-*"))


def cancel(engine: Installation, run: Run) -> Run:
    engine.assembly.windrow.runs.cancel(engine.principal, run.id)
    return engine.wait_for(run)


def test_a_killed_workers_children_and_theirs_are_gone_within_two_seconds(engine: Installation) -> None:
    run = engine.begin("prolific")
    pids = told(engine, run, "pids")
    first = engine.run(run).attempt
    folders = left(engine)

    engine.kill(holder(engine, run))

    wait_for(lambda: not any(is_alive(pid) for pid in pids), 2)
    wait_for(lambda: not any(each.exists() for each in folders), 2)
    wait_for(lambda: engine.run(run).attempt > first)
    assert cancel(engine, run).state is RunState.CANCELLED
    engine.assert_sound()


def test_a_cancel_from_outside_takes_effect_within_two_seconds(engine: Installation) -> None:
    run = engine.begin("sleepless")
    (pid,) = told(engine, run, "pid")

    asked = time.monotonic()
    ended = cancel(engine, run)

    assert time.monotonic() - asked < 2
    assert (ended.state, is_alive(pid)) == (RunState.CANCELLED, False)
    engine.assert_sound()


def test_a_worker_that_is_asked_to_end_lets_its_child_come_to_a_safe_point(engine: Installation) -> None:
    run = engine.begin("watchful")
    (pid,) = told(engine, run, "pid")

    os.kill(holder(engine, run).pid, signal.SIGTERM)
    wait_for(lambda: not is_alive(pid), 2)  # half of the time that it would get
    ended = engine.wait_for(run)

    assert (ended.state, ended.result, ended.failures) == (RunState.SUCCEEDED, {"attempt": 2}, 0)
    engine.assert_sound()


def test_a_child_that_does_not_heed_is_ended_before_its_workers_time_is_over(engine: Installation) -> None:
    run = engine.begin("sleepless")
    (pid,) = told(engine, run, "pid")
    worker = holder(engine, run)

    os.kill(worker.pid, signal.SIGTERM)

    wait_for(lambda: engine.run(run).attempt == 2)
    assert engine.run(run).failures == 0
    assert not is_alive(pid)
    wait_for(lambda: not is_alive(worker.pid))
    assert cancel(engine, run).state is RunState.CANCELLED
    engine.assert_sound()


def test_a_frozen_workers_child_ends_when_its_run_is_taken_over(engine: Installation) -> None:
    run = engine.begin("sleepless")
    (pid,) = told(engine, run, "pid")
    worker = holder(engine, run)

    os.kill(worker.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: not is_alive(worker.pid) or engine.run(run).attempt == 2, 40)
    finally:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGCONT)

    wait_for(lambda: not is_alive(pid), 10)
    assert cancel(engine, run).state is RunState.CANCELLED
    engine.assert_sound()


def test_nothing_is_left_of_all_that(engine: Installation) -> None:
    wait_for(lambda: left(engine) == [])
