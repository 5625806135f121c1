"""What fails at a target fails for its own record, is told, and is tried again when that may help."""

from dataclasses import replace

import pytest

from tests.core.pushing.conftest import URL, Yard, counts
from tests.harvests.depot import Depot
from tests.harvests.shelf import record
from windrow.core.performing import Performer
from windrow.core.pushing.delivering import MOST_IN_A_ROW
from windrow.errors import HostResting, LeaseLost, RemoteError, RemoteStatus, RemoteUnreachable, Unfit
from windrow.model.identity import new_id
from windrow.model.runs import PartState, RunState
from windrow.model.targets import Standing
from windrow.ports.source_kinds import Reading
from windrow.ports.targets import Item, TargetRequest


class Crash(BaseException):
    """The end of a process, as far as a process can survive it to tell."""


def refuse(depot: Depot, **errors: Exception) -> None:
    """Has the depot raise these for records of these identifiers, and take all others."""

    def before(request: TargetRequest, item: Item) -> None:
        if item.identifier in errors:
            raise errors[item.identifier]

    depot.before = before


def answered(status: int) -> RemoteStatus:
    return RemoteStatus(f"The host answered {status}.", status=status)


def test_a_record_that_does_not_fit_holds_up_no_other(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    target = yard.target(source)
    refuse(yard.depot, b=Unfit("It has no licence."))

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.PARTIAL, {"pushed": 2, "failed": 1})
    assert yard.standing(target) == Standing(pushed=2, waiting=0, failed=1)
    (failed,) = yard.deliveries(target, failed=True).values()
    assert (failed.identifier, failed.problem, failed.attempts) == ("b", "It has no licence.", 1)
    assert failed.title == "Title of b"
    assert failed.tried_at is not None
    assert failed.pushed_at is None
    assert sorted(yard.deliveries(target, failed=False)) == ["a", "c"]


