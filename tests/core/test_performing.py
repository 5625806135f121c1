"""Performing: every attempt ends honestly, whatever the kind of work does, and parts are done, retried and counted."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import Farm, beating, open_farm, wait_for
from windrow.core import run_attempts
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput, LeaseLost, RemoteUnreadable, StoreUnavailable
from windrow.model.identity import new_id
from windrow.model.runs import Level, Part, PartState, Progress, Run, RunState
from windrow.model.tasks import Limit, Retry
from windrow.ports.runs import Held
from windrow.ports.work import Done, Fanned, Later, Performed, Work
from windrow.storage.runs import SqlRuns

ONCE = Retry()


class Errand:
    """Work that does what a test says: `do` for the run, `do_part` for each part."""

    name: ClassVar[str] = "errand"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object", "properties": {}, "additionalProperties": True}

    def __init__(self) -> None:
        self.do: Callable[[Work], Performed] = lambda work: Done()
        self.do_part: Callable[[Work, Part], Mapping[str, int]] = lambda work, part: {}
        self.attempts = 0

    def perform(self, work: Work) -> Performed:
        self.attempts += 1
        return self.do(work)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        return self.do_part(work, part)


@pytest.fixture
def errand() -> Errand:
    return Errand()


@pytest.fixture
def farm(tmp_path: Path, errand: Errand) -> Iterator[Farm]:
    with open_farm(tmp_path, work=(errand,)) as farm:
        yield farm


def start(farm: Farm, *, retry: Retry = ONCE, **changes: Any) -> Run:
    task = farm.assembly.windrow.tasks.create(farm.principal, TaskDraft("an errand", "errand", retry=retry, **changes))
    return farm.assembly.windrow.tasks.start(farm.principal, task.id)


def raiser(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def test_work_that_is_done_has_succeeded(farm: Farm, errand: Errand) -> None:
    errand.do = lambda work: Done({"answer": 42}, message="all well")

    run = farm.finish(start(farm))

    assert (run.state, run.result, run.error, run.progress.message) == (
        RunState.SUCCEEDED,
        {"answer": 42},
        "",
        "all well",
    )


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (Done(succeeded=3, failed=1), RunState.PARTIAL),
        (Done(succeeded=0, failed=2), RunState.FAILED),
    ],
)
def test_what_failed_of_it_is_told(farm: Farm, errand: Errand, done: Done, state: RunState) -> None:
    errand.do = lambda work: done

    run = farm.finish(start(farm))

    assert (run.state, run.error) == (state, f"{done.failed} of {done.failed + done.succeeded} failed")


def test_progress_reaches_the_whole_exactly_when_done(farm: Farm, errand: Errand) -> None:
    seen: list[float | None] = []

    def work_on(work: Work) -> Performed:
        for done in range(1, 101):
            work.report(Progress(done, 100, {"made": done}))
        seen.append(farm.run(work.run.id).progress.share)
        return Done()

    errand.do = work_on

    run = farm.finish(start(farm))

    assert (run.progress.done, run.progress.total, run.progress.counts) == (100, 100, {"made": 100})
    assert seen == [0.01], "not every report is written"


def test_the_last_report_counts_when_a_run_fails(farm: Farm, errand: Errand) -> None:
    def work_on(work: Work) -> Performed:
        work.report(Progress(1, 10))
        work.report(Progress(7, 10))
        raise RemoteUnreadable("cut off")

    errand.do = work_on

    run = farm.finish(start(farm))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.FAILED, 7, 10)


def test_a_failure_is_tried_again_with_back_off_and_then_told(farm: Farm, errand: Errand) -> None:
    errand.do = raiser(RemoteUnreadable("cut off"))

    run = farm.finish(start(farm, retry=Retry(attempts=3, first=4.0)))

    assert (run.state, run.error, run.failures, errand.attempts) == (RunState.FAILED, "cut off", 2, 3)
    assert [each.partition(" Next")[0] for each in farm.log(run)] == [
        "Attempt 1 failed: cut off",
        "Attempt 2 failed: cut off",
        "Failed: cut off",
    ]


def test_the_remotes_own_wish_is_waited_for(farm: Farm, errand: Errand) -> None:
    errand.do = raiser(RemoteUnreadable("busy", retry_after=3600))
    run = start(farm, retry=Retry(attempts=2))
    before = farm.clock()

    farm.performer.perform(run.id)

    assert (farm.run(run.id).ready_at - before).total_seconds() >= 3600


@pytest.mark.parametrize("error", [BadInput.of("settings.x", "is wrong"), RemoteUnreadable("x")])
def test_what_another_try_cannot_mend_is_not_tried_again(farm: Farm, errand: Errand, error: Exception) -> None:
    if isinstance(error, RemoteUnreadable):
        error.retryable = False
    errand.do = raiser(error)

    run = farm.finish(start(farm, retry=Retry(attempts=3)))

    assert (run.state, run.error, errand.attempts) == (RunState.FAILED, str(error), 1)


def test_an_accident_is_told_even_where_it_has_no_words(farm: Farm, errand: Errand) -> None:
    errand.do = raiser(ZeroDivisionError())

    assert farm.finish(start(farm)).error == "ZeroDivisionError"


def test_no_text_of_an_error_can_keep_a_run_from_ending(farm: Farm, errand: Errand) -> None:
    errand.do = raiser(ValueError("nul \0, half a pair \ud800, and much more" + "!" * 20_000))

    run = farm.finish(start(farm))

    assert run.state is RunState.FAILED
    assert run.error.startswith("nul \ufffd, half a pair ?, and much more!")
    assert len(run.error) == 10_000


def test_a_result_that_cannot_be_kept_fails_with_the_reason(farm: Farm, errand: Errand) -> None:
    errand.do = lambda work: Done({"socket": object()})

    run = farm.finish(start(farm))

    assert run.state is RunState.FAILED
    assert "not JSON serializable" in run.error


def test_a_kind_that_is_not_installed_is_told(farm: Farm, errand: Errand) -> None:
    run = start(farm)
    farm.performer.kinds = {}

    assert farm.finish(run).error == "The kind of work 'errand' is not installed on this worker."


def test_work_that_can_only_be_done_later_gives_its_worker_back(farm: Farm, errand: Errand) -> None:
    later = farm.clock().replace(microsecond=0)

    def rest(work: Work) -> Performed:
        return Later(later.replace(year=later.year + 1), "the host rests") if errand.attempts == 1 else Done()

    errand.do = rest
    run = start(farm, limits=(Limit("host:a"),))

    farm.performer.perform(run.id)

    resting = farm.run(run.id)
    assert (resting.state, resting.error, resting.failures) == (RunState.SCHEDULED, "the host rests", 0)
    other = start(farm, limits=(Limit("host:a"),))
    assert farm.performer.perform(other.id) is False, "its place is kept"
    ended = farm.finish(run)
    assert (ended.state, ended.error, farm.finish(other).state) == (RunState.SUCCEEDED, "", RunState.SUCCEEDED)


def test_a_cancel_is_noticed_while_the_work_goes_on(farm: Farm, errand: Errand) -> None:
    working = threading.Event()

    def work_on(work: Work) -> Performed:
        working.set()
        while True:
            work.pause(20)

    errand.do = work_on
    run = start(farm)
    with beating(farm.performer):
        thread = threading.Thread(target=farm.performer.perform, args=(run.id,))
        thread.start()
        assert working.wait(20)
        farm.assembly.windrow.runs.cancel(farm.principal, run.id)
        thread.join(2)

    assert not thread.is_alive()
    assert farm.run(run.id).state is RunState.CANCELLED


def test_what_an_attempt_told_is_written_though_it_says_nothing_more(farm: Farm, errand: Errand) -> None:
    end = threading.Event()

    def work_on(work: Work) -> Performed:
        for number in range(3):
            work.log(Level.INFO, f"line {number}")
        end.wait(20)
        return Done()

    errand.do = work_on
    run = start(farm)
    with beating(farm.performer):
        thread = threading.Thread(target=farm.performer.perform, args=(run.id,))
        thread.start()
        wait_for(lambda: farm.log(run) == ["line 0", "line 1", "line 2"])
        end.set()
        thread.join(20)

    assert farm.run(run.id).state is RunState.SUCCEEDED


def test_a_run_whose_end_could_not_be_written_is_given_back_by_its_own_worker(farm: Farm, errand: Errand) -> None:
    original = SqlRuns.finish
    times: list[int] = []

    def flaky(self: SqlRuns, *given: Any, **named: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            raise StoreUnavailable("disk full")
        return original(self, *given, **named)

    run = start(farm)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlRuns, "finish", flaky)
        farm.performer.perform(run.id)
        assert farm.run(run.id).state is RunState.RUNNING
        farm.performer.beat()
        given_back = farm.run(run.id)
        ended = farm.finish(run)

    assert (given_back.state, given_back.worker_id) == (RunState.SCHEDULED, "")
    assert (ended.state, ended.failures, errand.attempts) == (RunState.SUCCEEDED, 0, 2)
    assert farm.performer.busy == 0


def test_performing_twice_at_once_is_done_once(farm: Farm, errand: Errand) -> None:
    run = start(farm)
    performers = [farm.assembly.performer(new_id()) for _ in range(4)]
    barrier = threading.Barrier(4)
    won: list[bool] = []

    def perform(number: int) -> None:
        barrier.wait()
        won.append(performers[number].perform(run.id))

    threads = [threading.Thread(target=perform, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (sorted(won), errand.attempts) == ([False, False, False, True], 1)


def test_a_file_is_kept_when_it_is_whole_and_replaced_by_the_next_attempt(farm: Farm, errand: Errand) -> None:
    def write(work: Work) -> Performed:
        with work.output("table.csv", "text/csv") as file:
            file.write(b"attempt %d" % errand.attempts)
        with work.output("half.csv", "text/csv") as file:
            file.write(b"half")
            if errand.attempts == 1:
                raise RemoteUnreadable("cut off")
        return Done()

    errand.do = write

    run = farm.finish(start(farm, retry=Retry(attempts=2)))

    outputs = {each.name: each for each in farm.assembly.store.runs.list_outputs(run.id)}
    contents = {}
    for name, output in outputs.items():
        with farm.assembly.blobs.open(output.blob) as file:
            contents[name] = file.read()
    assert contents == {"table.csv": b"attempt 2", "half.csv": b"half"}
    kept = [each for each in (farm.assembly.settings.data / "blobs").rglob("*") if each.is_file()]
    assert len(kept) == 2


class Sum:
    """Fans out, adds up, and says how many parts failed."""

    def __init__(self, errand: Errand, numbers: int) -> None:
        errand.do = self.perform
        self._numbers = numbers
        self.failed: list[tuple[Any, str]] = []

    def perform(self, work: Work) -> Performed:
        if work.run.phase == "":
            work.fan_out({"number": number} for number in range(self._numbers))
            return Fanned()
        self.failed = [(part.key["number"], part.error) for part in work.parts(frozenset({PartState.FAILED}))]
        states = work.part_states()
        return Done(
            {"counts": dict(work.part_counts()), "parts": sum(1 for _ in work.parts())},
            succeeded=states.get(PartState.DONE, 0),
            failed=states.get(PartState.FAILED, 0),
        )


def test_parts_are_done_and_the_last_one_brings_the_finish(
    farm: Farm, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sum(errand, 230)
    monkeypatch.setattr(run_attempts, "PARTS_AT_ONCE", 100)
    errand.do_part = lambda work, part: {"sum": part.key["number"], "parts": 1}

    run = farm.finish(start(farm))

    assert (run.state, run.result) == (
        RunState.SUCCEEDED,
        {"counts": {"sum": 229 * 115, "parts": 230}, "parts": 230},
    )
    assert (run.progress.done, run.progress.total, errand.attempts) == (230, 230, 2)


def test_a_fan_out_of_nothing_comes_to_its_finish(farm: Farm, errand: Errand) -> None:
    Sum(errand, 0)

    assert farm.finish(start(farm)).state is RunState.SUCCEEDED


def test_parts_are_retried_with_back_off_and_failures_make_the_run_partial(farm: Farm, errand: Errand) -> None:
    summing = Sum(errand, 10)
    tries: dict[int, int] = {}

    def do_part(work: Work, part: Part) -> Mapping[str, int]:
        number = part.key["number"]
        tries[number] = tries.get(number, 0) + 1
        if number == 3 or (number == 4 and tries[number] < 3):
            raise RemoteUnreadable(f"{number} is odd")
        if number == 5:
            raise BadInput.of("number", "is wrong")
        return {"parts": 1}

    errand.do_part = do_part
    run = start(farm, retry=Retry(attempts=3, first=1.0))

    ended = farm.finish(run)

    assert (ended.state, ended.error) == (RunState.PARTIAL, "2 of 10 failed")
    assert {number: count for number, count in tries.items() if count > 1} == {3: 3, 4: 3}
    assert summing.failed == [(3, "3 is odd"), (5, "number: is wrong")]
    assert ended.result["counts"] == {"parts": 8}


def test_all_parts_failed_is_a_failure(farm: Farm, errand: Errand) -> None:
    Sum(errand, 2)
    errand.do_part = raiser(RemoteUnreadable("cut off"))

    assert farm.finish(start(farm)).state is RunState.FAILED


def test_a_part_that_reports_progress_does_not_disturb_the_runs(farm: Farm, errand: Errand) -> None:
    Sum(errand, 3)

    def do_part(work: Work, part: Part) -> Mapping[str, int]:
        work.report(Progress(1, 7))
        work.log(Level.INFO, "hello", part=str(part.key["number"]))
        return {}

    errand.do_part = do_part

    run = farm.finish(start(farm))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.SUCCEEDED, 3, 3)
    assert sorted(farm.log(run)) == ["hello"] * 3


def test_a_cancelled_run_stops_its_parts(farm: Farm, errand: Errand) -> None:
    Sum(errand, 5)
    working = threading.Event()

    def do_part(work: Work, part: Part) -> Mapping[str, int]:
        working.set()
        while True:
            work.pause(20)

    errand.do_part = do_part
    run = start(farm)
    farm.performer.perform(run.id)
    (carry_out,) = farm.performer.take_parts(1)
    with beating(farm.performer):
        thread = threading.Thread(target=carry_out)
        thread.start()
        assert working.wait(20)
        farm.assembly.windrow.runs.cancel(farm.principal, run.id)
        thread.join(2)

    assert not thread.is_alive()
    assert farm.run(run.id).state is RunState.CANCELLED
    assert farm.assembly.store.runs.count_parts(run.id) == {PartState.CANCELLED: 5}


def test_a_drained_part_is_given_back_without_counting_as_failed(farm: Farm, errand: Errand) -> None:
    Sum(errand, 1)
    errand.do_part = lambda work, part: {"parts": 1}
    run = start(farm)
    farm.performer.perform(run.id)
    (carry_out,) = farm.performer.take_parts(1)
    farm.performer.drain()

    carry_out()

    assert farm.assembly.store.runs.count_parts(run.id) == {PartState.OPEN: 1}
    farm.performer = farm.assembly.performer(new_id())
    assert farm.finish(run).result["counts"] == {"parts": 1}


def test_parts_behind_a_long_one_are_left_to_others_and_lose_no_try(farm: Farm, errand: Errand) -> None:
    Sum(errand, 40)
    begun, go_on = threading.Event(), threading.Event()

    def do_part(work: Work, part: Part) -> Mapping[str, int]:
        if part.key["number"] == 20:
            begun.set()
            go_on.wait(20)
        return {"parts": 1}

    errand.do_part = do_part
    run = start(farm)
    farm.performer.perform(run.id)
    parts = [each.id for each in farm.assembly.store.runs.list_parts(run.id, states=None, limit=100).items]
    told: list[Any] = []
    thread = threading.Thread(target=lambda: told.extend(farm.performer.perform_parts(parts)))
    with beating(farm.performer):
        thread.start()
        assert begun.wait(20)
        runs = farm.assembly.store.runs
        wait_for(lambda: runs.count_parts(run.id).get(PartState.RUNNING) == 1)
        go_on.set()
        thread.join(20)

    left = farm.assembly.store.runs.list_parts(run.id, states=frozenset({PartState.OPEN}), limit=100).items
    assert left
    assert {each.attempts for each in left} == {0}
    assert set(told) <= {each.id for each in left}
    assert farm.finish(run).result["counts"] == {"parts": 40}


def test_a_part_whose_end_could_not_be_written_is_given_back(farm: Farm, errand: Errand) -> None:
    Sum(errand, 1)
    original = SqlRuns.close_parts
    times: list[int] = []

    def flaky(self: SqlRuns, *given: Any, **named: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            raise StoreUnavailable("disk full")
        return original(self, *given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlRuns, "close_parts", flaky)
        run = farm.finish(start(farm))

    assert (run.state, len(times)) == (RunState.SUCCEEDED, 2)


@pytest.mark.parametrize("word", ["claim", "claim_these_parts"])
def test_a_claim_that_was_written_but_not_heard_of_is_given_back(farm: Farm, errand: Errand, word: str) -> None:
    Sum(errand, 3)
    errand.do_part = lambda work, part: {"parts": 1}
    run = start(farm)
    runs, parts = farm.assembly.store.runs, list[int]()
    if word == "claim_these_parts":
        farm.performer.perform(run.id)
        parts = [each.id for each in runs.list_parts(run.id, states=None, limit=9).items]
    original = getattr(SqlRuns, word)

    def deaf(self: SqlRuns, *given: Any, **named: Any) -> Any:
        original(self, *given, **named)
        raise StoreUnavailable("the server ended")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlRuns, word, deaf)
        with pytest.raises(StoreUnavailable):
            farm.performer.perform_parts(parts) if parts else farm.performer.perform(run.id)
    held = runs.held(farm.performer.worker_id)
    assert len(held.runs) + len(held.parts) == 1

    for _ in range(2):
        farm.performer.beat()

    assert runs.held(farm.performer.worker_id) == Held({}, set())
    assert farm.finish(run).result["counts"] == {"parts": 3}


def test_a_run_that_was_taken_over_is_left_to_its_new_worker(farm: Farm, errand: Errand) -> None:
    def lose(work: Work) -> Performed:
        if errand.attempts == 1:
            farm.assembly.store.workers.leave(farm.performer.worker_id, now=farm.clock())
        return Done({"attempt": errand.attempts})

    errand.do = lose
    run = start(farm)

    farm.performer.perform(run.id)

    assert farm.run(run.id).state is RunState.QUEUED
    assert farm.finish(run).result == {"attempt": 2}


def test_a_heartbeat_tells_an_attempt_that_it_lost_its_run(farm: Farm, errand: Errand) -> None:
    told: list[str] = []

    def work_on(work: Work) -> Performed:
        farm.assembly.store.workers.leave(farm.performer.worker_id, now=farm.clock())
        farm.performer.beat()
        try:
            work.check()
        except Exception as stop:
            told.append(str(stop))
            raise
        return Done()

    errand.do = work_on
    run = start(farm)

    farm.performer.perform(run.id)

    assert told == [f"Run {run.id} was taken over."]
    assert farm.run(run.id).state is RunState.QUEUED


def test_a_worker_that_cannot_renew_for_a_lease_stops_by_itself_and_gives_back_what_nobody_took(
    farm: Farm, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def work_on(work: Work) -> Performed:
        if errand.attempts == 1:
            with monkeypatch.context() as patch:
                patch.setattr(SqlRuns, "renew", raiser(StoreUnavailable("the cable was pulled")))
                patch.setattr(SqlRuns, "states", raiser(StoreUnavailable("the cable was pulled")))
                told.append(hears_of(work, farm.performer.look))
                farm.clock.jump(seconds=farm.performer.lease.total_seconds())
                told.append(hears_of(work, farm.performer.beat))
        work.check()
        return Done({"attempt": errand.attempts})

    errand.do = work_on
    run = start(farm)

    farm.performer.perform(run.id)
    held = farm.run(run.id)
    farm.performer.beat()
    given_back = farm.run(run.id)

    assert told == ["", f"Run {run.id} could not be renewed for longer than its lease."]
    assert (held.state, held.worker_id) == (RunState.RUNNING, farm.performer.worker_id)
    assert (given_back.state, given_back.worker_id, given_back.failures) == (RunState.SCHEDULED, "", 0)
    assert farm.finish(run).result == {"attempt": 2}


def hears_of(work: Work, told: Callable[[], object]) -> str:
    """What a check says after the worker was told something while its store is out of reach."""
    with pytest.raises(StoreUnavailable):
        told()
    try:
        work.check()
    except LeaseLost as lost:
        return str(lost)
    return ""


def test_runs_copy_nothing_of_each_other(farm: Farm, errand: Errand) -> None:
    errand.do = lambda work: Done({"parameters": dict(work.run.parameters)})
    first = start(farm, parameters={"which": 1})
    second = start(farm, parameters={"which": 2})

    results = [farm.finish(each).result["parameters"] for each in (second, first)]

    assert results == [{"which": 2}, {"which": 1}]
    assert replace(farm.run(first.id)).task_id != farm.run(second.id).task_id
