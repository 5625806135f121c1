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
        """Calls the walker. One that is not there has an answer too, which says so."""
        given = work.run.parameters
        walker = self._walkers.get(given["walker"])
        if walker is None:
            return _missing(given["walker"], self._walkers)
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
        raise BadInput.of("parameters.walker", _told(name, walkers))
    return walkers[name]


def _missing(name: str, walkers: Mapping[str, Walker]) -> Done:
    response = {"report": [], "success": False, "errors": [f"Walker {name} not found!"]}
    return Done({"anchor": None, "response": response}, succeeded=0, failed=1, message=_told(name, walkers))


def _told(name: str, walkers: Mapping[str, Walker]) -> str:
    return f"there is no walker {name!r}; there are: {', '.join(sorted(walkers)) or 'none'}"
