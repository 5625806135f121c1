"""Tasks, by the client."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import runs
from windrow.wire.shapes import ListOf


class Tasks(Word):
    """Tasks."""

    def kinds(self) -> Sequence[runs.WorkKind]:
        """The kinds of work that are installed there."""
        return self._connection.get(ListOf[runs.WorkKind], "/work-kinds").items

    def list(self, *, kind: str | None = None) -> Iterator[runs.Task]:
        """Tasks, newest first."""
        return self._connection.walk(runs.Task, "/tasks", kind=kind)

    def create(self, **task: Unpack[fields.NewTask]) -> runs.Task:
        """Makes a task; see `windrow.wire.runs.TaskInput`."""
        return self._connection.send(runs.Task, "POST", "/tasks", runs.TaskInput.model_validate(task))

    def get(self, task_id: str) -> runs.Task:
        """One task."""
        return self._connection.get(runs.Task, f"/tasks/{task_id}")

    def change(self, task_id: str, **change: Unpack[fields.TaskChange]) -> runs.Task:
        """Changes a task; see `windrow.wire.runs.TaskChange`."""
        return self._connection.send(runs.Task, "PATCH", f"/tasks/{task_id}", runs.TaskChange.model_validate(change))

    def delete(self, task_id: str) -> None:
        """Deletes a task with its runs."""
        self._connection.call("DELETE", f"/tasks/{task_id}")

    def start(
        self,
        task_id: str,
        *,
        at: datetime | None = None,
        parameters: Mapping[str, Any] | None = None,
        due: datetime | None = None,
    ) -> runs.Run:
        """Runs a task now, or at a moment that lies ahead.

        `parameters` stand for the task's own of the same names, in this run only; `due` is the nominal time that the
        run is for.
        """
        start = runs.Start(at=at, parameters=None if parameters is None else dict(parameters), due=due)
        return self._connection.send(runs.Run, "POST", f"/tasks/{task_id}/start", start)

    def backfill(
        self,
        task_id: str,
        *,
        start: datetime,
        end: datetime,
        most: int = 100,
        again: bool = False,
        dry_run: bool = False,
    ) -> runs.Backfill:
        """Makes one run for each moment of the task's schedule from `start` on and before `end`, in their order."""
        asked = runs.BackfillInput(start=start, end=end, most=most, again=again, dry_run=dry_run)
        return self._connection.send(runs.Backfill, "POST", f"/tasks/{task_id}/backfill", asked)
