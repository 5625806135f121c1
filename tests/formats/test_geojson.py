"""Sound boxes and geometries are kept, absurd ones are none."""

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from windrow.formats.geojson import envelope, is_only_box, read_box, read_geometry

SQUARE = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
PLACES = st.tuples(st.floats(-179, 179), st.floats(-90, 90)).map(list)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2, 3, 4], (1, 2, 3, 4)),
        ([1, 2, -50, 3, 4, 900], (1, 2, 3, 4)),
        ([170, -5, -170, 5], (170, -5, -170, 5)),
        ([170, -5, 190, 5], (170, -5, -170, 5)),
        ([0, -90, 360, 90], (-180, -90, 180, 90)),
        ([5, 5, 5, 5], (5, 5, 5, 5)),
    ],
)
def test_a_box_is_read_in_two_and_three_dimensions(value: Any, expected: Any) -> None:
    assert read_box(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "1,2,3,4",
        [],
        [1, 2],
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [1, 2, 3, None],
        [1, 2, 3, "4"],
        [True, 2, 3, 4],
        [399960, 4290240, 509760, 4400040],
        [0, -100, 1, 0],
        [10**400, 0, 1, 1],
        [float("nan"), 0, 1, 1],
        [float("inf"), 0, 1, 1],
    ],
)
def test_what_is_no_box_in_degrees_is_none(value: Any) -> None:
    assert read_box(value) is None


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Point", "coordinates": [1, 2, 300]},
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        {"type": "Polygon", "coordinates": SQUARE},
        {"type": "MultiPolygon", "coordinates": [SQUARE, SQUARE]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]},
    ],
)
def test_a_sound_geometry_is_kept_without_foreign_members(geometry: dict[str, Any]) -> None:
    assert read_geometry(geometry | {"crs": {"type": "name"}}) == geometry


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        [],
        {},
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": ["Point"], "coordinates": [1, 2]},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": [1, None]},
        {"type": "Point", "coordinates": [1, 91]},
        {"type": "Point", "coordinates": [1, 10**400]},
        {"type": "Point", "coordinates": [[1, 2]]},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[500000, 5400000], [500001, 5400000], [500000, 5400000]]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1]}]},
        {"type": "GeometryCollection", "geometries": "none"},
    ],
)
def test_an_absurd_one_is_none(geometry: Any) -> None:
    assert read_geometry(geometry) is None


def test_collections_within_collections_end() -> None:
    geometry: dict[str, Any] = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(200):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}

    assert read_geometry(geometry) is None


@given(st.lists(PLACES, min_size=2, max_size=8))
def test_the_envelope_is_shapelys(places: list[list[float]]) -> None:
    geometry = {"type": "LineString", "coordinates": places}

    assert read_geometry(geometry) == geometry
    assert envelope(geometry) == shapely.LineString(places).bounds


def test_a_geometry_cut_at_the_antimeridian_has_a_narrow_envelope() -> None:
    fiji = [[[[177, -20], [180, -20], [180, -15], [177, -20]]], [[[-180, -19], [-178, -19], [-180, -15], [-180, -19]]]]

    assert envelope({"type": "MultiPolygon", "coordinates": fiji}) == (177, -20, -178, -15)


def test_a_polygon_that_is_its_box_is_known() -> None:
    assert is_only_box({"type": "Polygon", "coordinates": SQUARE}, (0, 0, 1, 1))
    assert not is_only_box({"type": "Polygon", "coordinates": SQUARE}, (0, 0, 1, 2))
    assert not is_only_box({"type": "Polygon", "coordinates": [*SQUARE, *SQUARE]}, (0, 0, 1, 1))
    assert not is_only_box({"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 0], [0, 0]]]}, (0, 0, 1, 1))
    assert not is_only_box({"type": "Point", "coordinates": [0, 0]}, (0, 0, 0, 0))
