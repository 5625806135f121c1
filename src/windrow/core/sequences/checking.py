"""Checking what a sequence wants to start, when its task is saved: that it is there, and takes what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windrow.core.pipelines.starting import Starting
from windrow.core.validating import fill
from windrow.core.walking.kind import find_walker
from windrow.errors import BadInput, WindrowError
from windrow.model.tasks import Task
from windrow.ports.walkers import Walker


@dataclass(frozen=True, slots=True)
class Checking:
    """Says what is wrong with a step that starts other work. What only templates will tell is not looked at."""

    starting: Starting
    walkers: Mapping[str, Walker]

    def __call__(self, task: Task, word: str, what: Mapping[str, Any]) -> None:
        """`word` is `task` or `walker`, `what` that key of a step in a task of kind `sequence`. Raises `BadInput`."""
        try:
            if word == "walker":
                self._check_walker(what)
            elif "kind" in what:
                self._check_kind(what["kind"], what.get("parameters", {}))
            else:
                self._check_task(task, what["id"], what.get("parameters", {}))
        except BadInput as error:
            raise error
        except WindrowError as error:
            raise BadInput.of("id", str(error)) from error

    def _check_walker(self, what: Mapping[str, Any]) -> None:
        if _is_told_later(what["name"]):
            return
        try:
            walker = find_walker(self.walkers, what["name"])
        except BadInput as error:
            raise BadInput.of("name", error.problems[0].problem) from error
        if not _is_told_later(what.get("context")):
            fill(walker.schema, what.get("context", {}), field="context")

    def _check_kind(self, kind: str, parameters: Mapping[str, Any]) -> None:
        if _is_told_later(kind):
            return
        if _is_told_later(parameters):
            self.starting.kinds.work_kind(kind)
        else:
            self.starting.fill_kind(kind, parameters)

    def _check_task(self, task: Task, task_id: str, parameters: Mapping[str, Any]) -> None:
        if _is_told_later(task_id):
            return
        if task_id == task.id:
            raise BadInput.of("id", "is this sequence itself: it would wait for itself")
        found = self.starting.find_task(task.tenant_id, task_id)
        if found.source_id is None and found.kind != "harvest" and not _is_told_later(parameters):
            self.starting.fill_task(found, parameters)


def _is_told_later(value: Any) -> bool:
    """Whether there is a template in it."""
    match value:
        case str():
            return "{{" in value
        case dict():
            return any(map(_is_told_later, value.values()))
        case list():
            return any(map(_is_told_later, value))
        case _:
            return False
