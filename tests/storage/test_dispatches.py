"""What an engine is told of: each thing once, until it is claimed or seems lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.storage.making import LEASE, NOW, TENANT, a_run
from windrow.model.runs import Part, Run, RunState
from windrow.model.tasks import Limit
from windrow.ports.dispatches import Sent
from windrow.ports.runs import PartClaim
from windrow.storage.database import Database
from windrow.storage.dispatches import SqlDispatches
from windrow.storage.runs import SqlRuns

SECOND = timedelta(seconds=1)


@pytest.fixture
def dispatches(database: Database) -> SqlDispatches:
    return SqlDispatches(database)


def send(dispatches: SqlDispatches, *, ahead: int = 100) -> list[str]:
    return [each.id for each in dispatches.send_runs(NOW, ahead=ahead)]


def claim(runs: SqlRuns, run: Run) -> Run:
    taken = runs.claim("ann", queues=(run.queue,), now=NOW, lease=LEASE, run_id=run.id)
    assert taken is not None
    return taken


def fanned(runs: SqlRuns, many: int, **values: Any) -> Run:
    run = a_run(**values)
    runs.add([run])
    taken = claim(runs, run)
    keys: list[Mapping[str, Any]] = [{"page": number} for number in range(many)]
    runs.fan_out(run.id, taken.attempt, keys, now=NOW)
    runs.wait(run.id, taken.attempt, now=NOW)
    return run


def parts_of(runs: SqlRuns, run: Run) -> list[Part]:
    return list(runs.list_parts(run.id, states=None, limit=100).items)


def test_what_is_ready_is_sent_once_and_in_its_turn(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    low, high, other = a_run(priority=-5), a_run(priority=5), a_run(queue="slow")
    later = a_run(state=RunState.SCHEDULED, ready_at=NOW + SECOND)
    runs.add([low, high, other, later])

    sent = dispatches.send_runs(NOW, ahead=100)

    assert [each.id for each in sent if each.queue == "default"] == [high.id, low.id]
    assert [each.id for each in sent if each.queue == "slow"] == [other.id]
    assert {each.id: each for each in sent}[high.id] == Sent(high.id, "default", 5, NOW, 1)
    assert dispatches.send_runs(NOW, ahead=100) == []


def test_only_so_many_of_each_queue_are_on_their_way(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    many, slow = [a_run() for _ in range(5)], [a_run(queue="slow") for _ in range(2)]
    runs.add([*many, *slow])
    many.sort(key=lambda each: each.id)

    first = send(dispatches, ahead=3)
    assert sorted(first) == sorted([*(each.id for each in many[:3]), *(each.id for each in slow)])
    assert send(dispatches, ahead=3) == []

    claim(runs, many[0])

    assert send(dispatches, ahead=3) == [many[3].id]


def test_a_claim_that_came_back_is_sent_again(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    run = a_run()
    runs.add([run])
    send(dispatches)
    taken = claim(runs, run)
    assert send(dispatches) == []

    runs.hand_back(run.id, taken.attempt, now=NOW, ready_at=NOW, failed=False)

    assert send(dispatches) == [run.id]


def test_what_was_set_aside_is_sent_when_its_turn_comes(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    one, two = (a_run(limits=(Limit("source:1"),)) for _ in range(2))
    runs.add([one, two])
    assert len(send(dispatches)) == 2
    taken = claim(runs, one)
    assert runs.claim("ann", queues=("default",), now=NOW, lease=LEASE, run_id=two.id) is None
    assert send(dispatches) == []

    runs.hand_back(one.id, taken.attempt, now=NOW, ready_at=NOW + SECOND, failed=False)

    assert send(dispatches) == [two.id]


def test_what_was_taken_back_is_sent_again(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    run = a_run()
    runs.add([run])
    send(dispatches)

    dispatches.take_back_runs([run.id])

    assert send(dispatches) == [run.id]


def test_what_nobody_claimed_is_told_and_sent_again_only_once(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    run, claimed = a_run(), a_run()
    runs.add([run, claimed])
    send(dispatches)
    (lost, gone) = sorted(dispatches.unclaimed_runs(NOW + SECOND, limit=10), key=lambda each: each.id != run.id)
    claim(runs, claimed)

    assert dispatches.unclaimed_runs(NOW, limit=10) == []
    again = dispatches.send_runs_again([lost, gone], NOW + SECOND)

    assert again == [Sent(run.id, "default", 0, NOW + SECOND, 2)]
    assert dispatches.send_runs_again([lost], NOW + SECOND) == [], "somebody else sent it just now"


def test_a_cancelled_run_that_was_sent_is_revoked_once(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    sent, never_sent, begun = a_run(), a_run(), a_run()
    runs.add([sent, begun])
    send(dispatches)
    runs.add([never_sent])
    claim(runs, begun)
    for each in (sent, never_sent, begun):
        runs.cancel(each.id, tenant_id=TENANT, now=NOW)

    assert dispatches.revoked(limit=10) == [sent.id]
    assert dispatches.revoked(limit=10) == []


def test_parts_are_sent_claimed_and_sent_again(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    run = fanned(runs, 5, priority=7)
    numbers = [str(each.id) for each in parts_of(runs, run)]

    sent = dispatches.send_parts(NOW, ahead=3)

    assert [(each.id, each.queue, each.priority) for each in sent] == [(each, "default", 7) for each in numbers[:3]]
    assert dispatches.send_parts(NOW, ahead=3) == []
    taken: list[PartClaim] = runs.claim_these_parts("ann", [int(each) for each in numbers[:2]], now=NOW, lease=LEASE)
    assert [str(each.part.id) for each in taken] == numbers[:2]
    assert [each.id for each in dispatches.send_parts(NOW, ahead=3)] == numbers[3:]
    dispatches.take_back_parts([int(numbers[2]), int(numbers[0])])
    assert [each.id for each in dispatches.send_parts(NOW, ahead=9)] == [numbers[2]]
    lost = dispatches.unclaimed_parts(NOW + SECOND, limit=10)
    assert sorted(each.id for each in lost) == numbers[2:]
    assert len(dispatches.send_parts_again(lost, NOW + SECOND)) == 3


def test_of_these_parts_only_those_are_claimed_that_are_free_and_ready(runs: SqlRuns) -> None:
    run = fanned(runs, 4)
    one, two, three, four = (each.id for each in parts_of(runs, run))
    runs.claim_these_parts("bob", [one], now=NOW, lease=LEASE)
    runs.claim_these_parts("ann", [two], now=NOW, lease=LEASE)
    runs.retry_part(two, "ann", error="busy", ready_at=NOW + SECOND)

    taken = runs.claim_these_parts("ann", [one, two, three, 999_999], now=NOW, lease=LEASE)

    assert [(each.part.id, each.part.attempts, each.run.id) for each in taken] == [(three, 1, run.id)]
    runs.cancel(run.id, tenant_id=TENANT, now=NOW)
    assert runs.claim_these_parts("ann", [four], now=NOW, lease=LEASE) == []


def test_parts_are_not_sent_as_one_by_one_is_claimed(runs: SqlRuns, dispatches: SqlDispatches) -> None:
    numbers = [each.id for each in parts_of(runs, fanned(runs, 6))]
    assert len(dispatches.send_parts(NOW, ahead=4, least=2)) == 4
    runs.claim_these_parts("ann", numbers[:1], now=NOW, lease=LEASE)

    assert dispatches.send_parts(NOW, ahead=4, least=2) == []

    runs.claim_these_parts("ann", numbers[1:2], now=NOW, lease=LEASE)
    assert [int(each.id) for each in dispatches.send_parts(NOW, ahead=4, least=2)] == numbers[4:]
