"""Pipelines as they run: order, conditions, failures, cancels, crashes; by one worker and its clock."""

from dataclasses import replace

import pytest

from tests.core.pipelines.conftest import Line, says
from tests.harvests.farm import PASSWORD
from windrow.core.authentication import principal_of
from windrow.model.accounts import Role
from windrow.model.runs import Cause, RunState
from windrow.model.steps import DEEPEST


def test_steps_run_one_after_the_other_and_tell_what_they_came_to(line: Line) -> None:
    run = line.run(
        says("first", parameters={"says": {"title": "Rivers"}}),
        says("second", after=["first"], parameters={"says": "${{ steps.first.result.said.title + '!' }}"}),
        says("third", after=["second"], parameters={"says": ["${{ steps.first.result.said }}", "x ${{ 1 + 1 }}"]}),
    )

    assert run.state is RunState.SUCCEEDED, run.error
    assert [each.get("says") for each in line.told.seen] == [
        {"title": "Rivers"},
        "Rivers!",
        [{"title": "Rivers"}, "x 2"],
    ]
    assert (run.progress.done, run.progress.total, run.progress.counts) == (3, 3, {"succeeded": 3})
    child = line.farm.run(line.steps(run)["first"].child_id or "")
    assert (child.cause, child.owner_id, child.tenant_id) == (Cause.RUN, run.owner_id, run.tenant_id)
    assert run.result["steps"]["first"]["run_id"] == child.id


def test_a_source_is_harvested_before_what_comes_after(line: Line) -> None:
    source = line.farm.add("shelf")

    run = line.run(
        {"name": "fetch", "source": source.id},
        says(
            "tell",
            after=["fetch"],
            when="steps.fetch.counts.added > 1",
            parameters={"says": "${{ steps.fetch.counts }}"},
        ),
        says("never", after=["fetch"], when="steps.fetch.counts.added > 100"),
    )

    assert run.state is RunState.SUCCEEDED, run.error
    assert line.states(run) == {"fetch": "succeeded", "never": "skipped", "tell": "succeeded"}
    assert line.told.seen == [{"says": {"added": 2}}]
    assert sorted(line.farm.titles(source)) == ["a", "b"]


def test_a_harvest_that_is_under_way_is_waited_for(line: Line) -> None:
    source = line.farm.add("shelf")
    run = line.start({"name": "fetch", "source": source.id})
    theirs = line.farm.start(source)
    line.farm.performer.perform(run.id)

    run = line.finish(run)

    assert run.state is RunState.SUCCEEDED
    assert (line.steps(run)["fetch"].child_id, line.steps(run)["fetch"].own) == (theirs.id, False)


def test_who_asks_for_everything_waits_for_the_pass_that_goes_on_and_has_one_of_their_own(line: Line) -> None:
    source = line.farm.add("shelf")
    run = line.start({"name": "fetch", "source": source.id, "parameters": {"full": True}})
    theirs = line.farm.start(source)
    line.farm.performer.perform(run.id)

    run = line.finish(run)

    step = line.steps(run)["fetch"]
    assert (run.state, step.own, step.child_id == theirs.id) == (RunState.SUCCEEDED, True, False)
    before, after = line.farm.run(theirs.id), line.farm.run(step.child_id or "")
    assert (before.parameters["full"], after.parameters["full"]) == (False, True)
    assert before.ended_at is not None
    assert after.started_at is not None
    assert before.ended_at <= after.started_at


def test_a_failure_stops_what_was_to_come(line: Line) -> None:
    run = line.run(
        says("first", parameters={"fails": "no paper"}),
        says("second", after=["first"]),
        says("third", after=["second"]),
    )

    assert run.state is RunState.FAILED
    assert "first: no paper" in run.error
    assert line.states(run) == {"first": "failed", "second": "skipped", "third": "skipped"}
    assert "stopped by the failure of step first" in line.steps(run)["third"].error


def test_a_failure_that_another_step_is_there_for_leaves_the_pipeline_partial(line: Line) -> None:
    run = line.run(
        says("first", parameters={"fails": "no paper"}),
        says("second", after=["first"]),
        says("mend", after=["second"], when="failed", parameters={"says": "${{ steps.first.error }}"}),
        says("beside"),
    )

    assert run.state is RunState.PARTIAL
    assert line.states(run) == {"first": "failed", "second": "skipped", "mend": "succeeded", "beside": "succeeded"}
    assert {"says": "no paper"} in line.told.seen


def test_a_failure_may_be_passed_over(line: Line) -> None:
    run = line.run(
        says("first", parameters={"fails": "no paper"}, on_error="continue"), says("second", after=["first"])
    )

    assert (run.state, line.states(run)) == (RunState.PARTIAL, {"first": "failed", "second": "succeeded"})


def test_half_of_a_step_is_no_more_than_half_of_a_pipeline(line: Line) -> None:
    run = line.run(says("first", parameters={"half": True}), says("second", after=["first"]))

    assert (run.state, line.states(run)) == (RunState.PARTIAL, {"first": "partial", "second": "succeeded"})


def test_no_more_steps_go_on_at_once_than_may(line: Line) -> None:
    run = line.start(*(says(name) for name in "abcde"), at_once=2)
    line.turn()

    assert len(line.steps(run)) == 2
    assert line.finish(run).state is RunState.SUCCEEDED
    assert len(line.told.seen) == 5


