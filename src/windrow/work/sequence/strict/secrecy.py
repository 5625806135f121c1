"""Secrecy: values that the run must not show, wherever they turn up."""

from threading import Lock
from typing import Any

from windrow.model.named_secrets import OpenSecret
from windrow.work.sequence.surroundings import Secrets
from windrow.work.sequence.telling import HIDDEN, hide

SHORTEST = 8
"""Shorter texts of an answer are as likely a word: hiding them would garble everything else."""


class Secrecy:
    """Named secrets that were used, and texts of answers that are marked as secret."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._names: set[str] = set()
        self._lock = Lock()

    @property
    def values(self) -> tuple[str, ...]:
        """All of them, the longest first."""
        with self._lock:
            return tuple(sorted(self._values, key=len, reverse=True))

    def noting(self, secrets: Secrets) -> Secrets:
        """The same secrets; what was asked for is hidden from then on."""

        def ask(name: str) -> OpenSecret | None:
            found = secrets(name)
            if found is not None:
                with self._lock:
                    self._values.add(found.value)
            return found

        return ask

    def note_name(self, name: str) -> None:
        """All that is saved under this name is secret."""
        with self._lock:
            self._names.add(name)

    def hide_saved(self, saved: Any) -> Any:
        """Saved values as they may be shown."""
        shown = {name: HIDDEN if name in self._names else value for name, value in saved.items()}
        return self.hide(shown)

    def note(self, value: Any) -> None:
        """Every text in the value is secret, and every number of more than a few digits."""
        waiting, found = [value], set()
        while waiting:
            match waiting.pop():
                case dict() as each:
                    waiting.extend(each.values())
                case list() as each:
                    waiting.extend(each)
                case str() as each if len(each) >= SHORTEST:
                    found.add(each)
                case int() as each if not isinstance(each, bool) and len(str(each)) >= SHORTEST:
                    found.add(str(each))
        with self._lock:
            self._values |= found

    def hide(self, value: Any) -> Any:
        """A copy without any of them."""
        values = self.values
        return _hide(value, values) if values else value


def _hide(value: Any, secrets: tuple[str, ...]) -> Any:
    match value:
        case str():
            return hide(value, secrets)
        case dict():
            return {hide(key, secrets): _hide(each, secrets) for key, each in value.items()}
        case list():
            return [_hide(each, secrets) for each in value]
        case bool() | None:
            return value
        case int() if str(value) in secrets:
            return HIDDEN
        case _:
            return value
