"""Numbers: which whole numbers can be the id of a row."""

from collections.abc import Iterable

_LARGEST = (1 << 63) - 1


def can_be_id(number: int) -> bool:
    """Whether a row may have this id; a database does not compare with larger numbers but fails."""
    return 0 < number <= _LARGEST


def possible_ids(numbers: Iterable[int]) -> list[int]:
    """Those that can be ids, each once, in order."""
    return sorted({number for number in numbers if can_be_id(number)})
