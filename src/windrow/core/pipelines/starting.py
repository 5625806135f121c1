"""Starting: the run that a planned step is, as its owner would start it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from windrow.core.attending import COPY, PUSH, REFRESH, Attending
from windrow.core.kinds import Kinds
from windrow.core.pipelines.plan import PlannedStep
from windrow.core.pushing.kind import pushed_to
from windrow.core.retiring import check_active
from windrow.core.runs import HARVEST
from windrow.core.scheduling import SOURCE_WORK
from windrow.core.steps import Stepping
from windrow.core.validating import fill
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.copies import Copying
from windrow.model.identity import is_id
from windrow.model.runs import Run
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.model.triggers import Elapsed
from windrow.ports.steps import Beginning, Beside
from windrow.ports.store import Store

KINDS = {"harvest": HARVEST, "refresh": REFRESH, "check": "availability", "copy": COPY, "push": PUSH}
FULL = {"harvest", "refresh", "copy", "push"}
"""What may be told to look at everything."""


@dataclass(frozen=True, slots=True)
class Starting:
    """Makes the beginnings of planned steps."""

    store: Store
    kinds: Kinds
    stepping: Stepping
    attending: Attending

    def beginning(self, run: Run, step: PlannedStep, parameters: Mapping[str, Any]) -> Beginning:
        """How a step of this pipeline's run begins. Raises whatever speaks against it: `BadInput`, `NotFound`, …"""
        if step.kind is not None:
            return self._begin_kind(run, step, step.kind, parameters)
        if step.task is not None:
            return self._begin_task(run, step, self.find_task(run.tenant_id, step.task), parameters)
        return self._begin_source(run, step, self.find_source(run.tenant_id, step.source or 0), step.do, parameters)

    def find_task(self, tenant_id: str, task_id: str) -> Task:
        """The task of a step. Raises `NotFound`."""
        if not is_id(task_id):
            raise NotFound("task", task_id)
        return self.store.tasks.get(task_id, tenant_id=tenant_id)

    def find_source(self, tenant_id: str, number: int) -> Source:
        """The source of a step. Raises `NotFound`, and `Conflict` for one that is retired."""
        return check_active(self.store.sources.get(number, tenant_id=tenant_id))

    def _begin_task(self, run: Run, step: PlannedStep, task: Task, parameters: Mapping[str, Any]) -> Beginning:
        if task.kind == HARVEST or task.source_id is not None:
            source = self.find_source(run.tenant_id, task.parameters["source_id"])
            doing = next((name for name, kind in KINDS.items() if kind == task.kind), None)
            if doing is None:
                raise Conflict(f"Task {task.id} is {task.kind} of source {source.id}: it is begun by what it follows.")
            return self._begin_source(run, step, source, doing, parameters)
        filled = self.fill_task(task, parameters)
        counts = task.schedule is not None and isinstance(task.schedule.trigger, Elapsed)
        made = self.stepping.prepare(run, _as_step_says(replace(task, parameters=filled), step))
        return Beginning(step.name, made, beside=Beside.REFUSE if counts else Beside.ALLOW)

    def fill_task(self, task: Task, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """A task's parameters as a step changes them. Raises `BadInput`."""
        if task.kind in SOURCE_WORK and parameters:
            raise BadInput.of("parameters", f"cannot be changed for work of kind {task.kind}")
        return fill(self.kinds.work_kind(task.kind).schema, {**task.parameters, **parameters}, field="parameters")

    def fill_kind(self, kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a step that is a kind of work. Raises `BadInput`."""
        if kind in SOURCE_WORK:
            raise BadInput.of("kind", f"{kind} is work on a source: name the source instead, and what to do with it")
        return fill(self.kinds.work_kind(kind).schema, parameters, field="parameters")

    def _begin_kind(self, run: Run, step: PlannedStep, kind: str, parameters: Mapping[str, Any]) -> Beginning:
        task = Task(
            # The same each time, so that the step has a history.
            id=str(uuid.uuid5(uuid.UUID(run.task_id), step.name)),
            name=f"{run.name}: {step.name}"[:255],
            kind=kind,
            tenant_id=run.tenant_id,
            owner_id=run.owner_id,
            parameters=self.fill_kind(kind, parameters),
            queue=run.queue,
            priority=run.priority,
            retry=step.retry or self.kinds.usual_retry(kind),
            part_of=run.task_id,
        )
        return Beginning(step.name, self.stepping.prepare(run, task), task)

    def _begin_source(
        self, run: Run, step: PlannedStep, source: Source, doing: str, parameters: Mapping[str, Any]
    ) -> Beginning:
        """Begins as by the source's page; what is at work already is waited for."""
        told = check_source_parameters(doing, parameters)
        if doing == "harvest":
            task = self.store.tasks.get(source.task_id, tenant_id=run.tenant_id)
        else:
            self._check_there_is_something(source, doing)
            task = self.attending.task(source, KINDS[doing])
        chosen = replace(task, parameters={**task.parameters, **told})
        made = self.stepping.prepare(run, _as_step_says(chosen, step))
        # A pass that looks at changes only is no answer to who asked for everything: theirs begins behind it.
        joins = {"full": True} if told.get("full") and made.limits else {}
        return Beginning(step.name, made, beside=Beside.JOIN, joins=joins)

    def _check_there_is_something(self, source: Source, doing: str) -> None:
        if doing == "copy" and source.policies.copying is Copying.NONE:
            raise Conflict(f"Nothing is copied of source {source.id}: set its policy `copying` first.")
        if doing == "push" and not pushed_to(self.store, source.id, None):
            raise Conflict(f"Source {source.id} has no target to push to: add one, or switch one on.")


def check_source_parameters(doing: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What work on a source is told. Raises `BadInput`."""
    known = {"full"} if doing in FULL else set[str]()
    strange = sorted(set(parameters) - known)
    if strange:
        told = f"is not for a step that works on a source; there are: {', '.join(known) or 'none'}"
        raise BadInput.of(f"parameters.{strange[0]}", told)
    if not isinstance(parameters.get("full", False), bool):
        raise BadInput.of("parameters.full", "must be true or false")
    usual = {"target_id": None} if doing == "push" else {}
    return {**usual, "full": parameters.get("full", False)} if known else {}


def _as_step_says(task: Task, step: PlannedStep) -> Task:
    return task if step.retry is None else replace(task, retry=step.retry)
