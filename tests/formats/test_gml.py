"""GML geometries become GeoJSON in longitude and latitude, whatever version, order and system they come in."""

import pytest

from windrow.formats.gml import collect, read_geometry
from windrow.formats.xml import GML, GML32, parse

RING = [[5.0, 45.0], [10.0, 45.0], [10.0, 48.0], [5.0, 45.0]]
HOLE = [[8.0, 45.5], [9.0, 45.5], [9.0, 46.0], [8.0, 45.5]]
OUTER = "<exterior><LinearRing><posList>5 45 10 45 10 48 5 45</posList></LinearRing></exterior>"
INNER = "<interior><LinearRing><posList>8 45.5 9 45.5 9 46 8 45.5</posList></LinearRing></interior>"


def geometry(xml: str, space: str = GML32) -> object:
    return read_geometry(parse(xml.replace(">", f' xmlns="{space}">', 1).encode()))


@pytest.mark.parametrize("space", [GML, GML32])
def test_a_polygon_with_a_hole(space: str) -> None:
    assert geometry(f"<Polygon>{OUTER}{INNER}</Polygon>", space) == {"type": "Polygon", "coordinates": [RING, HOLE]}


@pytest.mark.parametrize(
    "xml",
    [
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>5,45 10,45 10,48 5,45</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>",
        "<Polygon><exterior><LinearRing><pos>5 45</pos><pos>10 45</pos><pos>10 48</pos></LinearRing></exterior>"
        "</Polygon>",
        "<Polygon srsDimension='3'><exterior><LinearRing><posList>5 45 9 10 45 9 10 48 9 5 45 9</posList></LinearRing>"
        "</exterior></Polygon>",
        "<Polygon><exterior><LinearRing><posList srsName='urn:ogc:def:crs:EPSG::4326'>45 5 45 10 48 10 45 5</posList>"
        "</LinearRing></exterior></Polygon>",
        "<Surface srsName='urn:ogc:def:crs:EPSG::4258'><patches><PolygonPatch><exterior><LinearRing><posList>"
        "45 5 45 10 48 10 45 5</posList></LinearRing></exterior></PolygonPatch></patches></Surface>",
    ],
)
def test_the_many_ways_to_write_one_polygon(xml: str) -> None:
    assert geometry(xml) == {"type": "Polygon", "coordinates": [RING]}


def test_several_polygons_are_one_geometry() -> None:
    member = f"<surfaceMember><Polygon>{OUTER}</Polygon></surfaceMember>"

    assert geometry(f"<MultiSurface>{member}{member}</MultiSurface>") == {
        "type": "MultiPolygon",
        "coordinates": [[RING], [RING]],
    }


def test_points_and_lines() -> None:
    assert geometry("<Point><pos>7 46</pos></Point>") == {"type": "Point", "coordinates": [7, 46]}
    line = geometry("<LineString><posList>7 46 8 47</posList></LineString>")
    assert line == {"type": "LineString", "coordinates": [[7, 46], [8, 47]]}


@pytest.mark.parametrize(
    "xml",
    [
        "<Polygon></Polygon>",
        "<Polygon><exterior><LinearRing><posList>5 45 10 45</posList></LinearRing></exterior></Polygon>",
        "<Polygon><exterior><LinearRing><posList>x y</posList></LinearRing></exterior></Polygon>",
        "<Polygon><exterior><LinearRing><posList>500 4500 600 4500 600 4600 500 4500</posList></LinearRing></exterior>"
        "</Polygon>",
        f"<Polygon srsName='EPSG:25832'>{OUTER}</Polygon>",
        "<Point><pos>nan 46</pos></Point>",
    ],
)
def test_what_cannot_be_placed_is_none(xml: str) -> None:
    assert geometry(xml) is None


def test_geometries_of_a_kind_are_collected_as_many() -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    points = {"type": "MultiPoint", "coordinates": [[3, 4], [5, 6]]}
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}

    assert collect([point]) == point
    assert collect([point, points]) == {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4], [5, 6]]}
    assert collect([point, line]) == {"type": "GeometryCollection", "geometries": [point, line]}
