"""The catalogue's use cases: who reads what, and what is refused before the store is asked."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from windrow.core.catalogue import Catalogue, checked, reader_for
from windrow.errors import BadInput, NotAllowed
from windrow.model.accounts import Principal, Right, Role, rights_of
from windrow.model.paging import PageOf
from windrow.ports.catalogue import Entry, Reader, Search

MEMBER = Principal("u1", "ada", Role.VIEWER, "t1", rights_of(Role.VIEWER))
ADMIN = Principal("u2", "root", Role.ADMIN, "t1", rights_of(Role.ADMIN))
POWERLESS = replace(MEMBER, rights=frozenset())
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused


class Shelves:
    """A store that only notes who asks for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def search(self, reader: Reader, search: Search, *, limit: int, cursor: str | None = None) -> PageOf[Entry]:
        self.asked.append((reader, search, limit, cursor))
        return PageOf([])


def test_everybody_reads_as_who_they_are() -> None:
    assert reader_for(None) == Reader()
    assert reader_for(MEMBER) == Reader("t1")
    assert reader_for(ADMIN) == Reader("t1", everything=True)
    with pytest.raises(NotAllowed):
        reader_for(POWERLESS)
    assert Right.READ in MEMBER.rights


def test_a_search_reaches_the_store_as_it_is() -> None:
    shelves = Shelves()
    search = Search(words="lakes", bbox=(170.0, -10.0, -170.0, 10.0))

    Catalogue(shelves).search(MEMBER, search, limit=5, cursor="x")  # type: ignore[arg-type]  # only `search` is asked

    assert shelves.asked == [(Reader("t1"), search, 5, "x")]


@pytest.mark.parametrize(
    ("search", "fields"),
    [
        (Search(bbox=(0.0, 10.0, 1.0, 0.0)), ["bbox"]),
        (Search(bbox=(-181.0, 0.0, 1.0, 91.0)), ["bbox", "bbox"]),
        (Search(bbox=(float("nan"), 0.0, 1.0, 1.0)), ["bbox"]),
        (Search(start=NAIVE, end=NAIVE), ["start", "end"]),
        (Search(start=NAIVE.astimezone(), end=NAIVE.astimezone().replace(year=2025)), ["end"]),
        (Search(words="x" * 1001), ["words"]),
        (Search(phrases=("x" * 600, "y" * 600)), ["phrases"]),
        (Search(ids=range(1001), types=["x"] * 1001), ["types", "ids"]),
    ],
)
def test_wrong_searches_name_every_field_at_fault(search: Search, fields: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        checked(search)

    assert [each.field for each in caught.value.problems] == fields


@pytest.mark.parametrize("limit", [0, 1001, -1])
def test_a_page_has_at_least_one_and_at_most_a_thousand(limit: int) -> None:
    with pytest.raises(BadInput, match="limit"):
        Catalogue(Shelves()).search(None, Search(), limit=limit)  # type: ignore[arg-type]  # it is not asked at all
