"""Boxes are brought to -180..180 or dropped, and joined across the antimeridian where they lie there."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.formats.boxes import box, envelope
from windrow.model.records import Box

longitudes = st.integers(-180, 180).map(float)
latitudes = st.integers(-90, 90).map(float)
boxes = st.builds(
    lambda west, east, one, other: (west, min(one, other), east, max(one, other)),
    longitudes,
    longitudes,
    latitudes,
    latitudes,
)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((5.9, 45.8, 10.5, 47.8), (5.9, 45.8, 10.5, 47.8)),
        ((5.9, 47.8, 10.5, 45.8), (5.9, 45.8, 10.5, 47.8)),
        ((170, -20, -170, -10), (170, -20, -170, -10)),
        ((170, -20, 190, -10), (170, -20, -170, -10)),
        ((190, -20, 200, -10), (-170, -20, -160, -10)),
        ((0, -90, 360, 90), (-180, -90, 180, 90)),
        ((-180.0000001, -90.00001, 180.000001, 90.0001), (-180, -90, 180, 90)),
    ],
)
def test_a_box_is_brought_in_order(sides: Box, expected: Box) -> None:
    assert box(*sides) == expected


@pytest.mark.parametrize(
    "sides",
    [
        (500000, 4000000, 600000, 5000000),
        (0, 0, 1, 91),
        (nan, 0, 1, 1),
        (0, 0, inf, 1),
        (0, -95, 1, 1),
        (-400, 0, 1, 1),
    ],
)
def test_what_cannot_be_degrees_is_dropped(sides: Box) -> None:
    assert box(*sides) is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], None),
        ([(1, 2, 3, 4)], (1, 2, 3, 4)),
        ([(1, 2, 3, 4), (-5, 3, 2, 8)], (-5, 2, 3, 8)),
        ([(-170, 0, -160, 1), (140, 0, 150, 1)], (-170, 0, 150, 1)),
        ([(177, -20, 180, -10), (-180, -20, -178, -10)], (177, -20, -178, -10)),
        ([(177, -20, -178, -10), (160, -20, 170, -10)], (160, -20, -178, -10)),
        ([(177, -20, -178, -10), (-170, -20, -160, -10)], (177, -20, -160, -10)),
        ([(-180, -90, 180, 90), (10, 10, 20, 20)], (-180, -90, 180, 90)),
    ],
)
def test_an_envelope_holds_all_and_no_more(parts: list[Box], expected: Box | None) -> None:
    assert envelope(parts) == expected


@given(st.lists(boxes, min_size=1, max_size=5))
def test_every_box_lies_within_the_envelope(parts: list[Box]) -> None:
    found = envelope(parts)

    assert found is not None
    for west, south, east, north in parts:
        assert found[1] <= south <= north <= found[3]
        for longitude in (west, east):
            assert lies_within(longitude, found)


def lies_within(longitude: float, around: Box) -> bool:
    west, _, east, _ = around
    places = {longitude, 180.0, -180.0} if abs(longitude) == 180 else {longitude}
    return any(west <= each <= east if west <= east else each >= west or each <= east for each in places)
