"""Starting: the runs that steps of a sequence are, begun as the owner of its run would begin them, and waited for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from windrow.core.pipelines.outcomes import outcomes_of
from windrow.core.pipelines.plan import PlannedStep
from windrow.core.pipelines.starting import Starting
from windrow.core.steps import awaits
from windrow.core.walking.kind import WALKER
from windrow.errors import BadInput, Stopped, StoreUnavailable, WindrowError
from windrow.model.runs import Level, RunState
from windrow.model.steps import MOST_STEPS, Step, StepEnd
from windrow.ports.clocks import Clock
from windrow.ports.steps import Beginning
from windrow.ports.work import Awaits, Work

LONGEST_NAME = 200
"""Characters of the name of a step; a longer path ends in its own hash."""

_ITEM = re.compile(r"\.loop\[\d+\]|~\d+")


@dataclass
class RunStarting:
    """Begins the steps of one attempt at a run, and knows how they ended. Safe to share between threads."""

    work: Work
    starting: Starting
    clock: Clock
    _steps: dict[str, Step] | None = None
    _late: list[datetime] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def start_task(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:
        """Starts a task, or looks how it ended; None while it goes on. Raises `Stopped` and `StoreUnavailable`."""
        planned = PlannedStep(_ITEM.sub(_as_shared, key), task=what.get("id"), kind=what.get("kind"))
        with self._lock:
            step = self._known().get(_name_of(key))
            if step is None:
                found = self._begin(key, planned, what.get("parameters", {}))
                if isinstance(found, StepEnd):
                    return found
                step = found
            return self._look(step, what.get("seconds"))

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:
        """Runs a walker in the same way; its result is what the walker answered."""
        parameters = {"walker": what["name"], "context": what.get("context", {})}
        ended = self.start_task({"kind": WALKER, "parameters": parameters, "seconds": what.get("seconds")}, key=key)
        if ended is None or not isinstance(ended.result, Mapping):
            return ended
        return replace(ended, result=ended.result.get("response"))

    def awaits(self) -> Awaits:
        """The wait for all that goes on, as it was seen."""
        with self._lock:
            return awaits(list(self._known().values()), self.clock(), until=min(self._late, default=None))

    def _known(self) -> dict[str, Step]:
        if self._steps is None:
            self._keep(self.starting.store.runs.steps(self.work.run.id))
        return self._steps or {}

    def _keep(self, steps: Sequence[Step]) -> None:
        # What was seen to go on stays so for this attempt: how many had ended when it looked is part of its wait.
        seen = self._steps or {}
        self._steps = {each.name: seen.get(each.name, each) for each in steps}

    def _begin(self, key: str, planned: PlannedStep, parameters: Mapping[str, Any]) -> Step | StepEnd:
        """The step as it was begun, or why none could be noted."""
        if len(self._known()) >= MOST_STEPS:
            return StepEnd(None, RunState.FAILED, error=f"a run may start {MOST_STEPS} others at most: split it")
        name, run = _name_of(key), self.work.run
        try:
            noted = self.starting.stepping.begin(run, [self._beginning(name, planned, parameters)])
        except (Stopped, StoreUnavailable):
            raise
        except WindrowError as error:
            return StepEnd(None, RunState.FAILED, error=str(error))
        self._keep(noted)
        step = self._known()[name]
        if step.child_id is not None:
            told = "begun" if step.own else "waits for what is under way"
            self.work.log(Level.INFO, f"{key}: {told} as run {step.child_id}", part=key, run=step.child_id)
        return step

    def _beginning(self, name: str, planned: PlannedStep, parameters: Mapping[str, Any]) -> Beginning:
        """How it begins. What cannot begin has failed, and stays so."""
        try:
            return replace(self.starting.beginning(self.work.run, planned, parameters), name=name)
        except (Stopped, StoreUnavailable):
            raise
        except BadInput as error:
            told = "; ".join(f"{each.field.strip('.')}: {each.problem}" for each in error.problems)
            return Beginning(name, state=RunState.FAILED, error=f"It could not begin: {told}")
        except WindrowError as error:
            return Beginning(name, state=RunState.FAILED, error=f"It could not begin: {error}")

    def _look(self, step: Step, seconds: float | None) -> StepEnd | None:
        if step.goes_on:
            self._watch(step, seconds)
            return None
        store = self.starting.store
        children = store.runs.get_many([step.child_id]) if step.child_id is not None else {}
        ended = outcomes_of([step], children)[step.name]
        return StepEnd(
            ended.run_id, ended.state or RunState.FAILED, dict(ended.result), ended.error, ended.seconds or 0.0
        )

    def _watch(self, step: Step, seconds: float | None) -> None:
        """Gives up a step that takes longer than it may; when it has ended, its run is called again."""
        if seconds is None or step.error:
            return
        until, now = step.begun_at + timedelta(seconds=seconds), self.clock()
        if until > now:
            self._late.append(until)
            return
        run, told = self.work.run, f"Given up: it took longer than {seconds:g} s."
        self.starting.store.runs.give_up_step(run.id, run.attempt, step.name, told, now=now)


def _as_shared(found: re.Match[str]) -> str:
    """Without the number of the item and of the visit: one task has the runs of all of them."""
    return ".loop" if found[0].startswith(".loop") else ""


def _name_of(key: str) -> str:
    if len(key) <= LONGEST_NAME:
        return key
    return f"{key[: LONGEST_NAME - 17]}~{sha256(key.encode()).hexdigest()[:16]}"
