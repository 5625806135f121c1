"""Parts are made once, given out, counted in, and the last one closes the run's waiting exactly once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.storage.making import LEASE, NOW, a_run
from windrow.errors import BadInput, Cancelled
from windrow.model.runs import PartState, Progress, Run, RunState
from windrow.model.tasks import Limit
from windrow.ports.runs import Closing, Ending, PartClaim
from windrow.storage import endings, parts, sweeping
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import parts as parts_table
from windrow.storage.workers import SqlWorkers

SECOND = timedelta(seconds=1)


def fanned(runs: SqlRuns, count: int, **changes: object) -> Run:
    """A run that waits for so many parts."""
    run = a_run(**changes)
    runs.add([run])
    claimed = runs.claim("ann", queues=[run.queue], now=NOW, lease=LEASE, run_id=run.id)
    assert claimed is not None
    assert runs.fan_out(run.id, 1, ({"page": page} for page in range(count)), now=NOW) == count
    assert runs.wait(run.id, 1, now=NOW)
    return runs.get(run.id, tenant_id=None)


def claim(
    runs: SqlRuns, limit: int = 1, *, worker: str = "ann", queues: Sequence[str] = ("default",)
) -> list[PartClaim]:
    return runs.claim_parts(worker, queues=queues, now=NOW, lease=LEASE, limit=limit)


def close(runs: SqlRuns, part: PartClaim, state: PartState = PartState.DONE, *, worker: str = "ann") -> bool:
    return runs.close_parts([Closing(part.part.id, worker, state, {"added": 2}, "", NOW)])[0]


def test_the_same_key_makes_one_part_however_it_is_spelled(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)

    first = runs.fan_out(run.id, 1, [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2}], now=NOW)
    second = runs.fan_out(run.id, 1, [{"a": 2}, {"a": 3}], now=NOW)

    keys = [part.key for part in runs.list_parts(run.id, states=None, limit=10).items]
    assert (first, second, runs.get(run.id, tenant_id=None).open_parts) == (2, 1, 3)
    assert keys == [{"a": 1, "b": 2}, {"a": 2}, {"a": 3}]


def test_more_parts_than_one_transaction_makes_or_frees(runs: SqlRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "BATCH", 10)
    monkeypatch.setattr(parts, "OPENED", 7)

    run = fanned(runs, 25)

    assert (run.state, run.open_parts) == (RunState.WAITING, 25)
    assert len(claim(runs, 30)) == 25


def test_parts_are_given_out_only_when_their_run_waits(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(run.id, 1, [{"page": 1}], now=NOW)
    assert claim(runs) == []

    runs.wait(run.id, 1, now=NOW)

    (got,) = claim(runs)
    assert (got.part.key, got.part.attempts, got.part.worker_id) == ({"page": 1}, 1, "ann")
    assert got.run == runs.get(run.id, tenant_id=None)


def test_the_highest_priority_goes_first_even_past_parts_that_rest(runs: SqlRuns) -> None:
    high, low = fanned(runs, 2, priority=9), fanned(runs, 1, priority=-9)
    (resting,) = claim(runs)
    runs.retry_part(resting.part.id, "ann", error="busy", ready_at=NOW + SECOND)

    order = [got.part.run_id for got in claim(runs, 5)]

    assert order == [high.id, low.id]


def test_other_queues_are_left_alone(runs: SqlRuns) -> None:
    fanned(runs, 1, queue="b")

    assert claim(runs, queues=["a"]) == []
    assert claim(runs, queues=[]) == []
    assert len(claim(runs, queues=["a", "b"])) == 1


def test_who_closes_the_last_part_queues_the_finish(runs: SqlRuns) -> None:
    run = fanned(runs, 2, limits=(Limit("key"),))
    first, second = claim(runs, 2)

    assert close(runs, first, PartState.FAILED)
    halfway = runs.get(run.id, tenant_id=None)
    assert close(runs, second)

    done = runs.get(run.id, tenant_id=None)
    assert (halfway.state, halfway.open_parts, halfway.progress.share) == (RunState.WAITING, 1, 0.5)
    assert (done.state, done.phase, done.open_parts, done.progress.share) == (RunState.QUEUED, "finish", 0, 1.0)
    assert runs.count_parts(run.id) == {PartState.DONE: 1, PartState.FAILED: 1}
    assert runs.sum_part_counts(run.id) == {"added": 4}


def test_a_finish_is_not_held_up_by_its_own_key(runs: SqlRuns) -> None:
    run = fanned(runs, 1, limits=(Limit("key"),))
    rival = a_run(limits=(Limit("key"),), priority=50)
    runs.add([rival])
    assert runs.claim("bob", queues=["default"], now=NOW, lease=LEASE) is None
    close(runs, claim(runs)[0])

    finish = runs.claim("bob", queues=["default"], now=NOW, lease=LEASE)

    assert finish is not None
    assert (finish.id, finish.phase, finish.attempt) == (run.id, "finish", 2)
    assert runs.claim("bob", queues=["default"], now=NOW, lease=LEASE) is None
    runs.finish(run.id, 2, Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1)), now=NOW)
    assert runs.claim("bob", queues=["default"], now=NOW, lease=LEASE) is not None


def test_waiting_for_nothing_queues_the_finish_at_once(runs: SqlRuns) -> None:
    run = fanned(runs, 0)

    assert (run.state, run.phase, run.progress.share) == (RunState.QUEUED, "finish", 1.0)


def test_a_part_is_closed_once_and_by_its_holder_only(runs: SqlRuns) -> None:
    run = fanned(runs, 2)
    part = claim(runs)[0]

    assert not close(runs, part, worker="bob")
    assert not runs.retry_part(part.part.id, "bob", error="", ready_at=NOW)
    assert close(runs, part)
    assert not close(runs, part)
    assert not runs.retry_part(part.part.id, "ann", error="", ready_at=NOW)
    assert runs.get(run.id, tenant_id=None).open_parts == 1


def test_a_part_that_is_given_back_comes_again_when_it_is_ready(runs: SqlRuns) -> None:
    fanned(runs, 1)
    part = claim(runs)[0]

    assert runs.retry_part(part.part.id, "ann", error="timed out", ready_at=NOW + SECOND)

    assert claim(runs) == []
    (again,) = runs.claim_parts("bob", queues=["default"], now=NOW + SECOND, lease=LEASE, limit=1)
    assert (again.part.attempts, again.part.error, again.part.worker_id) == (2, "timed out", "bob")


def test_a_part_of_a_silent_worker_comes_again(runs: SqlRuns) -> None:
    run = fanned(runs, 1)
    part = claim(runs)[0]

    assert runs.renew("ann", now=NOW + SECOND, lease=LEASE) == {run.id: RunState.WAITING}
    assert runs.sweep(NOW + LEASE) == []
    assert runs.sweep(NOW + LEASE + 2 * SECOND) == [run.id]

    assert runs.renew("ann", now=NOW, lease=LEASE) == {}
    assert not close(runs, part)
    assert runs.count_parts(run.id) == {PartState.OPEN: 1}


def test_a_part_that_takes_its_worker_down_each_time_fails_and_the_run_goes_on(
    database: Database, runs: SqlRuns
) -> None:
    run = fanned(runs, 1)

    for _ in range(sweeping.LOST_AT_MOST):
        assert len(claim(runs)) == 1
        SqlWorkers(database).leave("ann", now=NOW)

    (part,) = runs.list_parts(run.id, states=None, limit=10).items
    assert (part.state, part.attempts) == (PartState.FAILED, sweeping.LOST_AT_MOST)
    assert part.error.startswith("Given up")
    assert runs.get(run.id, tenant_id=None).phase == "finish"


def test_a_cancelled_run_takes_its_parts_with_it(runs: SqlRuns) -> None:
    run = fanned(runs, 3)
    held, other = claim(runs, 2)
    close(runs, other)

    assert runs.cancel(run.id, tenant_id=None, now=NOW).state is RunState.CANCELLED

    assert not close(runs, held)
    assert not runs.retry_part(held.part.id, "ann", error="", ready_at=NOW)
    assert claim(runs) == []
    assert runs.renew("ann", now=NOW, lease=LEASE) == {}
    assert runs.count_parts(run.id) == {PartState.DONE: 1, PartState.CANCELLED: 2}
    assert runs.get(run.id, tenant_id=None).open_parts == 0


@pytest.mark.parametrize("by", ["sweep", "claim"])
def test_parts_that_a_cancel_left_for_later_are_put_away(
    runs: SqlRuns, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    run = fanned(runs, 23)
    monkeypatch.setattr(endings, "SETTLED", 5)

    runs.cancel(run.id, tenant_id=None, now=NOW)
    left = runs.get(run.id, tenant_id=None).open_parts
    if by == "sweep":
        assert set(runs.sweep(NOW)) == {run.id}
    else:
        assert claim(runs) == []

    assert left == 18
    assert runs.get(run.id, tenant_id=None).open_parts == 0
    assert runs.count_parts(run.id) == {PartState.CANCELLED: 23}


def test_a_run_that_ends_early_leaves_no_part_open(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(run.id, 1, [{"page": 1}, {"page": 2}], now=NOW)

    runs.finish(run.id, 1, Ending(RunState.FAILED, {}, "no", Progress()), now=NOW)

    assert runs.count_parts(run.id) == {PartState.CANCELLED: 2}


def test_a_fan_out_of_a_cancelled_run_stops(runs: SqlRuns) -> None:
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.cancel(run.id, tenant_id=None, now=NOW)

    with pytest.raises(Cancelled):
        runs.fan_out(run.id, 1, [{"page": 1}], now=NOW)
    assert not runs.wait(run.id, 1, now=NOW)


def test_a_run_swept_while_it_opened_its_parts_waits_for_what_is_left(runs: SqlRuns) -> None:
    """Its first parts are done by others before the second attempt has come to its own wait."""
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(run.id, 1, [{"page": 1}, {"page": 2}], now=NOW)
    runs.sweep(NOW + LEASE + SECOND)
    later = NOW + LEASE + SECOND
    runs.claim("bob", queues=["default"], now=later, lease=LEASE)
    assert runs.fan_out(run.id, 2, [{"page": 1}, {"page": 2}, {"page": 3}], now=later) == 1
    assert runs.wait(run.id, 2, now=later)

    for claimed in runs.claim_parts("bob", queues=["default"], now=later, lease=LEASE, limit=9):
        assert close(runs, claimed, worker="bob")

    assert runs.get(run.id, tenant_id=None).phase == "finish"


def test_parts_are_listed_in_the_order_they_were_made_page_by_page(runs: SqlRuns) -> None:
    run = fanned(runs, 7)
    for claimed in claim(runs, 3):
        close(runs, claimed)
    seen, cursor = [], None

    while True:
        page = runs.list_parts(run.id, states=None, limit=3, cursor=cursor)
        seen += [part.key["page"] for part in page.items]
        if (cursor := page.next) is None:
            break

    done = runs.list_parts(run.id, states=frozenset({PartState.DONE, PartState.FAILED}), limit=10)
    assert seen == list(range(7))
    assert [part.key["page"] for part in done.items] == [0, 1, 2]
    assert runs.list_parts(run.id, states=frozenset(), limit=10).items == []
    with pytest.raises(BadInput):
        runs.list_parts(run.id, states=None, limit=10, cursor="WyJ4Il0")


def test_a_deleted_run_leaves_no_part(database: Database, runs: SqlRuns) -> None:
    run = fanned(runs, 3)
    runs.cancel(run.id, tenant_id=None, now=NOW)

    runs.delete(run.id, tenant_id=None)

    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(parts_table)) == 0


def test_a_part_that_was_left_is_open_again_as_if_it_had_never_been_claimed(runs: SqlRuns) -> None:
    run = fanned(runs, 3)
    one, two, three = claim(runs, 3)

    runs.leave_parts([one.part.id, two.part.id], "ann")
    runs.leave_parts([three.part.id], "bob")

    assert runs.count_parts(run.id) == {PartState.OPEN: 2, PartState.RUNNING: 1}
    assert [each.part.attempts for each in claim(runs, 3)] == [1, 1]
