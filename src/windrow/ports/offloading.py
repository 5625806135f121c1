"""Offload: where heavy, pure functions are carried out, so that one interpreter is not all that a worker has."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


class Offload(Protocol):
    """Carries out pure functions in other processes. Called from several threads at once."""

    def __call__(self, check: Callable[[], None], function: Callable[..., Result], /, *arguments: Any) -> Result:
        """What the function gives, or raises. `check` is called now and then meanwhile, and may raise to end it.

        Raises `ProcessLost` when the process that had it died or hung.
        """
        ...