def test_a_condition_that_cannot_be_told_is_a_failure_that_names_it(line: Line) -> None:
    run = line.run(says("first"), says("second", after=["first"], when="steps.first.result.missing > 1"))

    assert run.state is RunState.FAILED
    assert "steps.first.result.missing > 1" in line.steps(run)["second"].error


def test_a_step_that_cannot_begin_has_failed(line: Line) -> None:
    task = line.task(kind="told")
    pipeline = line.start({"name": "first", "task": task.id, "parameters": {"half": "${{ 'no' }}"}})

    run = line.finish(pipeline)

    assert run.state is RunState.FAILED
    assert "parameters.half" in line.steps(run)["first"].error


def test_a_deleted_task_is_a_failed_step(line: Line) -> None:
    task = line.task(kind="told")
    run = line.start({"name": "first", "task": task.id})
    line.farm.assembly.windrow.tasks.delete(line.farm.principal, task.id, line.farm.assembly.blobs)

    assert line.finish(run).state is RunState.FAILED
    assert task.id in line.steps(run)["first"].error


def test_a_cancel_takes_the_steps_with_it(line: Line) -> None:
    run = line.start(says("first"), says("second", after=["first"]))
    for carry_out in line.farm.performer.take_runs(1):
        carry_out()
    assert line.farm.run(run.id).state is RunState.WAITING

    line.farm.assembly.windrow.runs.cancel(line.farm.principal, run.id)
    while line.turn():
        pass

    assert {each.state for each in line.all_runs()} == {RunState.CANCELLED}
    assert line.told.seen == []


def test_a_step_that_takes_too_long_is_given_up(line: Line) -> None:
    run = line.start(says("first", timeout=60))
    for carry_out in line.farm.performer.take_runs(1):
        carry_out()
    line.farm.clock.jump(seconds=61)
    line.farm.assembly.store.runs.promote(line.farm.clock())
    line.farm.performer.perform(run.id)

    assert line.finish(run).state is RunState.FAILED
    assert "longer than 60 s" in line.steps(run)["first"].error
    assert line.told.seen == []


def test_a_worker_that_dies_between_any_two_writes_begins_nothing_twice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = line.farm.assembly.store.runs
    run = line.start(says("first"), says("second", after=["first"]))
    for name in ("begin_steps", "wait_for_steps", "finish"):
        real, broken = getattr(runs, name), list[int]()

        def die_once(*arguments: object, real: object = real, broken: list[int] = broken, **named: object) -> object:
            done = real(*arguments, **named)  # type: ignore[operator]  # a method of the store
            if not broken and arguments[0] == run.id:
                broken.append(1)
                raise SystemExit("killed after it was written")
            return done

        monkeypatch.setattr(type(runs), name, lambda self, *args, die=die_once, **named: die(*args, **named))

    while not line.farm.run(run.id).state.is_terminal:
        try:
            line.turn()
        except SystemExit:
            line.farm.clock.jump(minutes=5)
            runs.sweep(line.farm.clock())

    assert line.farm.run(run.id).state is RunState.SUCCEEDED
    assert len(line.told.seen) == 2
    assert len(line.all_runs()) == 3


def test_a_pipeline_in_a_pipeline_is_one_of_its_steps(line: Line) -> None:
    inner = line.task(says("inside", parameters={"says": 1}))

    run = line.run({"name": "inner", "task": inner.id}, says("after", after=["inner"]))

    assert run.state is RunState.SUCCEEDED
    assert line.told.seen == [{"says": 1}, {}]


def test_pipelines_are_so_deep_and_no_deeper(line: Line) -> None:
    task = line.task(says("bottom"))
    for _ in range(DEEPEST):
        task = line.task({"name": "inner", "task": task.id})
    run = line.farm.assembly.windrow.tasks.start(line.farm.principal, task.id)

    assert line.finish(run).state is RunState.FAILED
    assert line.told.seen == []


def test_who_may_not_start_anything_any_more_starts_nothing_by_a_pipeline(line: Line) -> None:
    farm = line.farm
    accounts = farm.assembly.windrow.accounts
    user = accounts.create_user(farm.principal, "ada", role=Role.OPERATOR, password=PASSWORD).user
    line = replace(line, farm=replace(farm, principal=principal_of(replace(user, must_change_password=False))))
    run = line.start(says("first"))
    farm.assembly.store.accounts.save_user(replace(user, role=Role.VIEWER))

    ended = line.finish(run)

    assert (ended.state, line.told.seen) == (RunState.FAILED, [])
    assert "ada, who owns this run, may not start anything" in ended.error


def test_an_inner_task_has_a_history_and_goes_with_its_pipeline(line: Line) -> None:
    tasks = line.farm.assembly.windrow.tasks
    task = line.task(says("first"))
    runs = [line.finish(tasks.start(line.farm.principal, task.id)) for _ in range(2)]

    children = [line.farm.run(line.steps(run)["first"].child_id or "") for run in runs]
    assert children[0].task_id == children[1].task_id
    assert children[0].task_id not in [each.id for each in tasks.page(line.farm.principal).items]
    tasks.delete(line.farm.principal, task.id, line.farm.assembly.blobs)
    assert line.all_runs() == []
