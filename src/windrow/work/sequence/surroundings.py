"""What a sequence asks of where it runs: secrets by name, and other work to be started."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from windrow.errors import BadInput
from windrow.work.sequence.compat.calling import Interface, no_interface


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A secret and the hosts that may see it (`api.example.org`, or `api.example.org:8443` for that port only)."""

    value: str
    hosts: frozenset[str]

    def __repr__(self) -> str:
        return f"NamedSecret({sorted(self.hosts)})"


class Secrets(Protocol):
    """Secrets by their names."""

    def __call__(self, name: str) -> NamedSecret | None:
        """The secret; None where there is none of this name, or none that this run may use."""
        ...


class Starter(Protocol):
    """Starts other work of this installation as the owner of the run, and waits for its end."""

    def start_task(self, what: Mapping[str, Any], *, key: str) -> Any:
        """Starts a task and waits for the end of its run.

        `what` is the step's `task`: `{"id": …}` of a task, or `{"kind": …, "parameters": {…}}`; `seconds` is how long
        to wait. `key` is the same for every attempt at the step: asked twice, the same run is answered.
        Gives `{"run_id", "state", "result", "error"}`. Raises `BadInput` and `Stopped`.
        """
        ...

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> Any:
        """Runs a walker and waits for its end. `what` is the step's `walker`: `{"name": …, "context": {…}}`.

        Gives what the walker gave. Raises `BadInput` and `Stopped`.
        """
        ...


class NoStarter:
    """Where no other work can be started."""

    def start_task(self, what: Mapping[str, Any], *, key: str) -> Any:  # noqa: ARG002 - as the protocol has it
        """Raises `BadInput`."""
        raise BadInput.of("task", "cannot be started here: only a run of an installation with workers can")

    def run_walker(self, what: Mapping[str, Any], *, key: str) -> Any:  # noqa: ARG002 - as the protocol has it
        """Raises `BadInput`."""
        raise BadInput.of("walker", "cannot be run here: only a run of an installation with walkers can")


def no_secrets(name: str) -> NamedSecret | None:  # noqa: ARG001 - as the protocol has it
    """Knows none."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it; each part has a stand-in that says no."""

    secrets: Secrets = no_secrets
    starter: Starter = NoStarter()
    interface: Interface = no_interface
