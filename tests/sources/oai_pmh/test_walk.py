"""A walk ends, or is found not to end; its key says all there is to know of it."""

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.sources.oai_pmh.walk import Walk


def round_trip(page: int, lead: int, length: int) -> int:
    """Where a walk stands that after `lead` places goes round and round over `length` others."""
    return page if page < lead else lead + (page - lead) % length


def follow_all(pages: Iterable[tuple[str, list[str]]], total: int | None = None) -> Walk:
    walk = Walk("oai_dc")
    for token, identifiers in pages:
        walk = walk.follow(token, identifiers, total)
    return walk


@given(
    st.builds(
        Walk,
        prefix=st.text(min_size=1),
        set=st.text(),
        begin=st.text(),
        token=st.text(),
        repeats=st.booleans(),
        page=st.integers(0, 10**6),
        mark=st.text(),
    )
)
def test_a_walk_is_its_key(walk: Walk) -> None:
    assert Walk.of(json.loads(json.dumps(walk.key))) == walk


def test_the_key_of_a_first_page_is_small() -> None:
    assert Walk("oai_dc", set="a:b").key == {"prefix": "oai_dc", "set": "a:b"}


@given(lead=st.integers(0, 40), length=st.integers(1, 60))
def test_tokens_that_come_back_are_met_however_long_their_round(lead: int, length: int) -> None:
    pages = ((f"token {round_trip(page, lead, length)}", [f"record {page}"]) for page in range(4 * (lead + length) + 4))

    with pytest.raises(RemoteUnreadable, match="came before"):
        follow_all(pages)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=300, unique=True))
def test_tokens_that_are_all_new_are_followed_to_the_end(tokens: list[str]) -> None:
    walk = follow_all((token, [f"record {page}"]) for page, token in enumerate(tokens))

    assert (walk.page, walk.token) == (len(tokens), tokens[-1])


@given(lead=st.integers(0, 20), length=st.integers(1, 20))
def test_pages_that_come_back_under_new_tokens_are_met(lead: int, length: int) -> None:
    pages = ((f"token {page}", [f"record {round_trip(page, lead, length)}"]) for page in range(20 * (lead + length)))

    with pytest.raises(RemoteUnreadable, match="same page of records came back"):
        follow_all(pages)


def test_a_page_may_come_back_when_the_list_shifts_under_the_walk() -> None:
    walk = Walk("oai_dc").follow("1", ["a"], None).follow("2", ["a"], None).follow("3", ["b"], None)

    assert walk.page == 3


def test_some_empty_pages_are_borne_but_not_an_endless_row_of_them() -> None:
    walk = Walk("oai_dc")
    for page in range(99):
        walk = walk.follow(f"token {page}", [], None)

    assert walk.follow("another", ["a record"], None).empty == 0
    with pytest.raises(RemoteUnreadable, match="100 pages in a row held no record"):
        walk.follow("another", [], None)


def test_a_list_far_longer_than_it_says_does_not_end() -> None:
    pages = ((f"token {page}", [f"record {page}.{each}" for each in range(10)]) for page in range(200))

    with pytest.raises(RemoteUnreadable, match="of a list that has 10"):
        follow_all(pages, total=10)


def test_a_walk_begins_again_with_its_first_arguments_but_not_for_ever() -> None:
    walk = Walk("oai_dc", set="a", begin="2024-01-01", token="t", page=7, seen=70, mark="m")

    again = walk.begin_again()

    assert again == Walk("oai_dc", set="a", begin="2024-01-01", restarts=1)
    assert again.arguments() == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a", "from": "2024-01-01"}
    with pytest.raises(RemoteUnreadable, match="badResumptionToken"):
        again.begin_again()
    for _ in range(5):
        walk = replace(walk.begin_again(), token="t")
    with pytest.raises(RemoteUnreadable, match="beginning again 5 times did not help"):
        walk.begin_again()


def test_a_token_is_asked_alone_unless_the_server_wants_all() -> None:
    walk = Walk("oai_dc", set="a", token="t")

    assert walk.arguments() == {"verb": "ListRecords", "resumptionToken": "t"}
    assert walk.repeating().arguments() == {
        "verb": "ListRecords",
        "resumptionToken": "t",
        "metadataPrefix": "oai_dc",
        "set": "a",
    }
