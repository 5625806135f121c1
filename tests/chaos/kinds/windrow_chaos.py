"""A kind of work for chaos runs: fans out, and adds up in the end what its parts have done."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.model.runs import Part
from windrow.ports.work import Done, Fanned, Performed, Work


class Crowd:
    """`parts` parts, each of which takes `seconds` and counts one; the finish writes a file and tells the sum."""

    name: ClassVar[str] = "crowd"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "parts": {"type": "integer", "minimum": 1, "description": "How many parts."},
            "seconds": {"type": "number", "minimum": 0, "description": "How long each takes."},
        },
        "required": ["parts", "seconds"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """Fans out; when called again, adds up."""
        if work.run.phase != "finish":
            work.fan_out({"number": number} for number in range(int(work.run.parameters["parts"])))
            return Fanned()
        counts = dict(work.part_counts())
        with work.output("sum.txt", "text/plain") as file:
            file.write(str(counts["done"]).encode())
        return Done(counts)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Takes its time and counts one."""
        work.pause(float(work.run.parameters["seconds"]))
        return {"done": 1}
