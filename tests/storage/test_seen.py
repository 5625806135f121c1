"""Packed ids come back as they were, and ids in a row cost next to nothing."""

from hypothesis import given
from hypothesis import strategies as st

from windrow.storage.seen import pack, unpack


@given(st.lists(st.integers(0, 2**62)))
def test_what_is_packed_comes_back_in_order_and_once(ids: list[int]) -> None:
    assert list(unpack(pack(ids))) == sorted(set(ids))


def test_a_page_of_new_resources_takes_a_few_bytes() -> None:
    assert len(pack(range(1_000_000, 1_001_000))) < 100
    assert list(unpack(None)) == []
