"""Places in texts are found in whatever notation they have; what is none is nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.formats.place_texts import NOWHERE, Place, join, read_place

BOX = (5.0, 50.0, 9.0, 52.0)
EPSG = "<http://www.opengis.net/def/crs/EPSG/0/4326>"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"


@pytest.mark.parametrize(
    "text",
    [
        "5, 50, 9, 52",
        '{"type": "Polygon", "coordinates": [[[5, 50], [9, 50], [9, 52], [5, 52], [5, 50]]]}',
        '{"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": [[5, 50], [9, 52]]}}',
        "POLYGON((5 50, 9 50, 9 52, 5 52, 5 50))",
        "polygon ((5 50, 9 50, 9 52, 5 52, 5 50))",
        "POLYGON Z ((5 50 1, 9 50 1, 9 52 1, 5 52 1, 5 50 1))",
        f"{CRS84} POLYGON((5 50, 9 50, 9 52, 5 52, 5 50))",
        f"{EPSG} POLYGON((50 5, 50 9, 52 9, 52 5, 50 5))",
        "SRID=4326;POLYGON((5 50, 9 50, 9 52, 5 52, 5 50))",
        "GEOMETRYCOLLECTION(POINT(5 50), LINESTRING(6 51, 9 52))",
        '<gml:Envelope xmlns:gml="http://www.opengis.net/gml"><gml:lowerCorner>5 50</gml:lowerCorner>'
        "<gml:upperCorner>9 52</gml:upperCorner></gml:Envelope>",
    ],
)
def test_the_same_box_in_many_notations(text: str) -> None:
    assert read_place(text).box == BOX


def test_a_geometry_that_says_more_than_its_box_is_kept() -> None:
    triangle = {"type": "Polygon", "coordinates": [[[5, 50], [9, 50], [9, 52], [5, 50]]]}

    assert read_place("POLYGON((5 50, 9 50, 9 52, 5 50))") == Place(BOX, triangle)
    assert read_place(f"{EPSG} POLYGON((50 5, 50 9, 52 9, 50 5))") == Place(BOX, triangle)
    assert read_place("POLYGON((5 50, 9 50, 9 52, 5 52, 5 50))").geometry is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Germany",
        "POLYGON((",
        "POLYGON((1 2))",
        "POLYGON EMPTY",
        "POINT(500000 5600000)",
        "<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(500000 5600000)",
        "<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(5 50)",
        "http://sws.geonames.org/2921044/",
        "{}",
        "{broken",
        "<broken",
        "<html><body>POINT(5 50)</body></html>",
        "500, 50, 900, 52",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "POINT(nan nan)",
        "\ud800",
    ],
)
def test_what_is_no_place_in_degrees_is_nowhere(text: str) -> None:
    assert read_place(text) == NOWHERE


@given(st.text(max_size=60) | st.text('POLYGONT()1234567890 .,-;=<>{}[]":SRID', max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert isinstance(read_place(text), Place)


def test_several_places_are_joined_to_a_box() -> None:
    here, there = read_place("POINT(5 50)"), read_place("POINT(9 52)")

    assert join([here]) == here
    assert join([here, NOWHERE, there]) == Place(BOX)
    assert join([]) == NOWHERE
