"""Makes the console's basemap: `python tools/basemap.py FOLDER`, where FOLDER is the npm package world-atlas, unpacked.

Writes `world-110m.geojson` and `world-50m.geojson`: one feature with all land, one with the borders between countries.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from shapely import Polygon, box, make_valid
from shapely.affinity import translate

TARGET = Path(__file__).parents[1] / "src" / "windrow" / "console" / "static" / "map"
SCALES = ("110m", "50m")
DECIMALS = 2
WORLD = box(-180, -90, 180, 90)

Point: TypeAlias = list[float]
Line: TypeAlias = list[Point]


class Topology:
    """A TopoJSON document with quantized arcs (https://github.com/topojson/topojson-specification)."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        self._arcs = [self._decode(arc) for arc in self.document["arcs"]]

    def arc(self, number: int) -> Line:
        """An arc; `~n` is arc n from its end."""
        return self._arcs[number] if number >= 0 else self._arcs[~number][::-1]

    def ring(self, arcs: Iterable[int]) -> Line:
        """A closed line made of arcs, each of which begins where the one before it ends."""
        ring: Line = []
        for number in arcs:
            ring.extend(self.arc(number)[1 if ring else 0 :])
        return ring

    def _decode(self, arc: list[list[int]]) -> Line:
        scale, shift = self.document["transform"]["scale"], self.document["transform"]["translate"]
        x = y = 0
        line: Line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            point = [round(x * scale[0] + shift[0], DECIMALS), round(y * scale[1] + shift[1], DECIMALS)]
            if not line or point != line[-1]:
                line.append(point)
        return line


def land(topology: Topology) -> dict[str, Any]:
    """All land as one feature."""
    pieces: list[Polygon] = []
    for geometry in topology.document["objects"]["land"]["geometries"]:
        for polygon in polygons(geometry):
            outer, *holes = [unwrap(topology.ring(ring)) for ring in polygon]
            pieces.extend(cut(outer, [hole for hole in holes if len(hole) > 3]))
    rings = [[ring.coords for ring in (piece.exterior, *piece.interiors)] for piece in pieces]
    rounded = [[[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring] for ring in piece] for piece in rings]
    return feature("land", "MultiPolygon", rounded)


def unwrap(ring: Line) -> Line:
    """A ring without jumps over the antimeridian; one around a pole is closed along that pole."""
    whole: Line = []
    turns = 0
    for x, y in ring:
        if whole and abs(x + turns - whole[-1][0]) > 180:
            turns += 360 if x + turns < whole[-1][0] else -360
        whole.append([x + turns, y])
    if whole and abs(whole[0][0] - whole[-1][0]) > 180:
        whole += [[whole[-1][0], -90.0], [whole[0][0], -90.0], whole[0]]
    return whole


def cut(outer: Line, holes: list[Line]) -> list[Polygon]:
    """The parts of a polygon that lie between the antimeridians, each moved to where it belongs."""
    if len(outer) < 4:
        return []
    whole = make_valid(Polygon(outer, holes))
    pieces = [translate(whole, turns).intersection(WORLD) for turns in (-360, 0, 360)]
    return [
        each for piece in pieces for each in getattr(piece, "geoms", [piece]) if each.geom_type == "Polygon" and each
    ]


def borders(topology: Topology) -> dict[str, Any]:
    """The lines that two countries share, as one feature."""
    used: Counter[int] = Counter()
    for geometry in topology.document["objects"]["countries"]["geometries"]:
        used.update({number if number >= 0 else ~number for number in numbers(polygons(geometry))})
    lines = [topology.arc(number) for number, count in sorted(used.items()) if count > 1]
    calm = [line for line in lines if len(line) > 1 and max(x for x, _ in line) - min(x for x, _ in line) < 180]
    return feature("borders", "MultiLineString", calm)


def polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """The polygons of a geometry, as rings of arc numbers."""
    arcs: Any = geometry.get("arcs", [])
    return [arcs] if geometry["type"] == "Polygon" else list(arcs)


def numbers(found: list[list[list[int]]]) -> Iterator[int]:
    """All arc numbers of polygons."""
    return (number for polygon in found for ring in polygon for number in ring)


def feature(name: str, kind: str, coordinates: object) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": kind, "coordinates": coordinates}}


def main(folder: Path) -> None:
    """Writes the basemap at every scale."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for scale in SCALES:
        topology = Topology(folder / f"countries-{scale}.json")
        world = {"type": "FeatureCollection", "features": [land(topology), borders(topology)]}
        target = TARGET / f"world-{scale}.geojson"
        target.write_text(json.dumps(world, separators=(",", ":")))
        print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
