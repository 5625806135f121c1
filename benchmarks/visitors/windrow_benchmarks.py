"""Kinds of work that do nothing, installed as a stranger's package would be: what is left is the engine."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.model.runs import Part
from windrow.ports.work import Done, Fanned, Performed, Work


class Nothing:
    """Does nothing."""

    name = "nothing"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object"}

    def perform(self, _work: Work) -> Performed:
        """Nothing."""
        return Done()

    def perform_part(self, _work: Work, _part: Part) -> Mapping[str, int]:
        """There are no parts."""
        return {}


class Fan:
    """Fans out into `parts` parts that do nothing, and notes how many were done."""

    name = "fan"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object", "properties": {"parts": {"type": "integer"}}}

    def perform(self, work: Work) -> Performed:
        """Parts first, then their sum."""
        if work.run.phase == "finish":
            return Done({"done": work.part_counts().get("done", 0)})
        work.fan_out({"number": number} for number in range(work.run.parameters["parts"]))
        return Fanned()

    def perform_part(self, _work: Work, _part: Part) -> Mapping[str, int]:
        """Counts itself."""
        return {"done": 1}
