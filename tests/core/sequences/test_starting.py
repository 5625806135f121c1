"""Sequences that start other work: they wait without a worker, and nothing that was done is done again."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.pipelines.conftest import Line, Told
from tests.harvests.farm import Farm, open_farm
from tests.work.sequence.served import Served
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.runs import Run, RunState
from windrow.ports.walkers import Walk, walker, walkers_in


@walker("sum", schema={"type": "object", "properties": {"of": {"type": "array"}}, "required": ["of"]})
def add_up(walk: Walk) -> list[Any]:
    return [sum(walk.context["of"])]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as server:
        yield server


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("line"), work=(Told(),)) as farm:
        farm.assembly.walkers |= {each.name: each for each in walkers_in(add_up)}
        yield farm


@pytest.fixture
def line(farm: Farm, served: Served) -> Line:
    served.begin({"* /echo": {"echo": True}})
    told = farm.assembly.kinds.work["told"]
    assert isinstance(told, Told)
    told.seen.clear()
    return Line(farm, told, since=new_id())


def begin(line: Line, served: Served, *steps: Any, **more: Any) -> Run:
    draft = TaskDraft(f"sequence {new_id()}", "sequence", {"document": {"requests": served.here(list(steps)), **more}})
    tasks = line.farm.assembly.windrow.tasks
    return tasks.start(line.farm.principal, tasks.create(line.farm.principal, draft).id)


def says(what: Any, **step: Any) -> dict[str, Any]:
    return {"task": {"kind": "told", "parameters": {"says": what}}, **step}


def echo(n: Any, **step: Any) -> dict[str, Any]:
    return {"method": "POST", "api": "http://127.0.0.1:18080/echo", "body": {"n": n}, **step}


def test_a_sequence_waits_without_a_worker_and_does_nothing_twice(line: Line, served: Served) -> None:
    run = begin(line, served, echo(1), says("hi", save_to="told"), echo("{{ #.told.result.said }}"), says("bye"))

    line.turn()
    waiting = line.farm.run(run.id)
    ended = line.finish(run)

    assert (waiting.state, waiting.worker_id) == (RunState.WAITING, "")
    assert (ended.state, ended.error) == (RunState.SUCCEEDED, "")
    assert ended.result["saved"]["told"]["result"] == {"said": "hi"}
    assert [each["json"]["n"] for each in served.log] == [1, "hi"]
    assert [each["says"] for each in line.told.seen] == ["hi", "bye"]
    paths = [each.partition(":")[0] for each in line.farm.log(ended)]
    assert [paths.count(f"requests[{n}]") for n in range(4)] == [1, 2, 1, 2]  # a task begins, and ends


def test_a_loop_has_as_many_go_on_at_once_as_it_says(line: Line, served: Served) -> None:
    loop = {"by": [1, 2, 3, 4, 5], "parallel": 2, "collect": "all", "requests": [says("{{ @ }}"), echo("{{ @ }}")]}
    run = begin(line, served, {"loop": loop})

    line.turn()
    at_first = [each.state for each in line.steps(run).values()]
    ended = line.finish(run)

    assert at_first == [None, None]
    assert ended.state is RunState.SUCCEEDED
    assert [each["echo"]["json"]["n"] for each in ended.result["saved"]["all"]] == [1, 2, 3, 4, 5]
    assert sorted(each["says"] for each in line.told.seen) == [1, 2, 3, 4, 5]
    assert sorted(each["json"]["n"] for each in served.log) == [1, 2, 3, 4, 5]
    assert len({each.task_id for each in line.all_runs() if each.kind == "told"}) == 1


def test_a_run_that_failed_is_an_error_of_its_step(line: Line, served: Served) -> None:
    caught = {"task": {"kind": "told", "parameters": {"fails": "no luck"}}, "on_error": "continue"}
    failing = caught | {"on_error": "stop"}

    ended = line.finish(begin(line, served, caught, echo("{{ $.error.answer.state }}"), failing))

    assert ended.state is RunState.PARTIAL
    assert "no luck" in ended.error
    assert served.log[0]["json"] == {"n": "failed"}
    assert sum("no luck" in each for each in line.farm.log(ended)) == 2


def test_what_cannot_begin_has_failed_and_says_why(line: Line, served: Served) -> None:
    steps = [{"set": {"id": new_id()}}, {"task": {"id": "{{ #.id }}"}}]

    ended = line.finish(begin(line, served, *steps))

    assert ended.state is RunState.FAILED
    assert "There is no task" in ended.error


def test_a_run_that_takes_too_long_is_given_up(line: Line, served: Served) -> None:
    step = says(1)
    step["task"]["seconds"] = 60
    run = begin(line, served, step)
    line.turn()  # it begins its step, and nobody comes to that

    line.farm.clock.jump(seconds=61)
    line.farm.assembly.store.runs.promote(line.farm.clock())
    line.farm.performer.perform(run.id)
    ended = line.finish(run)

    assert ended.state is RunState.FAILED
    assert "longer than 60 s" in ended.error


def test_what_it_began_ends_with_it(line: Line, served: Served) -> None:
    run = begin(line, served, says(1))
    line.turn()

    line.farm.assembly.windrow.runs.cancel(line.farm.principal, run.id)
    line.finish(run)

    assert {each.state for each in line.all_runs()} == {RunState.CANCELLED}
    assert line.told.seen == []


def test_a_walker_is_a_step(line: Line, served: Served) -> None:
    steps = [{"walker": {"name": "sum", "context": {"of": [1, "{{ #.n }}"]}}}, echo("{{ $.report[0] }}")]

    ended = line.finish(begin(line, served, {"set": {"n": 2}}, *steps))

    assert ended.error == ""
    assert served.log[0]["json"] == {"n": 3}


WRONG: list[tuple[Any, str]] = [
    ({"method": "FETCH", "api": "x"}, "requests[0].method"),
    ({"set": {"a": "{{ #.b"}}, "requests[0].set.a"),
    ({"task": {"kind": "nothing"}}, "requests[0].task.kind"),
    ({"task": {"kind": "told", "parameters": {"sings": 1}}}, "requests[0].task.parameters.sings"),
    ({"task": {"id": "5"}}, "requests[0].task.id"),
    ({"walker": {"name": "nobody"}}, "requests[0].walker.name"),
    ({"walker": {"name": "sum"}}, "requests[0].walker.context.of"),
    ({"loop": {"by": "$", "requests": [{"task": {"kind": "copy"}}]}}, "requests[0].loop.requests[0].task.kind"),
]


@pytest.mark.parametrize(("step", "place"), WRONG)
def test_what_is_wrong_is_told_when_the_task_is_saved(line: Line, served: Served, step: Any, place: str) -> None:
    with pytest.raises(BadInput) as raised:
        begin(line, served, step)

    assert [each.field for each in raised.value.problems] == [f"parameters.document.{place}"]


def test_a_sequence_does_not_start_itself(line: Line) -> None:
    tasks, principal = line.farm.assembly.windrow.tasks, line.farm.principal
    made = tasks.create(principal, TaskDraft("self", "sequence", {"document": {"requests": []}}))
    document = {"requests": [{"task": {"id": made.id}}]}

    with pytest.raises(BadInput, match="wait for itself"):
        tasks.change(principal, made.id, TaskDraft("self", "sequence", {"document": document}))


def test_a_secret_of_the_team_is_sent_to_its_host_and_stands_nowhere(line: Line, served: Served) -> None:
    host = served.url.removeprefix("http://")
    line.farm.assembly.windrow.named_secrets.put(line.farm.principal, "API_TOKEN", "s3cr3t-t0k3n", [host])
    step = echo(1, header={"Authorization": "Bearer {{ secret.API_TOKEN }}"}, save_to="a", save_req_to="r")
    document = served.here({"secrets": {"API_TOKEN": [host]}, "requests": [step]})
    tasks, principal = line.farm.assembly.windrow.tasks, line.farm.principal

    task = tasks.create(principal, TaskDraft("secretive", "sequence", {"document": document}))
    ended = line.finish(tasks.start(principal, task.id))

    assert ended.error == ""
    assert served.log[0]["headers"]["Authorization"] == "Bearer s3cr3t-t0k3n"
    assert "s3cr3t" not in str(ended) + str(line.farm.log(ended))
    assert ended.result["saved"]["r"]["header"] == {"Authorization": "Bearer ***"}


def test_a_secret_goes_to_no_other_host(line: Line, served: Served) -> None:
    line.farm.assembly.windrow.named_secrets.put(line.farm.principal, "API_TOKEN", "s3cr3t-t0k3n", ["api.example.org"])
    host = served.url.removeprefix("http://")
    step = echo(1, header={"Authorization": "Bearer {{ secret.API_TOKEN }}"})
    tasks, principal = line.farm.assembly.windrow.tasks, line.farm.principal
    document = served.here({"secrets": {"API_TOKEN": [host]}, "requests": [step]})

    task = tasks.create(principal, TaskDraft("secretive", "sequence", {"document": document}))
    ended = line.finish(tasks.start(principal, task.id))

    assert (ended.state, served.log) == (RunState.FAILED, [])
    assert f"may not be sent to {host}" in ended.error
