"""Runs come in, are claimed in their turn, and leave; whoever lost a run finds nothing to write."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.storage.making import LEASE, NOW, OTHER_TENANT, TASK, TENANT, a_run
from windrow.errors import Cancelled, Conflict, LeaseLost, NotFound
from windrow.model.identity import new_id
from windrow.model.runs import Progress, Run, RunState
from windrow.model.tasks import Limit, Retry
from windrow.ports.runs import Ending
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.sweeping import LOST_AT_MOST
from windrow.storage.tables import key_holds
from windrow.storage.tasks import SqlTasks
from windrow.storage.workers import SqlWorkers

SECOND = timedelta(seconds=1)
WELL = Ending(RunState.SUCCEEDED, {"found": 3}, "", Progress(3, 3, {"added": 3}, "done"))


def claim(runs: SqlRuns, *queues: str, worker: str = "ann", run_id: str | None = None) -> Run | None:
    return runs.claim(worker, queues=queues or ("default",), now=NOW, lease=LEASE, run_id=run_id)


def claimed(runs: SqlRuns, run: Run) -> Run:
    runs.add([run])
    got = claim(runs, run_id=run.id)
    assert got is not None
    return got


def test_a_run_is_kept_as_it_was_given(runs: SqlRuns) -> None:
    run = a_run(
        due=NOW - SECOND,
        queue="slow",
        priority=-7,
        limits=(Limit("source:1"), Limit("host:example.org", 4)),
        retry=Retry(3, 0.5, 60.0),
        parameters={"depth": [1, {"é": None}]},
    )

    runs.add([run])

    assert runs.get(run.id, tenant_id=TENANT) == run


def claim_many(runs: SqlRuns, *queues: str, limit: int) -> list[str]:
    taken: list[str] = []
    while more := runs.claim_many("ann", queues=queues, now=NOW, lease=LEASE, limit=limit):
        assert len(more) <= limit
        taken += [run.id for run in more]
    return taken


def test_several_are_claimed_in_their_turn(runs: SqlRuns) -> None:
    low, high, middle = a_run(priority=-1), a_run(priority=5), a_run(priority=2)
    runs.add([low, high, middle])

    assert claim_many(runs, "default", limit=2) == [high.id, middle.id, low.id]


def test_several_of_several_queues_are_claimed_in_their_turn(runs: SqlRuns) -> None:
    first, third = a_run(priority=5), a_run(priority=1)
    second = a_run(priority=3, queue="other")
    runs.add([third, second, first])

    assert claim_many(runs, "other", "default", limit=3) == [first.id, second.id, third.id]


def test_several_that_share_a_key_are_claimed_as_far_as_it_goes(runs: SqlRuns) -> None:
    alike = [a_run(limits=(Limit("source:1", 2),)) for _ in range(4)]
    free = a_run(priority=-1)
    runs.add([*alike, free])

    taken = claim_many(runs, "default", limit=5)

    assert len(taken) == 3
    assert taken[-1] == free.id


def test_a_foreign_run_looks_like_one_that_there_is_not(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])

    for call in (
        lambda: runs.get(run.id, tenant_id=OTHER_TENANT),
        lambda: runs.cancel(run.id, tenant_id=OTHER_TENANT, now=NOW),
        lambda: runs.delete(run.id, tenant_id=OTHER_TENANT),
        lambda: runs.get(new_id(), tenant_id=None),
    ):
        with pytest.raises(NotFound):
            call()
    assert runs.get(run.id, tenant_id=None).state is RunState.QUEUED


def test_a_run_of_no_task_is_refused_with_all_that_came_with_it(runs: SqlRuns) -> None:
    good, bad = a_run(), a_run(task_id=new_id())

    with pytest.raises(NotFound):
        runs.add([good, bad])

    with pytest.raises(NotFound):
        runs.get(good.id, tenant_id=None)


def test_a_task_knows_its_latest_run(database: Database, runs: SqlRuns) -> None:
    older, newer = a_run(), a_run()

    runs.add([newer, older])

    assert SqlTasks(database).get(TASK, tenant_id=None).last_run_id == max(older.id, newer.id)


def test_the_highest_priority_goes_first_then_the_longest_ready_over_all_queues(runs: SqlRuns) -> None:
    late = a_run(priority=5, ready_at=NOW - SECOND, queue="b")
    early = a_run(priority=5, ready_at=NOW - 2 * SECOND, queue="a")
    low = a_run(priority=-5, ready_at=NOW - 9 * SECOND, queue="a")
    elsewhere = a_run(priority=100, queue="c")
    runs.add([low, late, elsewhere, early])

    order = [claim(runs, "a", "b") for _ in range(4)]

    assert [got and got.id for got in order] == [early.id, late.id, low.id, None]


def test_a_claim_gives_a_lease_and_the_next_attempt_but_one_start_only(runs: SqlRuns) -> None:
    first = claimed(runs, a_run())
    runs.hand_back(first.id, 1, now=NOW, ready_at=NOW, failed=False)

    second = runs.claim("bob", queues=["default"], now=NOW + SECOND, lease=LEASE)

    assert second is not None
    assert (first.attempt, first.worker_id, first.lease_until, first.started_at) == (1, "ann", NOW + LEASE, NOW)
    assert (second.attempt, second.worker_id, second.started_at) == (2, "bob", NOW)
    assert second.lease_until == NOW + SECOND + LEASE


def test_a_run_that_is_asked_for_is_claimed_once_and_only_when_queued(runs: SqlRuns) -> None:
    run, later = a_run(queue="elsewhere"), a_run(state=RunState.SCHEDULED, ready_at=NOW + SECOND)
    runs.add([run, later])

    got = [claim(runs, run_id=run.id), claim(runs, run_id=run.id), claim(runs, run_id=later.id)]

    assert [each and each.id for each in got] == [run.id, None, None]


def test_a_finish_says_how_it_went(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())

    assert runs.finish(run.id, 1, WELL, now=NOW + SECOND)

    ended = runs.get(run.id, tenant_id=None)
    assert (ended.state, ended.result, ended.error, ended.progress) == (
        RunState.SUCCEEDED,
        {"found": 3},
        "",
        WELL.progress,
    )
    assert (ended.ended_at, ended.lease_until) == (NOW + SECOND, None)


def test_what_ended_never_changes(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())
    runs.finish(run.id, 1, WELL, now=NOW)
    ended = runs.get(run.id, tenant_id=None)

    assert not runs.finish(run.id, 1, Ending(RunState.FAILED, {}, "no", Progress()), now=NOW)
    assert not runs.hand_back(run.id, 1, now=NOW, ready_at=NOW, failed=True)
    assert not runs.wait(run.id, 1, now=NOW)
    assert runs.cancel(run.id, tenant_id=TENANT, now=NOW) == ended
    assert runs.sweep(NOW + 10 * LEASE) == []
    assert runs.get(run.id, tenant_id=None) == ended


def test_a_run_ends_in_a_terminal_state_only(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())

    with pytest.raises(ValueError, match="queued"):
        runs.finish(run.id, 1, Ending(RunState.QUEUED, {}, "", Progress()), now=NOW)
    # A worker cannot cancel on its own: somebody must have asked for it.
    assert not runs.finish(run.id, 1, Ending(RunState.CANCELLED, {}, "", Progress()), now=NOW)


def test_an_older_attempt_can_write_nothing(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())
    runs.sweep(NOW + LEASE + SECOND)
    assert claim(runs, worker="bob", run_id=run.id) is None  # it is ready only from the moment of the sweep on
    again = runs.claim("bob", queues=["default"], now=NOW + LEASE + SECOND, lease=LEASE)
    assert again is not None

    with pytest.raises(LeaseLost):
        runs.report(run.id, 1, Progress(9))
    with pytest.raises(LeaseLost):
        runs.fan_out(run.id, 1, [{"page": 1}], now=NOW)
    assert not runs.finish(run.id, 1, WELL, now=NOW)
    assert not runs.hand_back(run.id, 1, now=NOW, ready_at=NOW, failed=False)
    assert not runs.wait(run.id, 1, now=NOW)
    assert runs.get(run.id, tenant_id=None) == again


def test_a_failed_attempt_is_scheduled_for_its_next_try(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())

    assert runs.hand_back(run.id, 1, now=NOW, ready_at=NOW + 5 * SECOND, failed=True, error="refused")

    waiting = runs.get(run.id, tenant_id=None)
    assert (waiting.state, waiting.failures, waiting.error) == (RunState.SCHEDULED, 1, "refused")
    assert (runs.promote(NOW + 4 * SECOND), runs.promote(NOW + 5 * SECOND)) == (0, 1)
    assert runs.get(run.id, tenant_id=None).state is RunState.QUEUED


def test_a_cancel_reaches_the_worker_and_ends_with_what_was_done(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())
    progress = Progress(2, 5, {"added": 2}, "page 2")
    runs.report(run.id, 1, progress)

    asked = runs.cancel(run.id, tenant_id=TENANT, now=NOW)

    assert asked.state is RunState.CANCELLING
    assert runs.cancel(run.id, tenant_id=TENANT, now=NOW + SECOND) == asked
    assert runs.renew("ann", now=NOW, lease=LEASE) == {run.id: RunState.CANCELLING}
    with pytest.raises(Cancelled):
        runs.report(run.id, 1, Progress(3, 5))
    # It had succeeded before it noticed; but somebody was told that it is being cancelled.
    assert runs.finish(run.id, 1, Ending(RunState.SUCCEEDED, {}, "", Progress()), now=NOW)
    ended = runs.get(run.id, tenant_id=None)
    assert (ended.state, ended.progress) == (RunState.CANCELLED, progress)


def test_a_worker_that_gives_back_what_was_cancelled_ends_it(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())
    runs.cancel(run.id, tenant_id=None, now=NOW)

    assert runs.hand_back(run.id, 1, now=NOW + SECOND, ready_at=NOW + SECOND, failed=False)

    ended = runs.get(run.id, tenant_id=None)
    assert (ended.state, ended.ended_at) == (RunState.CANCELLED, NOW + SECOND)


def test_a_cancelled_run_of_a_silent_worker_ends_with_the_sweep(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())
    runs.cancel(run.id, tenant_id=None, now=NOW)

    assert runs.sweep(NOW + LEASE) == []
    assert runs.sweep(NOW + LEASE + SECOND) == [run.id]
    assert runs.get(run.id, tenant_id=None).state is RunState.CANCELLED


def test_a_renewed_lease_outlives_the_first(runs: SqlRuns) -> None:
    run = claimed(runs, a_run())

    assert runs.renew("ann", now=NOW + 20 * SECOND, lease=LEASE) == {run.id: RunState.RUNNING}
    assert runs.renew("bob", now=NOW + 20 * SECOND, lease=LEASE) == {}
    assert runs.sweep(NOW + 49 * SECOND) == []
    assert runs.sweep(NOW + 51 * SECOND) == [run.id]
    assert runs.renew("ann", now=NOW + 51 * SECOND, lease=LEASE) == {}


def test_what_takes_its_worker_down_each_time_is_given_up(database: Database, runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])

    for lost in range(LOST_AT_MOST):
        assert claim(runs, run_id=run.id), f"given up after {lost} losses"
        SqlWorkers(database).leave("ann", now=NOW)

    ended = runs.get(run.id, tenant_id=None)
    assert (ended.state, ended.attempt) == (RunState.FAILED, LOST_AT_MOST)
    assert ended.error.startswith("Given up")
    assert ended.ended_at == NOW


def test_an_attempt_that_ends_by_itself_forgives_the_lost_ones(database: Database, runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])

    for _ in range(3):
        for _ in range(LOST_AT_MOST - 1):
            assert claim(runs, run_id=run.id)
            SqlWorkers(database).leave("ann", now=NOW)
        again = claim(runs, run_id=run.id)
        assert again is not None
        assert runs.hand_back(run.id, again.attempt, now=NOW, ready_at=NOW, failed=False)

    assert runs.get(run.id, tenant_id=None).state is RunState.QUEUED


def test_an_ended_run_can_be_deleted_with_all_it_had(database: Database, runs: SqlRuns) -> None:
    first, second = a_run(), a_run()
    runs.add([first, second])
    run = claim(runs, run_id=second.id)
    assert run is not None

    with pytest.raises(Conflict):
        runs.delete(run.id, tenant_id=TENANT)
    runs.finish(run.id, 1, WELL, now=NOW)

    assert runs.delete(run.id, tenant_id=TENANT) == []
    with pytest.raises(NotFound):
        runs.get(run.id, tenant_id=None)
    assert SqlTasks(database).get(TASK, tenant_id=None).last_run_id == first.id


@pytest.mark.parametrize("words", ["nothing\0here", "half \ud800 a pair"])
def test_a_run_can_fail_with_any_words(runs: SqlRuns, words: str) -> None:
    run = claimed(runs, a_run())

    assert runs.finish(run.id, 1, Ending(RunState.FAILED, {"said": [words]}, words, Progress(message=words)), now=NOW)

    ended = runs.get(run.id, tenant_id=None)
    kept = words.replace("\0", "�").replace("\ud800", "�")
    assert (ended.error, ended.result, ended.progress.message) == (kept, {"said": [kept]}, kept)


def test_keys_are_free_after_every_way_out(database: Database, runs: SqlRuns) -> None:
    def end(way: str, run: Run) -> None:
        match way:
            case "finish":
                runs.finish(run.id, 1, WELL, now=NOW)
            case "hand back":
                runs.hand_back(run.id, 1, now=NOW, ready_at=NOW + SECOND, failed=True)
            case "sweep":
                runs.cancel(run.id, tenant_id=None, now=NOW)
                runs.sweep(NOW + LEASE + SECOND)
            case _:
                runs.fan_out(run.id, 1, [{"page": 1}], now=NOW)
                runs.wait(run.id, 1, now=NOW)
                runs.cancel(run.id, tenant_id=None, now=NOW)

    for way in ("finish", "hand back", "sweep", "cancel while waiting"):
        first, second = a_run(limits=(Limit("key"),)), a_run(limits=(Limit("key"),))
        runs.add([first, second])
        run = claim(runs, run_id=first.id)
        assert run is not None
        assert claim(runs) is None, way
        assert runs.get(second.id, tenant_id=None).blocked_by == "key"

        end(way, run)

        next_one = claim(runs)
        assert next_one is not None, way
        assert next_one.id == second.id
        runs.finish(second.id, 1, WELL, now=NOW)
        with database.read() as connection:
            assert connection.execute(select(key_holds)).all() == []


def test_a_key_that_turns_out_useless_goes_to_the_next(runs: SqlRuns) -> None:
    """`both` is let go on for `a`, finds `b` full, and must not keep `only` from `a`."""
    a, b = Limit("a"), Limit("b")
    holds_a, holds_b, both, only = (
        a_run(limits=limits, ready_at=NOW - ago * SECOND)
        for ago, limits in ((4, (a,)), (3, (b,)), (2, (a, b)), (1, (a,)))
    )
    runs.add([holds_a, holds_b, both, only])
    for _ in range(2):
        assert claim(runs)
    assert claim(runs) is None
    runs.finish(holds_a.id, 1, WELL, now=NOW)

    got = claim(runs)

    assert got is not None
    assert got.id == only.id
    assert runs.get(both.id, tenant_id=None).blocked_by == "b"


def test_the_sweep_lets_go_on_whoever_waits_for_a_key_that_is_free(runs: SqlRuns) -> None:
    """The one that was let go on stands in a queue that nobody serves just now."""
    key = Limit("key")
    first, other = a_run(limits=(key,)), a_run(limits=(key,))
    unserved = a_run(limits=(key,), queue="unserved", ready_at=NOW - SECOND)
    runs.add([first])
    assert claim(runs)
    runs.add([unserved, other])
    assert claim(runs, "default", "unserved") is None
    runs.finish(first.id, 1, WELL, now=NOW)
    assert claim(runs) is None

    assert runs.sweep(NOW) == [other.id]

    got = claim(runs)
    assert got is not None
    assert got.id == other.id


def test_many_that_wait_for_one_key_are_set_aside_together(runs: SqlRuns) -> None:
    runs.add([a_run(limits=(Limit("key"),)) for _ in range(700)])
    free = a_run(priority=-1)
    runs.add([free])

    got = [claim(runs), claim(runs), claim(runs)]

    assert [run is not None for run in got] == [True, True, False]
    assert got[1] is not None
    assert got[1].id == free.id
