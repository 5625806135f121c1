"""Nesting: where a pipeline is gone on with, a pipeline that stopped as a step of it is gone on with inside as well."""

from dataclasses import dataclass, replace

from windrow.core.pipelines.deciding import BAD
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.resuming import INSIDE, inside_of, kept_of, plan_as_parameters
from windrow.errors import BadInput, Conflict
from windrow.model.runs import Run
from windrow.model.tasks import Task
from windrow.ports.steps import Beginning
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Nesting:
    """Goes on inside."""

    store: Store
    reading: Reading

    def inside(self, run: Run, beginning: Beginning, *, kind: str) -> Beginning:
        """How a step of a pipeline's run begins: with what the run of that step kept, which this one is in place of.

        It begins as a whole where its run was none of that kind, has nothing to be kept, or where its task was changed
        since: whoever mends a task wants it to run as it is now.
        """
        if beginning.run is None or beginning.run.kind != kind or beginning.name not in run.parameters.get(INSIDE, ()):
            return beginning
        old = self._stopped(run, beginning.name)
        if old is None or old.task_id != beginning.run.task_id or self._is_mended(beginning, old):
            return beginning
        steps = self.store.runs.steps(old.id)
        try:
            plan = self.reading.find_plan(old)
            kept = kept_of(old, plan, steps, ())
        except (BadInput, Conflict):
            return beginning
        if not kept and not inside_of(plan, steps, ()):
            return beginning
        parameters = plan_as_parameters(self.reading.kept(old), old, inside_of(plan, steps, ()))
        return replace(beginning, run=replace(beginning.run, parameters=parameters, rerun_of=old.id), kept=kept)

    def _stopped(self, run: Run, name: str) -> Run | None:
        """The run of this step in the run that this one is in place of, where it stopped."""
        noted = self.store.runs.steps(run.rerun_of) if run.rerun_of else []
        ids = [each.child_id for each in noted if each.name == name and each.own and each.child_id is not None]
        return next((each for each in self.store.runs.get_many(ids).values() if each.state in BAD), None)

    def _is_mended(self, beginning: Beginning, old: Run) -> bool:
        if beginning.task is not None:
            return False  # it has no task but the step itself, which is as the plan says
        task: Task | None = self.store.tasks.get_many([old.task_id]).get(old.task_id)
        return task is None or (task.changed_at is not None and task.changed_at > old.created_at)
