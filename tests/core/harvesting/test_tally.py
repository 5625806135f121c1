"""The tally: what a pass expects while it goes on, after each page, also where an interruption lies between."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.core.harvesting.comparing import Comparison
from windrow.core.harvesting.tally import Tally

ADDED = "added"


def page(*, own: int = 0, listed: int = 0, total: int | None = None) -> Comparison:
    """A page that held so many records and referred to so many documents."""
    return Comparison(own=own, listed=listed, total=total, counts=Counter({ADDED: own}))


def documents(count: int) -> Comparison:
    return Comparison(own=count, counts=Counter({ADDED: count}))


def take(tally: Tally, comparison: Comparison, *, of_listing: bool = False) -> int | None:
    """Commits a page to the tally; the total that was told with it."""
    tally.total = tally.expect(comparison, documents=of_listing)
    tally.note(comparison, [], tally.counts + comparison.counts)
    return tally.total


def test_nothing_is_expected_where_nothing_tells_how_many() -> None:
    tally = Tally()

    assert [take(tally, page(own=3)), take(tally, page(own=2))] == [None, None]


def test_records_and_references_add_up_as_they_come() -> None:
    tally = Tally()

    told = [
        take(tally, page(own=2)),
        take(tally, page(listed=3)),
        take(tally, page(own=4, listed=1)),
        take(tally, documents(3), of_listing=True),
        take(tally, page(own=5)),
        take(tally, documents(1), of_listing=True),
    ]

    assert told == [None, 5, 10, 10, 15, 15]
    assert tally.done == 15


@pytest.mark.parametrize("after", [page(own=5), page(listed=5), page(own=1, total=99)])
def test_what_is_announced_stands(after: Comparison) -> None:
    tally = Tally()

    assert take(tally, page(own=1, total=7)) == 7
    assert take(tally, after) == 7


steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8)


@given(steps=steps, interrupted_after=st.integers(0, 7))
def test_an_interruption_changes_nothing(steps: list[tuple[int, int]], interrupted_after: int) -> None:
    whole, resumed = Tally(), Tally()
    for number, (own, listed) in enumerate(steps):
        assert take(whole, page(own=own, listed=listed)) == take(resumed, page(own=own, listed=listed))
        if number == interrupted_after:
            # What the store kept with that page is all that the next attempt knows.
            resumed = Tally(counts=Counter(resumed.counts), announced=resumed.announced, total=resumed.total)
    if whole.total is not None:
        assert whole.total == sum(own + listed for own, listed in steps)
