"""Targets of sources, and what was delivered to them, by the client."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import runs, targets
from windrow.wire.shapes import ListOf


class Targets(Word):
    """Targets of sources, and what was delivered to them."""

    def kinds(self) -> Sequence[targets.TargetKind]:
        """The kinds of target that are installed there."""
        return self._connection.get(ListOf[targets.TargetKind], "/target-kinds").items

    def list(self, source_id: int) -> Iterator[targets.Target]:
        """A source's targets."""
        return self._connection.walk(targets.Target, f"/sources/{source_id}/targets")

    def create(self, source_id: int, **target: Unpack[fields.NewTarget]) -> targets.Target:
        """Adds a target to a source; see `windrow.wire.targets.TargetInput`."""
        body = targets.TargetInput.model_validate(target)
        return self._connection.send(targets.Target, "POST", f"/sources/{source_id}/targets", body)

    def get(self, source_id: int, target_id: int) -> targets.Target:
        """One target with how far it is."""
        return self._connection.get(targets.Target, _path(source_id, target_id))

    def change(self, source_id: int, target_id: int, **change: Unpack[fields.TargetChange]) -> targets.Target:
        """Changes a target; see `windrow.wire.targets.TargetChange`."""
        body = targets.TargetChange.model_validate(change)
        return self._connection.send(targets.Target, "PATCH", _path(source_id, target_id), body)

    def delete(self, source_id: int, target_id: int) -> None:
        """Deletes a target; what was pushed stays there."""
        self._connection.call("DELETE", _path(source_id, target_id))

    def withdraw(self, source_id: int, target_id: int) -> runs.Run | None:
        """Starts to take away all that was pushed, and deletes the target with the last of it."""
        return self._connection.send_for_any(runs.Run, "POST", f"{_path(source_id, target_id)}/withdraw")

    def check(self, source_id: int, target_id: int) -> targets.TargetCheck:
        """Asks a target whether it would take records."""
        return self._connection.send(targets.TargetCheck, "POST", f"{_path(source_id, target_id)}/check")

    def push(self, source_id: int, target_id: int | None = None, *, full: bool = False) -> runs.Run:
        """Starts a push of what is due, to all targets of a source or to one; `full` pushes everything again."""
        place = f"/sources/{source_id}" if target_id is None else _path(source_id, target_id)
        return self._connection.send(runs.Run, "POST", f"{place}/push", targets.Push(full=full))

    def deliveries(self, source_id: int, target_id: int, *, failed: bool | None = None) -> Iterator[targets.Delivery]:
        """What became of each record; those that failed, those that did not, or all."""
        which = {} if failed is None else {"failed": failed}
        return self._connection.walk(targets.Delivery, f"{_path(source_id, target_id)}/deliveries", **which)


def _path(source_id: int, target_id: int) -> str:
    return f"/sources/{source_id}/targets/{target_id}"
