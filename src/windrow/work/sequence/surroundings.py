"""What a sequence asks of where it runs: secrets by name, and other work to be started."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from windrow.errors import BadInput
from windrow.model.named_secrets import OpenSecret
from windrow.model.steps import StepEnd
from windrow.ports.work import Awaits
from windrow.work.sequence.compat.calling import Interface, no_interface


class Secrets(Protocol):
    """Secrets by their names."""

    def __call__(self, name: str) -> OpenSecret | None:
        """The secret; None where there is none of this name, or none that this run may use."""
        ...


class Starter(Protocol):
    """Starts other work of this installation as the owner of the run, and is asked again until that has ended.

    `key` is the path of the step, the same for every attempt: asked twice, it is the same run. Safe to share between
    threads.
    """

    def start_task(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:
        """Starts a task; None while its run goes on.

        `what` is the step's `task`: `{"id": …}` of a task, or `{"kind": …}`, with `parameters`; `seconds` is how long
        its run may take. What cannot begin has failed. Raises `BadInput` where nothing can be started, and `Stopped`.
        """
        ...

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:
        """Runs a walker; None while it goes on. Its result is what the walker answered: `{"success", "report", …}`.

        `what` is the step's `walker`: `{"name": …, "context": {…}, "seconds": …}`. Raises as `start_task`.
        """
        ...

    def awaits(self) -> Awaits:
        """The wait for all that goes on."""
        ...


class NoStarter:
    """Where no other work can be started."""

    def start_task(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:  # noqa: ARG002 - as the protocol
        """Raises `BadInput`."""
        raise BadInput.of("task", "cannot be started here: only a run of an installation with workers can")

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> StepEnd | None:  # noqa: ARG002 - as the protocol
        """Raises `BadInput`."""
        raise BadInput.of("walker", "cannot be run here: only a run of an installation with walkers can")

    def awaits(self) -> Awaits:
        """Never called: nothing goes on."""
        raise NotImplementedError


def no_secrets(name: str) -> OpenSecret | None:  # noqa: ARG001 - as the protocol has it
    """Knows none."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it; each part has a stand-in that says no."""

    secrets: Secrets = no_secrets
    starter: Starter = NoStarter()
    interface: Interface = no_interface
