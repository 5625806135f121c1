"""A walk over pages notices every circle, and takes nothing else for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.sources.stac.pages import CataloguePage, CollectionsPage, ItemsPage, Page, key_of, page_of
from windrow.sources.stac.walk import Walk


def walk_in_a_circle(lead: int, length: int, *, new_names: bool) -> None:
    """Far more pages than there are, the last of which leads back behind the lead."""
    walk, position = Walk(), 0
    for step in range(8 * (lead + length) + 8):
        following = position + 1 if position + 1 < lead + length else lead
        asked, led_to = (step, step + 1) if new_names else (position, following)
        walk = walk.follow(asked, led_to, [f"{position}"])
        position = following


@given(lead=st.integers(0, 40), length=st.integers(1, 40))
def test_every_circle_is_noticed(lead: int, length: int) -> None:
    with pytest.raises(RemoteUnreadable, match="leads back"):
        walk_in_a_circle(lead, length, new_names=False)


@given(lead=st.integers(0, 20), length=st.integers(1, 20))
def test_so_is_one_whose_pages_have_new_names_each_time(lead: int, length: int) -> None:
    with pytest.raises(RemoteUnreadable, match="came back 3 times"):
        walk_in_a_circle(lead, length, new_names=True)


@given(sizes=st.lists(st.integers(1, 3), max_size=60))
def test_a_straight_walk_counts_what_it_saw(sizes: list[int]) -> None:
    walk = Walk()
    for page, size in enumerate(sizes):
        walk = walk.follow(page, page + 1, [f"{page}-{each}" for each in range(size)])

    assert (walk.page, walk.seen) == (len(sizes), sum(sizes))


@pytest.mark.parametrize(
    "page",
    [
        CataloguePage("https://x.example/c.json", "https://x.example/"),
        CataloguePage("https://x.example/c.json", "https://x.example/", inside=True),
        CollectionsPage("https://x.example/collections"),
        CollectionsPage("u", items=False, single=True, search="s", posts=True, walk=Walk(1, 2, "a", "b", 1)),
        ItemsPage("https://x.example/search?limit=1"),
        ItemsPage("u", body={"token": "t"}, headers={"A": "b"}, whole=True, walk=Walk(page=3)),
    ],
)
def test_a_key_tells_its_page(page: Page) -> None:
    assert page_of(key_of(page)) == page
