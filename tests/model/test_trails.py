"""A walk ends, or is found not to end, and its trail stays small however long it is."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.model.trails import Trail


def round_trip(page: int, lead: int, length: int) -> int:
    """Where a walk stands that after `lead` places goes round and round over `length` others."""
    return page if page < lead else lead + (page - lead) % length


def follow_all(pages: Iterable[tuple[str, list[str]]], total: int | None = None) -> Trail:
    trail = Trail()
    for link, identifiers in pages:
        trail = trail.follow(link, identifiers, total)
    return trail


@given(st.builds(Trail, page=st.integers(0, 10**6), seen=st.integers(0, 10**6), mark=st.text(), met=st.integers(0, 2)))
def test_a_trail_is_its_key(trail: Trail) -> None:
    assert Trail.of(json.loads(json.dumps(trail.key))) == trail


@given(lead=st.integers(0, 40), length=st.integers(1, 60))
def test_links_that_come_back_are_met_however_long_their_round(lead: int, length: int) -> None:
    pages = ((f"link {round_trip(page, lead, length)}", [f"record {page}"]) for page in range(4 * (lead + length) + 4))

    with pytest.raises(RemoteUnreadable, match="came before"):
        follow_all(pages)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=300, unique=True))
def test_links_that_are_all_new_are_followed_to_the_end(links: list[str]) -> None:
    trail = follow_all((link, [f"record {page}"]) for page, link in enumerate(links))

    assert (trail.page, trail.seen) == (len(links), len(links))


@given(lead=st.integers(0, 20), length=st.integers(1, 20))
def test_pages_that_come_back_under_new_links_are_met(lead: int, length: int) -> None:
    pages = ((f"link {page}", [f"record {round_trip(page, lead, length)}"]) for page in range(20 * (lead + length)))

    with pytest.raises(RemoteUnreadable, match="same page of records came back"):
        follow_all(pages)


def test_a_page_may_come_back_when_the_list_shifts_under_the_walk() -> None:
    trail = Trail().follow("1", ["a"]).follow("2", ["a"]).follow("3", ["b"])

    assert trail.page == 3


def test_some_empty_pages_are_borne_but_not_an_endless_row_of_them() -> None:
    trail = Trail()
    for page in range(99):
        trail = trail.follow(f"link {page}", [])

    assert trail.follow("another", ["a record"]).empty == 0
    with pytest.raises(RemoteUnreadable, match="100 pages in a row held no record"):
        trail.follow("another", [])


def test_a_list_far_longer_than_it_says_does_not_end() -> None:
    pages = ((f"link {page}", [f"record {page}.{each}" for each in range(10)]) for page in range(200))

    with pytest.raises(RemoteUnreadable, match="of a list that has 10"):
        follow_all(pages, total=10)


@given(st.integers(1, 3000))
def test_a_trail_stays_small(pages: int) -> None:
    trail = follow_all((f"https://example.org/items?offset={page}", [f"record {page}"]) for page in range(pages))

    assert len(json.dumps(trail.key)) < 200
