"""The kind of work `report`: makes a report, keeps its files as outputs of the run, and sends them to destinations.

Each destination is a part: it is tried again for itself, while the files stay as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from windrow.core.reporting.making import Making
from windrow.core.reporting.parameters import SCHEMA, Wanted, read_parameters
from windrow.core.reporting.sending import Sending
from windrow.errors import BadInput, FieldProblem, NotFound
from windrow.model.runs import Part, PartState, Progress, Run
from windrow.model.tasks import Retry, Task
from windrow.ports.clocks import Clock
from windrow.ports.store import Store
from windrow.ports.work import Done, Fanned, Performed, Work

FINISH = "finish"


@dataclass(frozen=True, slots=True)
class ReportWork:
    """Makes and sends reports. It tells of nothing but the tenant of the run's owner."""

    store: Store
    making: Making
    sending: Sending
    clock: Clock

    name: ClassVar[str] = "report"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA
    usual_retry: ClassVar[Retry] = Retry(attempts=6, first=30.0, longest=1800.0)

    def check_task(self, task: Task) -> None:
        """Raises `BadInput` for a period, sources or destinations that there are not."""
        wanted = read_parameters(task.parameters, nominal=self.clock())
        problems = [*self._strange_sources(task, wanted), *self._strange_destinations(task, wanted)]
        if problems:
            raise BadInput(problems)

    def _strange_sources(self, task: Task, wanted: Wanted) -> Iterator[FieldProblem]:
        for place, number in enumerate(wanted.source_ids):
            try:
                self.store.sources.get(number, tenant_id=task.tenant_id)
            except NotFound as error:
                yield FieldProblem(f"parameters.sources.{place}", str(error))

    def _strange_destinations(self, task: Task, wanted: Wanted) -> Iterator[FieldProblem]:
        for place, name in enumerate(wanted.send_to):
            try:
                self.store.destinations.find(name, tenant_id=task.tenant_id)
            except NotFound as error:
                yield FieldProblem(f"parameters.send_to.{place}", f"{error} Make it first, or correct the name.")

    def perform(self, work: Work) -> Performed:
        """Makes the report; called again when all destinations have been tried."""
        wanted = read_parameters(work.run.parameters, nominal=work.run.due or work.run.created_at)
        if work.run.phase == FINISH:
            return self._conclude(work, wanted)
        if not work.part_states():  # otherwise the files are there already, from before a crash
            self._make(work, wanted)
            if wanted.send_to:
                work.fan_out({"destination": each} for each in wanted.send_to)
        return Fanned() if wanted.send_to else Done(self._result(work.run, wanted), message=self._told(work.run))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Sends the files to one destination."""
        wanted = read_parameters(work.run.parameters, nominal=work.run.due or work.run.created_at)
        self.sending.send(work, str(part.key["destination"]), wanted)
        return {"sent": 1}

    def _make(self, work: Work, wanted: Wanted) -> None:
        files = self.making.make(work.run.tenant_id, wanted, work.check)
        for number, each in enumerate(files):
            work.check()
            work.report(Progress(number, len(files), {}, each.name))
            with work.output(each.name, each.media_type) as file:
                file.write(each.content)

    def _conclude(self, work: Work, wanted: Wanted) -> Done:
        states, result = work.part_states(), self._result(work.run, wanted)
        failed = list(work.parts(frozenset({PartState.FAILED})))
        told = "; ".join(f"{each.key['destination']}: {each.error}" for each in failed)
        message = f"The report is kept, and was not sent to all: {told}" if failed else self._told(work.run)
        return Done(result, succeeded=1 + states.get(PartState.DONE, 0), failed=len(failed), message=message)

    def _result(self, run: Run, wanted: Wanted) -> dict[str, Any]:
        period = wanted.period
        files = [each.name for each in self.store.runs.list_outputs(run.id)]
        return {"since": period.since.isoformat(), "until": period.until.isoformat(), "files": files}

    def _told(self, run: Run) -> str:
        many = len(self.store.runs.list_outputs(run.id))
        return f"{many} file{'s' if many != 1 else ''}"
