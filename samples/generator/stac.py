"""Made-up satellite missions as STAC collections and items, and a static STAC catalogue of them and of real scenes."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from samples.generator.datasets import SEED
from samples.generator.places import PLACES

REAL = Path(__file__).resolve().parents[1] / "records" / "stac_api"
_VERSION = "1.0.0"
_FOOTPRINT_PLACES = tuple(place for place in PLACES if abs(place.longitude) < 175)
"""Footprints over the antimeridian would have to be cut in two; the ISO 19139 records have such boxes."""


class Mission(NamedTuple):
    """A satellite mission. `reach` is half a scene's width in degrees of latitude, `gsd` metres on the ground."""

    collection: str
    title: str
    description: str
    platforms: tuple[str, ...]
    instrument: str
    gsd: float
    reach: float
    since: int
    bands: tuple[str, ...]
    keywords: tuple[str, ...]


MISSIONS = (
    Mission(
        "plover-optical", "Plover multispectral scenes", "Surface reflectance in six bands, cloud-masked.",
        ("plover-1", "plover-2"), "msi", 10, 0.5, 2016, ("blue", "green", "red", "nir", "swir16", "swir22"),
        ("optical", "reflectance", "land"),
    ),
    Mission(
        "heron-radar", "Heron radar backscatter", "Terrain-corrected C-band backscatter in two polarisations.",
        ("heron-1",), "c-sar", 20, 0.9, 2014, ("vv", "vh"), ("radar", "SAR", "backscatter"),
    ),
    Mission(
        "swift-thermal", "Swift land surface temperature", "Surface temperature by day and by night.",
        ("swift-a", "swift-b"), "tirs", 70, 0.7, 2018, ("lst", "quality"), ("thermal", "temperature", "heat"),
    ),
)  # fmt: skip


def make_item(number: int, *, revision: int = 0, seed: int = SEED) -> dict[str, Any]:
    """The STAC item of a number, of one of the missions; a higher revision is the same item, processed again."""
    draw = random.Random(seed * 1_000_033 + number)
    mission = MISSIONS[number % len(MISSIONS)]
    place = draw.choice(_FOOTPRINT_PLACES)
    taken = datetime(mission.since, 1, 1, tzinfo=UTC) + timedelta(
        minutes=draw.randrange((2026 - mission.since) * 525_000)
    )
    platform = draw.choice(mission.platforms)
    identifier = f"{platform}_{taken:%Y%m%dT%H%M}_{number:06d}"
    ring = _footprint(
        place.longitude + draw.uniform(-0.5, 0.5), place.latitude + draw.uniform(-0.5, 0.5), mission.reach
    )
    updated = taken + timedelta(hours=6 + draw.randrange(48)) + timedelta(days=revision)
    return {
        "type": "Feature",
        "stac_version": _VERSION,
        "stac_extensions": [
            "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
            "https://stac-extensions.github.io/processing/v1.1.0/schema.json",
        ],
        "id": identifier,
        "collection": mission.collection,
        "bbox": _bounds([ring]),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "title": f"{mission.title.split()[0]} over {place.name}, {taken:%d %B %Y}",
            "datetime": _stamp(taken),
            "created": _stamp(taken + timedelta(hours=6)),
            "updated": _stamp(updated),
            "platform": platform,
            "instruments": [mission.instrument],
            "gsd": mission.gsd,
            "eo:cloud_cover": round(100 * draw.random() ** 2, 1),
            "processing:version": f"1.{revision}",
            "license": "CC-BY-4.0",
        },
        "links": [],
        "assets": {
            **{band: _asset(mission, identifier, band) for band in mission.bands},
            "thumbnail": {
                "href": f"https://scenes.example.org/{mission.collection}/{identifier}/thumbnail.png",
                "type": "image/png",
                "roles": ["thumbnail"],
            },
        },
    }