def test_what_does_not_fit_is_tried_again_only_when_it_changed_or_on_demand(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    refuse(yard.depot, b=Unfit("It has no licence."))
    yard.push(source)

    again = yard.push(source)
    assert (again.state, counts(again)) == (RunState.PARTIAL, {"unchanged": 1, "failed": 1})
    assert yard.deliveries(target)["b"].attempts == 1

    yard.push(source, full=True)
    assert yard.deliveries(target)["b"].attempts == 2

    refuse(yard.depot)
    yard.shelf.pages = {"1": Reading(records=[record("a"), record("b", "licensed now")])}
    yard.farm.harvest(source)
    cured = yard.push(source)
    assert (cured.state, counts(cured)) == (RunState.SUCCEEDED, {"pushed": 1, "unchanged": 1})
    assert yard.deliveries(target)["b"].problem == ""


def test_what_a_target_refuses_is_tried_at_the_next_push(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    refuse(yard.depot, a=answered(403))
    run = yard.push(source)
    assert (run.state, counts(run)) == (RunState.PARTIAL, {"pushed": 1, "failed": 1})

    refuse(yard.depot)

    assert counts(yard.push(source)) == {"pushed": 1, "unchanged": 1}
    assert yard.deliveries(target)["a"].attempts == 2


def test_what_may_help_is_tried_again_by_the_same_push_and_nothing_else_is(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    yard.target(source)
    fails = [answered(503), answered(503)]

    def before(request: TargetRequest, item: Item) -> None:
        if item.identifier == "a" and fails:
            raise fails.pop()

    yard.depot.before = before

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.SUCCEEDED, {"pushed": 3})
    assert yard.depot.puts == ["b", "c", "a"]


def test_one_record_that_the_target_stumbles_over_holds_up_no_other(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    target = yard.target(source)
    refuse(yard.depot, b=answered(500))

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.PARTIAL, {"pushed": 2, "failed": 1})
    assert yard.deliveries(target)["b"].problem == "The host answered 500."
    assert yard.depot.puts == ["a", "c"]


def test_a_mistake_in_the_kind_is_told_of_the_record(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    yard.depot.remote = lambda item: "x" * 1_001 if item.identifier == "a" else ""

    run = yard.push(source)

    assert counts(run) == {"pushed": 1, "failed": 1}
    assert "1001 characters" in yard.deliveries(target)["a"].problem


@pytest.mark.parametrize(
    "error", [RemoteUnreachable("refused"), HostResting("it rests", retry_after=1.0)], ids=["away", "resting"]
)
def test_a_target_that_is_away_is_asked_once_a_part_and_keeps_no_other_waiting(yard: Yard, error: RemoteError) -> None:
    source = yard.source(*[f"r{number:02}" for number in range(60)])
    there, away = yard.target(source, "there", "http://127.0.0.1:9/1"), yard.target(source, "away")
    asked: list[str] = []

    def before(request: TargetRequest, item: Item) -> None:
        if request.url == URL:
            asked.append(item.identifier)
            raise error

    yard.depot.before = before

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.PARTIAL, {"pushed": 60, "failed": 60})
    assert (yard.standing(there), yard.standing(away)) == (Standing(60, 0, 0), Standing(0, 60, 0))
    assert sorted(set(asked)) == ["r00", "r50"]
    assert len(asked) == 2 * run.retry.attempts
    told = {each["name"]: each["error"] for each in run.result["targets"]}
    assert told == {"there": "", "away": str(error)}

    yard.depot.before = lambda request, item: None
    back = yard.push(source)
    assert (back.state, counts(back)) == (RunState.SUCCEEDED, {"pushed": 60, "unchanged": 60})


def test_a_target_that_comes_back_gets_the_rest(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    yard.target(source)
    refused: list[str] = []

    def before(request: TargetRequest, item: Item) -> None:
        if item.identifier == "b" and len(refused) < 3:
            refused.append(item.identifier)
            raise RemoteUnreachable("refused")

    yard.depot.before = before

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.SUCCEEDED, {"pushed": 3})
    assert yard.depot.puts == ["a", "b", "c"]


@pytest.mark.parametrize("status", [401, 400])
def test_a_target_that_refuses_everything_is_not_asked_ten_thousand_times(yard: Yard, status: int) -> None:
    source = yard.source(*[f"r{number:02}" for number in range(60)])
    target = yard.target(source)
    asked: list[str] = []

    def before(request: TargetRequest, item: Item) -> None:
        asked.append(item.identifier)
        raise answered(status)

    yard.depot.before = before

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.FAILED, {"failed": 60})
    assert len(asked) == (2 if status == 401 else 2 * MOST_IN_A_ROW)
    assert yard.standing(target).pushed == 0


def test_after_a_crash_only_the_rest_is_pushed(yard: Yard) -> None:
    source = yard.source("a", "b", "c", "d")
    target = yard.target(source)

    def crash(request: TargetRequest, item: Item) -> None:
        if item.identifier == "c":
            raise Crash

    yard.depot.before = crash
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)
    yard.farm.performer.perform(run.id)
    (carry_out,) = yard.farm.performer.take_parts(1)
    with pytest.raises(Crash):
        carry_out()
    assert yard.depot.puts == ["a", "b"]

    yard.depot.before = lambda request, item: None
    yard.farm.performer = survivor(yard)
    ended = yard.farm.finish(run)

    assert (ended.state, counts(ended)) == (RunState.SUCCEEDED, {"pushed": 4})
    assert yard.depot.puts == ["a", "b", "c", "d"]
    assert {each.attempts for each in yard.deliveries(target).values()} == {1}


def test_what_arrived_before_a_crash_is_put_again_under_its_name_and_goes_with_its_record(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)

    def crash(item: Item) -> None:
        raise Crash

    yard.depot.after = crash
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)
    yard.farm.performer.perform(run.id)
    (carry_out,) = yard.farm.performer.take_parts(1)
    with pytest.raises(Crash):
        carry_out()
    yard.farm.assembly.windrow.runs.cancel(yard.farm.principal, run.id)
    assert yard.depot.at(URL) == {"a": "Title of a"}
    assert yard.deliveries(target)["a"].pushed_at is None

    yard.want(source, "a", wanted=False)
    yard.farm.performer = survivor(yard)

    assert counts(yard.push(source)) == {"removed": 1}
    assert yard.depot.at(URL) == {}


