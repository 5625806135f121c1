"""The kind of work `report`: makes a report, keeps its files as outputs of the run, and sends them to destinations.

Each destination is a part: it is tried again for itself, while the files stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from windrow.core.reporting.gathering import gather_report
from windrow.core.reporting.ground import Ground
from windrow.core.reporting.parameters import SCHEMA, Wanted, read_parameters
from windrow.core.reporting.sending import Sending
from windrow.model.runs import Part, PartState, Progress, Run
from windrow.model.tasks import Retry
from windrow.ports.clocks import Clock
from windrow.ports.reporting import Draw
from windrow.ports.store import Store
from windrow.ports.work import Done, Fanned, Performed, Work

FINISH = "finish"


@dataclass(frozen=True, slots=True)
class ReportWork:
    """Makes and sends reports. It tells of nothing but the tenant of the run's owner.

    run_keep   how long ended runs are kept: a report says what it cannot know
    """

    store: Store
    draw: Draw
    sending: Sending
    clock: Clock
    run_keep: timedelta

    name: ClassVar[str] = "report"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA
    usual_retry: ClassVar[Retry] = Retry(attempts=6, first=30.0, longest=1800.0)

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
        reports, sources, tenant_id = self.store.reports, self.store.sources, work.run.tenant_id
        ground = Ground(reports, sources, tenant_id, wanted, self.clock(), self.run_keep, work.check)
        files = self.draw(gather_report(ground), wanted.formats)
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