def make_items(count: int, *, first: int = 0, revision: int = 0, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """So many items from number `first` on, of all missions in turn."""
    return (make_item(number, revision=revision, seed=seed) for number in range(first, first + count))


def make_collection(mission: Mission) -> dict[str, Any]:
    """A mission as a STAC collection, without links."""
    return {
        "type": "Collection",
        "stac_version": _VERSION,
        "id": mission.collection,
        "title": mission.title,
        "description": f"{mission.description} The mission is made up, and so are its scenes.",
        "keywords": list(mission.keywords),
        "license": "CC-BY-4.0",
        "providers": [
            {"name": "Example Space Agency", "roles": ["producer", "licensor"], "url": "https://space.example.org/"}
        ],
        "extent": {
            "spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]]},
            "temporal": {"interval": [[f"{mission.since}-01-01T00:00:00Z", None]]},
        },
        "summaries": {"platform": list(mission.platforms), "gsd": [mission.gsd]},
        "links": [],
    }


def real_collections() -> dict[str, dict[str, Any]]:
    """The real STAC collections by identifier; those whose collection document is missing get a short one."""
    documents = [json.loads(path.read_bytes()) for path in sorted(REAL.glob("*.json"))]
    collections = {each["id"]: each for each in documents if each.get("type") == "Collection"}
    for item in real_items():
        name = item["collection"]
        collections.setdefault(name, _collection_around(name))
    return collections


def real_items() -> list[dict[str, Any]]:
    """The real STAC items; one that belongs to no collection is put into `simple-collection`."""
    documents = [json.loads(path.read_bytes()) for path in sorted(REAL.glob("*.json"))]
    items = [each for each in documents if each.get("type") == "Feature" and "stac_version" in each]
    return [{**each, "collection": each.get("collection", "simple-collection")} for each in items]


def write_catalogue(folder: Path, *, made: int) -> int:
    """Write a self-contained static catalogue: `catalog.json`, a folder for each collection, a file for each item.

    It holds the real items and so many made ones. Returns the number of items.
    """
    collections = real_collections() | {mission.collection: make_collection(mission) for mission in MISSIONS}
    names: dict[str, list[str]] = {name: [] for name in collections}
    for item in (*real_items(), *make_items(made)):
        names[item["collection"]].append(item["id"])
        _write_item(folder / item["collection"], item)
    for name, collection in collections.items():
        _write_collection(folder / name, collection, names[name])
    _write_root(folder, collections)
    return sum(map(len, names.values()))


def _write_root(folder: Path, collections: Mapping[str, Mapping[str, Any]]) -> None:
    children = [
        _link("child", f"./{name}/collection.json", title=each.get("title", name)) for name, each in collections.items()
    ]
    _write(
        folder / "catalog.json",
        {
            "type": "Catalog",
            "stac_version": _VERSION,
            "id": "windrow-samples",
            "title": "Sample scenes",
            "description": "Real Sentinel-2 scenes and scenes of made-up missions.",
            "links": [_link("root", "./catalog.json"), *children],
        },
    )


def _write_collection(folder: Path, collection: Mapping[str, Any], items: Sequence[str]) -> None:
    links = [
        _link("root", "../catalog.json"),
        _link("parent", "../catalog.json"),
        *(_link("item", f"./{name}/{name}.json", media_type="application/geo+json") for name in items),
    ]
    _write(folder / "collection.json", {**collection, "links": links})


def _write_item(folder: Path, item: Mapping[str, Any]) -> None:
    links = [
        _link("root", "../../catalog.json"),
        _link("parent", "../collection.json"),
        _link("collection", "../collection.json"),
    ]
    _write(folder / item["id"] / f"{item['id']}.json", {**item, "links": links})


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def _link(rel: str, href: str, *, media_type: str = "application/json", title: str = "") -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, **({"title": title} if title else {})}


def _collection_around(name: str) -> dict[str, Any]:
    return {
        "type": "Collection",
        "stac_version": _VERSION,
        "id": name,
        "title": f"Sentinel-2 scenes ({name})",
        "description": "Real scenes over Austria, whose own collection is described by an ISO 19139 record.",
        "license": "proprietary",
        "extent": {
            "spatial": {"bbox": [[14.0, 46.0, 18.0, 50.0]]},
            "temporal": {"interval": [["2019-09-10T00:00:00Z", "2019-09-11T00:00:00Z"]]},
        },
        "links": [],
    }


def _asset(mission: Mission, identifier: str, band: str) -> dict[str, Any]:
    return {
        "href": f"https://scenes.example.org/{mission.collection}/{identifier}/{band}.tif",
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "title": band,
        "roles": ["data"],
        "gsd": mission.gsd,
    }


def _footprint(longitude: float, latitude: float, reach: float) -> list[list[float]]:
    """A closed ring, leaning as the tracks of satellites do."""
    wide, lean = reach / max(0.2, 1 - (abs(latitude) / 95) ** 2), reach * 0.25
    corners = ((-wide + lean, reach), (-wide - lean, -reach), (wide - lean, -reach), (wide + lean, reach))
    ring = [[round(longitude + across, 5), round(latitude + along, 5)] for across, along in corners]
    return [*ring, ring[0]]


def _bounds(rings: Sequence[Sequence[Sequence[float]]]) -> list[float]:
    across = [point[0] for ring in rings for point in ring]
    along = [point[1] for ring in rings for point in ring]
    return [min(across), min(along), max(across), max(along)]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
