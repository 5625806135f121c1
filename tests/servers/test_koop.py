"""The tests' server of feature services is the real one, and its services can be replaced."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from samples.servers.koop import Koop

PLACE = {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [9, 47]}}
LAYER = {"type": "FeatureCollection", "metadata": {"id": 0, "name": "Places"}, "features": [PLACE]}


def test_serves_layers_and_their_features(start_koop: Callable[..., Koop]) -> None:
    server = start_koop({"places": {"layers": [LAYER], "tables": []}})
    layer = f"{server.catalogue_url}/places/FeatureServer/0"

    assert get(f"{layer}?f=json")["geometryType"] == "esriGeometryPoint"
    assert get(f"{layer}/query?where=1=1&f=geojson")["features"][0]["geometry"] == PLACE["geometry"]


def test_its_services_can_be_replaced(start_koop: Callable[..., Koop]) -> None:
    server = start_koop({"places": {"layers": [LAYER], "tables": []}})
    url = f"{server.catalogue_url}/places/FeatureServer?f=json"
    assert [each["name"] for each in get(url)["layers"]] == ["Places"]

    server.write({"places": {"error": 401}})

    assert get(url)["error"]["code"] == 499


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        document: dict[str, Any] = json.load(answer)
    return document
