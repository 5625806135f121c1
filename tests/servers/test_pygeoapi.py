"""The tests' server of OGC API Records is the real one, and its records can be replaced."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from samples.generator.datasets import make_datasets
from samples.generator.ogc_record import ogc_record
from samples.servers.pygeoapi import Pygeoapi


def test_serves_records_and_scenes(pygeoapi: Pygeoapi) -> None:
    assert get(f"{pygeoapi.records_url}/items?f=json")["numberMatched"] == 250
    assert [link for link in get(f"{pygeoapi.stac_url}?f=json")["links"] if link["rel"] == "child"]


def test_its_records_can_be_replaced(start_pygeoapi: Callable[..., Pygeoapi]) -> None:
    server = start_pygeoapi([ogc_record(each) for each in make_datasets(3)])
    assert get(f"{server.records_url}/items?f=json")["numberMatched"] == 3

    server.write([ogc_record(each) for each in make_datasets(2)])

    assert get(f"{server.records_url}/items?f=json")["numberMatched"] == 2


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        document: dict[str, Any] = json.load(answer)
    return document
