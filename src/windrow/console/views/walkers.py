"""How a walker's run is shown: what went wrong in it, beside what it reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windrow.model.runs import Run


@dataclass(frozen=True, slots=True)
class Answered:
    """What a walker's run came to, beside its report; `version` is that of the walker that made it."""

    version: str
    errors: Sequence[str]
    stack: Sequence[str]


def answered(run: Run) -> Answered:
    """What went wrong in a run, and by which version."""
    response = run.result.get("response")
    told: Mapping[str, Any] = response if isinstance(response, Mapping) else {}
    errors = [str(each) for each in told.get("errors", ())] or ([run.error] if run.error else [])
    return Answered(str(run.result.get("version", "")), errors, [str(each) for each in told.get("stack_trace", ())])


def takes_more(schema: Mapping[str, Any]) -> bool:
    """Whether a walker takes values beside those that its schema names."""
    return schema.get("additionalProperties") is not False
