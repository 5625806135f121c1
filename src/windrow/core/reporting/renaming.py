"""Renaming: whatever names a destination follows it to its new name: tasks that report, and steps of pipelines."""

from collections.abc import Mapping
from typing import Any

NAMING = ("pipeline", "report")
"""Kinds of tasks that may name destinations."""


def follow(kind: str, parameters: Mapping[str, Any], *, old: str, new: str) -> dict[str, Any] | None:
    """The parameters of a task of such a kind with the new name; None where they do not have the old one.

    Pipelines whose steps are kept as an item are their authors' documents: they are left as they are.
    """
    if kind == "report":
        return _in_report(parameters, old, new)
    steps = parameters.get("steps")
    if not isinstance(steps, list):
        return None
    followed = [_in_step(step, old, new) for step in steps]
    return None if followed == steps else {**parameters, "steps": followed}


def _in_report(parameters: Mapping[str, Any], old: str, new: str) -> dict[str, Any] | None:
    names = parameters.get("send_to")
    if not isinstance(names, list) or old not in names:
        return None
    return {**parameters, "send_to": [new if each == old else each for each in names]}


def _in_step(step: Any, old: str, new: str) -> Any:
    if not isinstance(step, dict) or step.get("kind", "report") != "report":
        return step  # a step that names a task may change what that one sends to
    followed = _in_report(step.get("parameters") or {}, old, new)
    return step if followed is None else {**step, "parameters": followed}
