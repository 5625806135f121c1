"""The kind of work `walker`: a registered callable, carried out by a worker."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from windrow.core.walking.walks import walk
from windrow.errors import BadInput
from windrow.model.runs import Part
from windrow.ports.isolating import Isolate
from windrow.ports.walkers import Walker
from windrow.ports.work import Done, Performed, Work

WALKER = "walker"


class WalkerWork:
    """Runs a walker. A walker that fails makes a failed run, whose result tells what it had reported by then."""

    name: ClassVar[str] = WALKER
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "walker": {"type": "string", "title": "Walker", "description": "Its registered name.", "minLength": 1},
            "context": {
                "type": "object",
                "title": "Context",
                "description": "What it is called with, as its schema says.",
                "default": {},
            },
        },
        "required": ["walker"],
        "additionalProperties": False,
    }

    def __init__(self, walkers: Mapping[str, Walker], isolate: Callable[[], Isolate] | None = None) -> None:
        self._walkers = walkers
        self._isolate = isolate

    def perform(self, work: Work) -> Performed:
        """Calls the walker."""
        given = work.run.parameters
        walker = find_walker(self._walkers, given["walker"])
        outcome = walk(walker, work, given["context"], self._isolate and self._isolate())
        result = {"anchor": outcome.anchor, "response": outcome.response, "version": walker.version}
        if outcome.state is not None:
            result["state"] = outcome.state
        failed = int(bool(outcome.error))
        return Done(result, succeeded=1 - failed, failed=failed, message=outcome.error)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Never called: walkers do not fan out."""
        raise NotImplementedError(f"{work.run.id} has no part {part.id}")


def find_walker(walkers: Mapping[str, Walker], name: str) -> Walker:
    """A walker by its name. Raises `BadInput`, which names those that there are."""
    if name not in walkers:
        known = ", ".join(sorted(walkers)) or "none"
        raise BadInput.of("parameters.walker", f"there is no walker {name!r}; there are: {known}")
    return walkers[name]
