"""What a run asks for, and what it tells the notebook of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windrow.model.runs import Run


@dataclass(frozen=True, slots=True)
class Asked:
    """A run's parameters. `cell_seconds` None sets no limit; `kernel` "" is the notebook's own."""

    item: str
    parameters: Mapping[str, Any]
    kernel: str
    save_injected: bool
    update_item: bool
    cell_seconds: float | None


def read_asked(parameters: Mapping[str, Any]) -> Asked:
    """What was checked against the kind's schema when the task was made."""
    return Asked(
        str(parameters["item"]),
        parameters.get("parameters", {}),
        parameters.get("kernel", ""),
        parameters.get("save_injected_parameters", True),
        parameters.get("update_item", False),
        parameters.get("cell_seconds"),
    )


def moment_of(run: Run) -> str:
    """The moment that a run stands for, UTC: when it was due, or asked for. All attempts at it have the same."""
    return (run.due or run.created_at).isoformat()


def offered(run: Run) -> dict[str, str]:
    """What a notebook gets as parameters if its cell of parameters declares them."""
    return {"windrow_run_id": run.id, "windrow_due": moment_of(run)}


def environment_of(run: Run) -> dict[str, str]:
    """The same as variables of the environment."""
    return {name.upper(): value for name, value in offered(run).items()}