def test_who_lost_the_part_writes_nothing(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    other = survivor(yard)

    def taken_over(item: Item) -> None:
        yard.depot.after = lambda item: None
        yard.farm.clock.jump(minutes=10)
        yard.farm.assembly.store.runs.sweep(yard.farm.clock())
        tasks.extend(other.take_parts(1))

    tasks: list[object] = []
    yard.depot.after = taken_over
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)
    yard.farm.performer.perform(run.id)
    (carry_out,) = yard.farm.performer.take_parts(1)
    carry_out()
    assert yard.depot.puts == ["a"]
    assert yard.deliveries(target)["a"].attempts == 0

    (carry_on,) = tasks
    carry_on()  # type: ignore[operator]  # what carries out a part
    ended = yard.farm.finish(run)

    assert (ended.state, counts(ended)) == (RunState.SUCCEEDED, {"pushed": 2})
    assert yard.depot.puts == ["a", "a", "b"]


def test_a_cancelled_push_stops_between_two_records(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    target = yard.target(source)
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)

    def cancel(item: Item) -> None:
        yard.farm.assembly.windrow.runs.cancel(yard.farm.principal, run.id)

    yard.depot.after = cancel

    ended = yard.farm.finish(run)

    assert ended.state is RunState.CANCELLED
    assert yard.depot.puts == ["a"]
    yard.depot.after = lambda item: None
    assert counts(yard.push(source)) == {"pushed": 3}
    assert yard.standing(target) == Standing(3, 0, 0)


def test_what_changes_while_it_is_pushed_is_pushed_once_more(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)

    def change(item: Item) -> None:
        yard.depot.after = lambda item: None
        yard.shelf.pages = {"1": Reading(records=[record("a", "newer")])}
        yard.farm.harvest(source)

    yard.depot.after = change
    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.SUCCEEDED, {"pushed": 1})
    assert yard.standing(target) == Standing(pushed=0, waiting=1, failed=0)
    assert counts(yard.push(source)) == {"pushed": 1}
    assert yard.depot.at(URL) == {"a": "newer"}


def test_a_kind_that_is_not_installed_fails_its_own_target_only(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source, "there")
    lost = yard.target(source, "lost")
    yard.farm.assembly.store.targets.save(replace(lost, kind="missing"))

    run = yard.push(source)

    assert (run.state, counts(run)) == (RunState.PARTIAL, {"pushed": 1, "failed": 1})
    assert "there is no target kind 'missing'" in run.result["targets"][1]["error"]
    states = yard.farm.assembly.store.runs.count_parts(run.id)
    assert states == {PartState.DONE: 1}


def test_a_fan_out_that_was_cut_short_goes_on_behind_the_parts_it_made(yard: Yard) -> None:
    source = yard.source(*[f"r{number:03}" for number in range(120)])
    yard.target(source)
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)
    runs, first = yard.farm.assembly.store.runs, yard.resource_ids(source, "r000")[0]
    claimed = runs.claim("dead", queues=["default"], now=yard.farm.clock(), lease=yard.farm.performer.lease)
    assert claimed is not None
    target_id = yard.farm.assembly.store.targets.page(source.id, limit=1).items[0].id
    made = {"target": target_id, "remove": False, "first": first, "last": first + 69}
    runs.fan_out(run.id, claimed.attempt, [made], now=yard.farm.clock())
    yard.farm.clock.jump(minutes=10)
    runs.sweep(yard.farm.clock())

    ended = yard.farm.finish(run)

    parts = runs.list_parts(run.id, states=None, limit=100).items
    assert [(each.key["first"] - first, each.key["last"] - first) for each in parts] == [(0, 69), (70, 119)]
    assert counts(ended) == {"pushed": 120}
    assert len(yard.depot.puts) == 120


def survivor(yard: Yard) -> Performer:
    """Another worker; what the first one held is swept."""
    yard.farm.clock.jump(minutes=10)
    yard.farm.assembly.store.runs.sweep(yard.farm.clock())
    return yard.farm.assembly.performer(new_id())


def test_lease_lost_is_what_a_late_note_raises(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)
    yard.farm.performer.perform(run.id)
    runs = yard.farm.assembly.store.runs
    now, lease = yard.farm.clock(), yard.farm.performer.lease
    (claim,) = runs.claim_parts("one", queues=["default"], now=now, lease=lease, limit=1)
    assert runs.retry_part(claim.part.id, "one", error="", ready_at=yard.farm.clock())

    with pytest.raises(LeaseLost):
        yard.farm.assembly.store.targets.announce(claim.part, target.id, first=0, last=9)
