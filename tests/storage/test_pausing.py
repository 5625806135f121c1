"""A schedule pauses when its task has failed so often in a row, and not before."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from tests.storage.office import HOUR, HOURLY, LEASE, Office, states
from windrow.core.runs import scheduled
from windrow.model.runs import Run, RunState


def fail(office: Office, times: int) -> list[Run]:
    runs = []
    for _ in range(times):
        assert office.scheduling.tick() == 1
        runs.append(office.work(RunState.FAILED))
        office.now += HOUR
    return runs


def test_a_schedule_pauses_as_soon_as_its_fifth_run_in_a_row_has_failed(office: Office) -> None:
    task = office.add(HOURLY)
    failed = []
    for _ in range(5):
        assert office.schedule(task).enabled
        failed += fail(office, 1)
        office.consequences.draw()

    schedule = office.schedule(task)
    assert (schedule.enabled, schedule.next_due) == (False, None)
    assert schedule.paused == f"it failed 5 times in a row, the last time in run {failed[-1].id}"
    assert [len(office.log(run)) for run in failed] == [0, 0, 0, 0, 1]
    assert office.scheduling.tick() == 0


def test_clocks_that_look_at_once_pause_once(office: Office) -> None:
    task = office.add(replace(HOURLY, pause_after=1))
    (failed,) = fail(office, 1)
    barrier = Barrier(4)

    def draw() -> None:
        barrier.wait(30)
        office.consequences.draw()

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(draw) for _ in range(4)]:
            each.result(30)

    assert office.schedule(task).paused
    assert len(office.log(failed)) == 1


def test_what_is_resumed_counts_anew_also_when_the_last_end_is_looked_at_again(office: Office) -> None:
    task = office.add(replace(HOURLY, pause_after=2))
    failed = fail(office, 2)
    office.consequences.draw()
    present = office.schedule(task)
    resumed = scheduled(replace(present, enabled=True), office.now, present=present)
    office.tasks.save(replace(task, schedule=resumed))

    office.pausing.look(failed)  # as a clock does that died before it could say that it had
    office.now += HOUR
    fail(office, 1)
    office.consequences.draw()
    assert office.schedule(task).enabled

    fail(office, 1)
    office.consequences.draw()
    assert office.schedule(task).paused


def test_a_run_whose_worker_was_lost_too_often_counts(office: Office) -> None:
    task = office.add(replace(HOURLY, pause_after=1))
    office.scheduling.tick()
    while office.claim() is not None:
        office.now += 2 * LEASE
        office.runs.sweep(office.now)

    office.consequences.draw()

    assert states(office.of(task)) == [RunState.FAILED]
    assert office.schedule(task).paused


def test_a_clock_that_comes_first_pauses_it_too(office: Office) -> None:
    # Where the end was not looked at yet: no sixth run begins.
    task = office.add(HOURLY)
    failed = fail(office, 5)

    assert office.scheduling.tick() == 1

    schedule = office.schedule(task)
    assert len(office.of(task)) == 5, "no sixth"
    assert (schedule.enabled, schedule.next_due) == (False, None)
    assert schedule.paused == f"it failed 5 times in a row, the last time in run {failed[-1].id}"
    assert schedule.describe() == f"every hour (paused: {schedule.paused})"
    assert office.log(failed[-1]) == [
        f"The schedule of this task was paused at 2026-03-02 17:00 UTC: {schedule.paused}."
    ]


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.PARTIAL])
def test_one_that_goes_well_begins_the_count_anew(office: Office, state: RunState) -> None:
    task = office.add(HOURLY)
    fail(office, 4)
    office.scheduling.tick()
    office.work(state)
    office.now += HOUR

    fail(office, 5)

    assert office.schedule(task).enabled


def test_what_was_skipped_or_cancelled_does_not_count(office: Office) -> None:
    task = office.add(replace(HOURLY, pause_after=2))
    fail(office, 1)
    office.scheduling.tick()
    office.runs.cancel(office.of(task)[-1].id, tenant_id=None, now=office.now)
    office.now += HOUR
    fail(office, 1)

    office.scheduling.tick()

    assert states(office.of(task)) == [RunState.FAILED, RunState.CANCELLED, RunState.FAILED]
    assert office.schedule(task).paused


def test_a_schedule_that_was_resumed_counts_from_then_on(office: Office) -> None:
    task = office.add(replace(HOURLY, pause_after=2))
    fail(office, 2)
    office.scheduling.tick()
    present = office.schedule(task)

    resumed = scheduled(replace(present, enabled=True), office.now, present=present)
    office.tasks.save(replace(task, schedule=resumed))
    office.now += HOUR
    fail(office, 1)

    assert office.scheduling.tick() == 1
    assert office.schedule(task).enabled
    assert office.schedule(task).paused == ""


def test_some_never_pause(office: Office) -> None:
    patient = office.add(replace(HOURLY, pause_after=0))
    fail(office, 8)
    assert office.schedule(patient).enabled


def test_schedules_of_sources_go_on(office: Office) -> None:
    source = office.add(replace(HOURLY, pause_after=1), kind="refresh")
    fail(office, 3)
    assert office.schedule(source).enabled
