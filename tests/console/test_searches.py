"""A search in a page's address: read, bounded, and the same again as the native API's parameters."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from windrow.console.searches import Asked, export_parameters, read_asked, to_search
from windrow.errors import BadInput
from windrow.ports.catalogue import Search, Sort


def test_an_address_becomes_a_search() -> None:
    query = "q=water&bbox=5,45,16,55&since=2020-01-01&until=2020-12-31&type=dataset&type=service&source=3&sort=title"

    assert to_search(read_asked(QueryParams(query))) == Search(
        words="water",
        bbox=(5.0, 45.0, 16.0, 55.0),
        start=datetime(2020, 1, 1, tzinfo=UTC),
        end=datetime(2021, 1, 1, tzinfo=UTC),
        types=["dataset", "service"],
        sources=[3],
        keywords=[],
        standards=[],
        collections=[],
        sort=Sort.TITLE,
    )


def test_words_are_sorted_by_how_well_they_match_and_all_else_by_date() -> None:
    assert to_search(Asked(words="water")).sort is Sort.RELEVANCE
    assert to_search(Asked()).sort is Sort.NEWEST
    assert to_search(Asked(sort="relevance")).sort is Sort.NEWEST
    assert to_search(Asked(sort="sideways")).sort is Sort.NEWEST


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(bbox="1,2,3"), "bbox"),
        (Asked(bbox="a,b,c,d"), "bbox"),
        (Asked(since="2020"), "since"),
        (Asked(until="9999-12-31"), "until"),
        (Asked(sources=["all"]), "source"),
        (Asked(sources=["9" * 30]), "source"),
    ],
)
def test_what_cannot_be_asked_names_its_field(asked: Asked, field: str) -> None:
    with pytest.raises(BadInput) as raised:
        to_search(asked)

    assert [each.field for each in raised.value.problems] == [field]


@given(st.text(max_size=50))
def test_any_address_is_read_without_an_error(text: str) -> None:
    asked = read_asked(QueryParams(dict.fromkeys(("q", "bbox", "since", "source", "type", "sort"), text)))
    with suppress(BadInput):
        to_search(asked)
    assert read_asked(QueryParams(list(flat(asked)))) == asked


def test_an_export_asks_for_the_same_search() -> None:
    search = to_search(Asked(words="water", bbox="5,45,16,55", since="2020-01-01", types=["dataset"]))

    assert {name: value for name, value in export_parameters(search).items() if value} == {
        "q": "water",
        "bbox": "5,45,16,55",
        "start": "2020-01-01T00:00:00+00:00",
        "type": ["dataset"],
    }


def flat(asked: Asked) -> list[tuple[str, str]]:
    return [
        (name, each)
        for name, value in asked.parameters.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
