"""Handing over: what one step of a run was answered, for a later step of the same run."""

from contextlib import suppress
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Value = TypeVar("Value")


class Handover(Generic[Value]):
    """Values tied to an object that both steps are handed, such as the fetcher of a run; each is taken once.

    What nobody takes goes with that object. To one that nothing can be tied to (no weak references, no hash), nothing
    is handed over: who takes must be able to do without. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[object, tuple[str, Value]] = WeakKeyDictionary()

    def __len__(self) -> int:
        """How many values wait."""
        return len(self._kept)

    def leave(self, tie: object, name: str, value: Value) -> None:
        """Leaves a value under a name, in place of what was left there before."""
        with suppress(TypeError):
            self._kept[tie] = (name, value)

    def take(self, tie: object, name: str) -> Value | None:
        """What was left under that name; None where nothing was, or something else."""
        with suppress(TypeError):
            found = self._kept.pop(tie, None)
            if found is not None and found[0] == name:
                return found[1]
        return None
