"""What can be said of all names, periods and places."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import mapping

from tests.storage.shelves import PUBLIC, at
from windrow.errors import BadInput
from windrow.faces.stac.asking import read_question
from windrow.faces.stac.naming import identifiers_of, name_of, read_copy
from windrow.faces.stac.places import place_of_box, read_place
from windrow.faces.stac.wire import SearchBody
from windrow.model.records import Record
from windrow.ports.catalogue import Entry

MOMENTS = st.datetimes(at(1000).replace(tzinfo=None), at(9998).replace(tzinfo=None), timezones=st.just(UTC))
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timedelta(minutes=minutes))
IDENTIFIERS = st.one_of(st.text(min_size=1, max_size=8), st.from_regex(r"[ab~]{1,3}~[0-9]{1,3}", fullmatch=True))
INSTANT = timedelta(microseconds=1)


def entry(identifier: str, number: int) -> Entry:
    return Entry(number, PUBLIC, "source", Record(identifier, "", standard="stac-item"), at(2020), True)


def written(moment: datetime, offset: timedelta) -> str:
    """RFC 3339 with an offset."""
    sign, size = ("-", -offset) if offset < timedelta(0) else ("+", offset)
    hours, minutes = divmod(int(size.total_seconds()) // 60, 60)
    return f"{(moment + offset).replace(tzinfo=None).isoformat()}{sign}{hours:02}:{minutes:02}"


def searched(text: str) -> tuple[datetime | None, datetime | None]:
    search = read_question(SearchBody(datetime=text)).search
    return search.start, search.end


@given(MOMENTS, OFFSETS)
def test_a_moment_is_itself_in_every_zone(moment: datetime, offset: timedelta) -> None:
    assert searched(written(moment, offset)) == (moment, moment + INSTANT)


@given(MOMENTS, MOMENTS, OFFSETS)
def test_an_interval_holds_both_its_ends(one: datetime, other: datetime, offset: timedelta) -> None:
    begin, end = min(one, other), max(one, other)
    first, last = written(begin, offset), written(end, -offset)

    assert searched(f"{first}/{last}") == (begin, end + INSTANT)
    assert searched(f"{first}/..") == searched(f"{first}/") == (begin, None)
    assert searched(f"../{last}") == searched(f"/{last}") == (None, end + INSTANT)


@given(st.text(max_size=60))
def test_any_text_is_a_period_or_refused_by_name(text: str) -> None:
    told, found = "", None
    try:
        found = searched(text)
    except BadInput as problem:
        told = problem.problems[0].field

    if found is None:
        assert told == "datetime"
    else:
        assert found[0] is None or found[1] is None or found[0] < found[1]


@given(st.lists(IDENTIFIERS, min_size=1, max_size=6), st.data())
def test_no_two_records_have_one_name(identifiers: list[str], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(1, 999), min_size=6, max_size=6, unique=True))
    entries = [entry(identifier, number) for identifier, number in zip(identifiers, numbers, strict=False)]
    firsts = {each.record.identifier: each.id for each in sorted(entries, key=lambda each: each.id, reverse=True)}

    names = [name_of(each, firsts[each.record.identifier]) for each in entries]

    assert len(set(names)) == len(entries)
    for each, name in zip(entries, names, strict=True):
        assert each.record.identifier in identifiers_of(frozenset({name}))
        assert read_copy(name) in (None, (each.record.identifier, each.id))


def degrees(most: float) -> st.SearchStrategy[float]:
    """Degrees to a tenth of a millimetre: geometry of any less is lost in the arithmetic of floats."""
    return st.floats(-most, most).map(lambda value: round(value, 9))


@given(st.tuples(degrees(180), degrees(90)), degrees(180), degrees(90), degrees(180), degrees(90))
def test_a_box_meets_the_points_within_it(
    point: tuple[float, float], west: float, south: float, east: float, north: float
) -> None:
    south, north = min(south, north), max(south, north)
    longitude, latitude = point
    across = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    record = Record("", "", bbox=(*point, *point), geometry={"type": "Point", "coordinates": list(point)})

    assert place_of_box((west, south, east, north)).meets(record) == (across and south <= latitude <= north)


@given(st.integers(-300, 300), st.integers(-80, 80), st.integers(1, 9))
def test_a_geometry_meets_itself_a_turn_further(west: int, south: int, size: int) -> None:
    there = shapely.box(west, south, west + size, south + size)
    place = read_place(_plain(there))

    for turn in (-360, 0, 360):
        if west + turn >= -360 and west + size + turn <= 360:
            turned = _plain(shapely.box(west + turn, south, west + size + turn, south + size))
            assert place.meets(Record("", "", geometry=turned, bbox=place.box))


def test_an_uncut_ring_over_the_antimeridian_is_its_box() -> None:
    ring = _plain(shapely.box(-179, 0, 179, 1))
    record = Record("", "", geometry=ring, bbox=(179, 0, -179, 1))

    assert place_of_box((179.5, 0, 180, 1)).meets(record)
    assert not place_of_box((0, 0, 1, 1)).meets(record)


def test_a_ring_that_crosses_itself_is_refused_with_the_place() -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}

    with pytest.raises(BadInput, match=r"intersects: .*Self-intersection\[5 5\]"):
        read_place(bow)


def test_an_items_ring_that_crosses_itself_is_found_where_it_encloses_something() -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}

    assert place_of_box((9, 4, 9.5, 5)).meets(Record("", "", bbox=(0, 0, 10, 10), geometry=bow))


def _plain(geometry: Any) -> dict[str, Any]:
    """GeoJSON as it comes from JSON, with lists."""
    found = mapping(geometry)
    return {"type": found["type"], "coordinates": [[list(place) for place in ring] for ring in found["coordinates"]]}
