"""The kind recognises STAC in all its forms and nothing else, and its settings are what its schema says."""

from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from samples.servers.process import ROOT as PROJECT
from tests.sources.stac.api import ROOT, Api, collection, item
from tests.sources.stac.fetchers import WrittenFetcher, answer_of
from tests.sources.stac.passes import KIND
from windrow.errors import RemoteStatus
from windrow.ports.source_kinds import Detection
from windrow.sources.stac.settings import Settings

RECORDS = PROJECT / "samples" / "records" / "stac_api"
LANDING = Api().get(ROOT, headers={"Accept": "application/geo+json"}).body
CATALOGUE = {"type": "Catalog", "stac_version": "1.0.0", "id": "c", "title": "Files", "links": []}
NOTHING = WrittenFetcher({})


def detect(content: Any, url: str = "https://x.example/y") -> Detection | None:
    return KIND.detect(url, answer_of(url, content), NOTHING)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (LANDING, "A small API"),
        (CATALOGUE, "Files"),
        (collection("c"), "c"),
        (item("i"), "i"),
        ({"type": "FeatureCollection", "features": [item("i")]}, ""),
        ({"collections": [collection("c")], "links": []}, ""),
    ],
    ids=["api", "catalogue", "collection", "item", "list of items", "list of collections"],
)
def test_stac_is_recognised(content: Any, title: str) -> None:
    assert detect(content) == Detection(
        "stac",
        "https://x.example/y",
        title,
        {},
        certainty=pytest.approx(0.8, abs=0.21),  # type: ignore[arg-type]  # compares as a number does
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<html></html>",
        b"",
        [1],
        {"hello": "world"},
        {"conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"], "links": []},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "id": 1}]},
        {"type": "Feature", "id": 1, "properties": {}},
        {"collections": [{"id": "roads"}], "links": []},
        {"success": True, "result": []},
    ],
)
def test_anything_else_is_not(content: Any) -> None:
    assert detect(content) is None


def test_an_api_is_surer_than_a_mere_list() -> None:
    api, features = detect(LANDING), detect({"type": "FeatureCollection", "features": [item("i")]})

    assert api is not None
    assert features is not None
    assert api.certainty > features.certainty


@pytest.mark.parametrize("file", ["catalog.json", "collection.json"])
def test_the_usual_files_of_a_folder_are_looked_for(file: str) -> None:
    folder = "https://x.example/stac/"
    fetcher = WrittenFetcher({f"{folder}{file}": CATALOGUE})

    for first in (None, answer_of(folder, b"<html>Index of stac</html>")):
        assert KIND.detect(folder, first, fetcher) == Detection("stac", f"{folder}{file}", "Files")


def test_no_more_than_three_requests_are_made_and_none_for_a_file() -> None:
    fetcher = WrittenFetcher({"https://x.example/catalog.json": RemoteStatus("500", status=500)})

    assert KIND.detect("https://x.example", None, fetcher) is None
    assert len(fetcher.asked) == 2
    assert KIND.detect("https://x.example/csw", None, fetcher) is None
    assert len(fetcher.asked) == 2


@pytest.mark.parametrize("path", sorted(RECORDS.glob("*.json")), ids=lambda path: path.stem[:30])
def test_real_documents_are_recognised_unless_they_are_of_another_standard(path: Path) -> None:
    found = detect(orjson.loads(path.read_bytes()))

    assert (found is None) == path.name.startswith("woudc")


def test_every_setting_has_a_title_a_description_and_its_default() -> None:
    jsonschema.Draft202012Validator.check_schema(KIND.schema)
    properties = KIND.schema["properties"]
    defaults = {name: each["default"] for name, each in properties.items()}

    assert all(each["title"] and each["description"] for each in properties.values())
    jsonschema.validate(defaults, KIND.schema)
    assert Settings.of(defaults) == Settings.of({}) == Settings()


@pytest.mark.parametrize(
    "settings", [{"include": []}, {"page_size": 0}, {"bbox": [1, 2, 3]}, {"follow": "all"}, {"unknown": 1}]
)
def test_the_schema_refuses_what_makes_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(settings, KIND.schema)
