"""Checking a pipeline when it is saved: everything that can be known before it runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windrow.core.pipelines.expressions import check_expression, check_templates, has_template
from windrow.core.pipelines.plan import FAILED, Plan, PlannedStep, read_plan
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.starting import Starting, check_source_parameters
from windrow.errors import BadInput, FieldProblem, WindrowError
from windrow.model.identity import is_id
from windrow.model.steps import DEEPEST
from windrow.model.tasks import Task
from windrow.ports.work import task_check_of

NAME = "pipeline"


@dataclass(frozen=True, slots=True)
class Checking:
    """Says what is wrong with a pipeline."""

    reading: Reading
    starting: Starting

    def check(self, task: Task) -> None:
        """Raises `BadInput` that names every step and field at fault."""
        plan = read_plan(self.reading.content(task.parameters, tenant_id=task.tenant_id))
        problems = list(self._problems(plan, task))
        if problems:
            raise BadInput(problems)

    def _problems(self, plan: Plan, task: Task) -> Iterator[FieldProblem]:
        wrong = list(_problems_of_shape(plan))
        yield from wrong
        if not wrong:
            for number, step in enumerate(plan.steps):
                yield from self._problems_of(plan, step, task, f"parameters.steps.{number}")

    def _problems_of(self, plan: Plan, step: PlannedStep, task: Task, place: str) -> Iterator[FieldProblem]:
        if sum(each is not None for each in (step.task, step.kind, step.source)) != 1:
            yield FieldProblem(place, f"step {step.name} must have one of task, kind and source")
            return
        if step.when == FAILED and not step.after:
            yield FieldProblem(
                f"{place}.when", f"step {step.name} waits for a failure, and for no step: name one in after"
            )
        before = ancestors_of(plan, step)
        try:
            if step.expression is not None:
                check_expression(step.expression, before)
        except BadInput as error:
            yield from _placed(error, f"{place}.when", step)
        try:
            check_templates(step.parameters, before)
        except BadInput as error:
            yield from _placed(error, f"{place}.parameters", step)
            return
        yield from self._problems_of_work(step, task, place)

    def _problems_of_work(self, step: PlannedStep, task: Task, place: str) -> Iterator[FieldProblem]:
        constant = not has_template(step.parameters)
        try:
            if step.source is not None:
                self.starting.find_source(task.tenant_id, step.source)
                check_source_parameters(step.do, {} if not constant else step.parameters)
            elif step.kind is not None:
                self._check_kind(step.kind, step.parameters, task, constant=constant)
            elif step.task is not None:
                self._check_task(step, task, constant=constant)
        except BadInput as error:
            yield from _placed(error, place, step)
        except WindrowError as error:
            word = "task" if step.task is not None else "source"
            yield FieldProblem(f"{place}.{word}", f"step {step.name}: {error}")

    def _check_kind(self, kind: str, parameters: Mapping[str, Any], task: Task, *, constant: bool) -> None:
        if not constant:
            self.starting.kinds.work_kind(kind)
            return
        filled = self.starting.fill_kind(kind, parameters)
        if check := task_check_of(self.starting.kinds.work_kind(kind)):
            check(Task("", "", kind, task.tenant_id, task.owner_id, filled))

    def _check_task(self, step: PlannedStep, task: Task, *, constant: bool) -> None:
        found = self.starting.find_task(task.tenant_id, step.task or "")
        way = self._way_to(found, task.id, DEEPEST)
        if way:
            raise BadInput.of("task", f"contains this pipeline itself: {' → '.join(way)}")
        if found.source_id is None and found.kind != "harvest" and constant:
            self.starting.fill_task(found, step.parameters)

    def _way_to(self, found: Task, task_id: str, left: int) -> list[str]:
        """The names of the tasks by which one contains another; none where it does not, as far as can be seen."""
        if found.id == task_id:
            return [found.name]
        if found.kind != NAME or not left:
            return []
        for each in self._contained(found):
            if way := self._way_to(each, task_id, left - 1):
                return [found.name, *way]
        return []

    def _contained(self, task: Task) -> list[Task]:
        try:
            plan = read_plan(self.reading.content(task.parameters, tenant_id=task.tenant_id))
        except BadInput:
            return []  # its own fault, which it tells when it runs
        inner = [each.task for each in plan.steps if each.task is not None and is_id(each.task)]
        found = self.starting.store.tasks.get_many(inner).values()
        return [each for each in found if each.tenant_id == task.tenant_id]


def _problems_of_shape(plan: Plan) -> Iterator[FieldProblem]:
    """What is wrong with names, and with what waits for what."""
    names = [each.name for each in plan.steps]
    for number, step in enumerate(plan.steps):
        place, first = f"parameters.steps.{number}", names.index(step.name)
        if first != number:
            yield FieldProblem(f"{place}.name", f"is taken: step {first} is called {step.name} too")
        for each in sorted(set(step.after) - set(names)):
            yield FieldProblem(f"{place}.after", f"names {each}, which is no step; there are: {', '.join(names)}")
    if len(set(names)) == len(names) and plan.by_name.keys() >= {each for step in plan.steps for each in step.after}:
        cycle = plan.cycle()
        if cycle:
            yield FieldProblem("parameters.steps", f"wait for one another in a circle: {' → '.join(cycle)}")


def ancestors_of(plan: Plan, step: PlannedStep) -> frozenset[str]:
    """The names of all steps that have ended when this one begins."""
    found: set[str] = set()
    left = list(step.after)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += plan.by_name[name].after
    return frozenset(found)


def _placed(error: BadInput, place: str, step: PlannedStep) -> Iterator[FieldProblem]:
    for each in error.problems:
        inner = each.field if not each.field or each.field.startswith(".") else f".{each.field}"
        yield FieldProblem(f"{place}{inner}", f"step {step.name}: {each.problem}")
