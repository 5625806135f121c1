"""The plan of a pipeline: its steps and what each of them waits for, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from windrow.model.identity import usual_spelling
from windrow.model.tasks import Retry

SUCCEEDED, FAILED, ENDED = "succeeded", "failed", "ended"
WHENS = (SUCCEEDED, FAILED, ENDED)
"""The conditions that have a name; every other one is an expression."""

AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step. Exactly one of `task`, `kind` and `source` is set.

    after       the steps that must have ended before it
    when        one of `WHENS`, or an expression
    parameters  what the task's own parameters are changed by; texts may hold `${{ expression }}`
    do          what is done with the source
    timeout     seconds from its beginning, after which it is given up
    continues   whether its failure is no reason to stop
    """

    name: str
    after: tuple[str, ...] = ()
    when: str = SUCCEEDED
    task: str | None = None
    kind: str | None = None
    source: int | None = None
    do: str = "harvest"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    retry: Retry | None = None
    timeout: float | None = None
    continues: bool = False

    @property
    def expression(self) -> str | None:
        """Its condition, where that is an expression."""
        return None if self.when in WHENS else self.when


@dataclass(frozen=True)
class Plan:
    """The steps in the order in which they were written down; `at_once` of them go on at the same time at most."""

    steps: tuple[PlannedStep, ...]
    at_once: int = AT_ONCE
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, PlannedStep]:
        """The steps by their names."""
        return {each.name: each for each in self.steps}

    @cached_property
    def layers(self) -> Sequence[Sequence[PlannedStep]]:
        """The steps by how many others stand one behind the other before them. Without those of a cycle."""
        left, placed, layers = list(self.steps), set[str](), list[list[PlannedStep]]()
        while layer := [each for each in left if placed.issuperset(each.after)]:
            layers.append(layer)
            placed.update(each.name for each in layer)
            left = [each for each in left if each.name not in placed]
        return layers

    @cached_property
    def order(self) -> Sequence[PlannedStep]:
        """The steps, each behind those that it waits for."""
        return [each for layer in self.layers for each in layer]

    @cached_property
    def caught(self) -> frozenset[str]:
        """The steps whose failure another one behind them is there for."""
        caught: set[str] = set()
        for each in reversed(self.order):
            if each.when in (FAILED, ENDED) or each.name in caught:
                caught.update(each.after)
        return frozenset(caught)

    def cycle(self) -> list[str]:
        """Steps that wait for one another in a circle, the first one again at the end; none where there is none."""
        placed = {each.name for each in self.order}
        left = {each.name: each for each in self.steps if each.name not in placed}
        if not left:
            return []
        path, name = list[str](), next(iter(left))
        while name not in path:
            path.append(name)
            name = next(before for before in left[name].after if before in left)
        return [*path[path.index(name) :], name][::-1]


def read_plan(parameters: Mapping[str, Any]) -> Plan:
    """The plan of parameters that fit the schema."""
    steps = tuple(_read_step(each) for each in parameters.get("steps", ()))
    return Plan(steps, parameters.get("at_once", AT_ONCE), parameters.get("parameters", {}))


def _read_step(given: Mapping[str, Any]) -> PlannedStep:
    return PlannedStep(
        name=given["name"],
        after=tuple(given.get("after", ())),
        when=given.get("when", SUCCEEDED),
        task=usual_spelling(given["task"]) if "task" in given else None,
        kind=given.get("kind"),
        source=given.get("source"),
        do=given.get("do", "harvest"),
        parameters=given.get("parameters", {}),
        retry=Retry(**given["retry"]) if "retry" in given else None,
        timeout=given.get("timeout"),
        continues=given.get("on_error", "stop") == "continue",
    )
