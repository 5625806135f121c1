"""Extents become boxes in degrees, or nothing; never nonsense."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.sources.arcgis_rest.extents import read_extent

MERCATOR = {"wkid": 102100, "latestWkid": 3857}


def extent(west: Any, south: Any, east: Any, north: Any, **reference: Any) -> dict[str, Any]:
    return {"xmin": west, "ymin": south, "xmax": east, "ymax": north, "spatialReference": reference}


@pytest.mark.parametrize(
    ("given", "box"),
    [
        (extent(5.9, 47.3, 15.0, 55.1, wkid=4326), (5.9, 47.3, 15.0, 55.1)),
        (extent(170, -50, 190, -30, wkid=4326, latestWkid=4326), (170, -50, -170, -30)),
        (extent(0, -90, 360, 90, wkid=4326), (-180, -90, 180, 90)),
        (extent(556597.45, 5311971.85, 1669792.36, 7361866.11, **MERCATOR), (5, 43, 15, 55)),
        (extent(556597.45, 5311971.85, 1669792.36, 7361866.11, wkid=102100), (5, 43, 15, 55)),
        (extent(556597.45, 5311971.85, 1669792.36, 7361866.11, wkid=102113), (5, 43, 15, 55)),
        (extent(-21e6, -5e6, 21e6, 5e6, **MERCATOR), (-180, -40.9163, 180, 40.9163)),
        # British national grid: its straight edges are bent on the globe, the box must hold them all.
        (extent(0, 0, 700000, 1300000, wkid=27700), (-9.4964, 49.7668, 3.6347, 61.5814)),
        (extent(556597.45, 5311971.85, 1669792.36, 7361866.11, wkid=7_777_777, latestWkid=3857), (5, 43, 15, 55)),
    ],
)
def test_extents_are_boxes_in_degrees(given: dict[str, Any], box: tuple[float, ...]) -> None:
    assert read_extent(given) == pytest.approx(box, abs=2e-3)


@pytest.mark.parametrize(
    "given",
    [
        None,
        "somewhere",
        {},
        extent("NaN", "NaN", "NaN", "NaN", **MERCATOR),
        extent(None, None, None, None, **MERCATOR),
        extent(math.inf, 0, 1, 1, wkid=4326),
        extent(-1.7976931348623157e308, 0, 1, 1, wkid=2056),
        extent(True, False, True, False, wkid=4326),
        extent(0, 0, 1, 1),
        extent(0, 0, 1, 1, wkid="4326"),
        extent(0, 0, 1, 1, wkid=-1),
        extent(0, 0, 1, 1, wkid=10**30),
        extent(0, 0, 1, 1, wkid=999_999),
        extent(0, 0, 1, 1, wkt="PROJCS[" * 1000),
        extent(0, 0, 1, 1, wkt="+proj=pipeline +step +proj=cart"),
        extent(0, 0, 1, 1, wkt="[/etc/passwd]"),
        extent(0, 0, 1, 1, wkt="x" * 100_000),
        extent(600000, 200000, 700000, 300000, wkid=4326),
        {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1, "spatialReference": "4326"},
    ],
)
def test_what_is_no_extent_is_none(given: Any) -> None:
    assert read_extent(given) is None


NUMBERS = st.floats() | st.integers(-(10**9), 10**9) | st.none() | st.text(max_size=5)


@given(
    edges=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    wkid=st.sampled_from([4326, 3857, 102100, 2056, 27700, 2193, 3031, 4269, 54030, 0]),
)
def test_whatever_comes_a_box_is_on_the_map(edges: tuple[Any, ...], wkid: int) -> None:
    box = read_extent(extent(*edges, wkid=wkid))

    if box is not None:
        west, south, east, north = box
        assert -180 <= west <= 180
        assert -180 <= east <= 180
        assert -90 <= south <= north <= 90
