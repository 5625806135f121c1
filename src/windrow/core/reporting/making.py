"""Making a report: its facts gathered and drawn, for a task's run or for somebody who waits for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from windrow.core.reporting.gathering import gather_report
from windrow.core.reporting.ground import Ground
from windrow.core.reporting.parameters import SCHEMA, Wanted, read_parameters
from windrow.core.validating import fill
from windrow.model.accounts import Principal, Right
from windrow.model.reports import ReportFile
from windrow.ports.clocks import Clock
from windrow.ports.reporting import Draw
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Making:
    """Makes reports of one team each.

    run_keep   how long ended runs are kept: a report says what it cannot know
    """

    store: Store
    draw: Draw
    clock: Clock
    run_keep: timedelta

    def make(self, tenant_id: str, wanted: Wanted, check: Callable[[], None]) -> Sequence[ReportFile]:
        """The files. `check` is called often, and what it raises ends the work. Raises `NotFound` for a source."""
        reports, sources = self.store.reports, self.store.sources
        ground = Ground(reports, sources, tenant_id, wanted, self.clock(), self.run_keep, check)
        return self.draw(gather_report(ground), wanted.formats)


@dataclass(frozen=True, slots=True)
class ReportsNow:
    """Use case of reports that somebody waits for: no task, no run, nothing kept."""

    making: Making
    clock: Clock

    def make(
        self, principal: Principal, parameters: Mapping[str, Any], *, tenant_id: str | None = None
    ) -> Sequence[ReportFile]:
        """The files that a task with these parameters would make now; `send_to` is not for it.

        It tells of the principal's team; of another only to admins. Raises `BadInput` and `NotFound`.
        """
        principal.need(Right.READ)
        if tenant_id not in (None, principal.tenant_id):
            principal.need(Right.ADMIN)
        filled = fill(SCHEMA, parameters, field="parameters")
        wanted = read_parameters(filled, nominal=self.clock())
        return self.making.make(tenant_id or principal.tenant_id, wanted, lambda: None)
