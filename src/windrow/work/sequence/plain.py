"""Plain JSON: what a run's values are kept as."""

import math
from typing import Any

MOST_VALUES = 2_000_000
DEEPEST = 200


def make_plain(value: Any) -> tuple[Any, list[str]]:
    """A copy that can be written as JSON, and the paths of what could not and is null in it.

    That is: an object within itself, NaN and infinity, and what is deeper or more than anybody can read.
    """
    made = _Plain()
    return made.copy(value, "", ()), made.cut


class _Plain:
    def __init__(self) -> None:
        self.cut: list[str] = []
        self._count = 0

    def copy(self, value: Any, path: str, above: tuple[int, ...]) -> Any:
        self._count += 1
        match value:
            case dict() | list() if id(value) in above or len(above) > DEEPEST or self._count > MOST_VALUES:
                return self._cut(path)
            case dict():
                inside = (*above, id(value))
                return {key: self.copy(each, f"{path}.{key}".lstrip("."), inside) for key, each in value.items()}
            case list():
                inside = (*above, id(value))
                return [self.copy(each, f"{path}[{index}]", inside) for index, each in enumerate(value)]
            case float() if not math.isfinite(value):
                return self._cut(path)
            case _:
                return value

    def _cut(self, path: str) -> None:
        if len(self.cut) < 20:
            self.cut.append(path[:200])
