"""Pausing: a schedule is switched off as soon as its task has failed too often."""

from collections.abc import Sequence
from dataclasses import dataclass

from windrow.core.scheduling import may_pause, pause
from windrow.model.runs import Run
from windrow.ports.clocks import Clock
from windrow.ports.tasks import DueTask, Failing, Firing, Tasks


@dataclass(frozen=True, slots=True)
class Pausing:
    """Looks at the tasks of runs that failed. May be done by several clocks at once: what is paused already stays so.

    Failures are counted where the runs are, and not here, so that none counts twice. Should a clock meet the next
    moment before anybody looked, it pauses the schedule itself: see `core/scheduling.py`.
    """

    tasks: Tasks
    clock: Clock

    def look(self, failed: Sequence[Run]) -> int:
        """Pauses the schedules whose turn it is; returns how many."""
        task_ids, paused = sorted({run.task_id for run in failed}), 0
        # Whoever changes a task meanwhile makes its firing lapse; then it is looked at as it is now.
        while task_ids and (firings := self._firings(task_ids)):
            paused += self.tasks.fire(firings)
        return paused

    def _firings(self, task_ids: Sequence[str]) -> list[Firing]:
        found = [each for each in self.tasks.scheduled(task_ids) if may_pause(each.task)]
        failing = self.tasks.failing([each.task.id for each in found])
        now = self.clock()
        return [
            pause(each, failing[each.task.id], now)
            for each in found
            if each.task.id in failing and _is_enough(each, failing[each.task.id])
        ]


def _is_enough(each: DueTask, failing: Failing) -> bool:
    schedule = each.task.schedule
    return schedule is not None and schedule.enabled and failing.count >= schedule.pause_after
