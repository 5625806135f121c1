"""A set of ids is a set, whatever its numbers, and small where they lie near one another."""

from hypothesis import given
from hypothesis import strategies as st

from windrow.core.harvesting.idset import BLOCK, IdSet

numbers = st.integers(0, 5 * BLOCK) | st.integers(0, 2**62)


@given(st.lists(numbers), numbers)
def test_it_is_a_set(ids: list[int], other: int) -> None:
    found = IdSet(ids)

    assert len(found) == len(set(ids))
    assert all(each in found for each in ids)
    assert (other in found) == (other in ids)
    assert found.add(other) == (other not in ids)


def test_a_million_ids_take_125_kilobytes() -> None:
    found = IdSet(range(1_000_000))

    assert sum(len(bits) for bits in found._blocks.values()) <= 130_000
