"""Selecting: which harvestable resources are wanted, many at once, all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windrow.errors import BadInput, FieldProblem, NotFound

MOST = 10_000
NAMED = 20


@dataclass(frozen=True, slots=True)
class Selection:
    """Identifiers in the order they came, and whether each is wanted."""

    wanted: Mapping[str, bool]

    def named(self, *, wanted: bool) -> list[str]:
        """Those that are wanted, or those that are not."""
        return [name for name, each in self.wanted.items() if each is wanted]


def read_selection(body: Any) -> Selection:
    """The selection that came in. Raises `BadInput` with everything that is wrong, before anything is changed."""
    if not isinstance(body, list):
        raise BadInput.of("", f'Expected a list of items but got type "{type(body).__name__}".')
    if len(body) > MOST:
        raise BadInput.of("", f"Send at most {MOST} items at a time.")
    problems: list[FieldProblem] = []
    wanted: dict[str, bool] = {}
    for place, each in enumerate(body):
        problems += _problems(place, each)
        if not problems:
            wanted[each["unique_identifier"]] = each["should_be_harvested"]
    if problems:
        raise BadInput(problems[:100])
    return Selection(wanted)


def find_all(selection: Selection, find: Callable[[Sequence[str]], Mapping[str, int]]) -> Mapping[str, int]:
    """The numbers of all of them. Raises `NotFound` naming those that are unknown."""
    found = find(list(selection.wanted))
    unknown = [name for name in selection.wanted if name not in found]
    if unknown:
        raise NotFound("harvestable resource", ", ".join(unknown[:NAMED]))
    return found


def _problems(place: int, item: Any) -> list[FieldProblem]:
    if not isinstance(item, Mapping):
        return [FieldProblem(str(place), f"Invalid data. Expected a dictionary, but got {type(item).__name__}.")]
    problems = []
    if not isinstance(item.get("unique_identifier"), str) or not item["unique_identifier"]:
        problems.append(FieldProblem(f"{place}.unique_identifier", "This field is required."))
    if not isinstance(item.get("should_be_harvested"), bool):
        told = "Must be a valid boolean." if "should_be_harvested" in item else "This field is required."
        problems.append(FieldProblem(f"{place}.should_be_harvested", told))
    return problems
