"""A pass over a services directory asks little, sees every layer once, and takes no error for an empty list."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.arcgis_rest.directory import (
    ROADS,
    ROOT,
    Directory,
    catalogue,
    error,
    layer,
    numbers,
    publish,
    roads,
    service,
)
from tests.sources.arcgis_rest.passes import KIND, harvest
from windrow.errors import (
    RemoteUnreadable,
)
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import PassRequest

# The walk.


def test_the_catalogue_is_asked_for_once_and_names_the_pages() -> None:
    server = Directory({"": catalogue("A/MapServer", "B/ImageServer", "C/GPServer", folders=("F",))})

    opening = KIND.open(PassRequest(ROOT, {}), server)

    assert opening.pages == [
        {"service": "A", "type": "MapServer"},
        {"service": "B", "type": "ImageServer"},
        {"folder": "F"},
    ]
    assert (opening.listing, opening.title, server.asked) == (True, "", [""])
    assert server.queries == [{"f": "json"}]


def test_folders_and_their_folders_are_entered() -> None:
    server = Directory(
        {
            "": catalogue(folders=("F", "Empty")),
            "F": catalogue("F/One/MapServer", folders=("Deep",)),
            "F/Deep": catalogue("Two/MapServer"),
            "Empty": catalogue(),
            **publish("F/One", layer(0)),
            **publish("F/Deep/Two", layer(0)),
        }
    )

    found = harvest(ROOT, server)

    assert numbers(found.identifiers) == ["F/One/MapServer/0", "F/Deep/Two/MapServer/0"]
    assert (found.failed, len(found.keys)) == ([], 5)


def test_a_server_that_answers_every_folder_alike_is_found_out() -> None:
    same = catalogue(folders=("F",))
    server = Directory({"": same, "F": same, "F/F": same, "F/F/F": same, "F/F/F/F": same})

    found = harvest(ROOT, server)

    assert [problem for _, problem in found.failed] == [
        "Folders go deeper than 4 levels: the server seems to answer all alike."
    ]
    assert len(server.asked) == 5


def test_a_folder_alone_can_be_harvested() -> None:
    server = Directory({"F": catalogue("F/One/MapServer"), **publish("F/One", layer(0))})

    found = harvest(f"{ROOT}/F?f=html", server)

    assert (numbers(found.identifiers), found.opening.title) == (["F/One/MapServer/0"], "F")


@pytest.mark.parametrize("url", [ROADS, f"{ROADS}/", f"{ROADS}?f=json"])
def test_a_service_alone_can_be_harvested(url: str) -> None:
    found = harvest(url, Directory(roads()), harvest_map_services=False)

    assert numbers(found.identifiers) == ["Roads/MapServer/0", "Roads/MapServer/1", "Roads/MapServer/2"]
    assert found.opening.pages == [{"service": "Roads", "type": "MapServer"}]


def test_a_layer_alone_is_two_requests_beside_the_opening() -> None:
    server = Directory(roads())

    found = harvest(f"{ROADS}/1", server)

    assert numbers(found.identifiers) == ["Roads/MapServer/1"]
    assert server.asked == ["Roads/MapServer", "Roads/MapServer", "Roads/MapServer/1"]


def test_a_group_stands_for_all_below_it() -> None:
    layers = [
        layer(0, type="Group Layer", subLayerIds=[1]),
        layer(1, type="Group Layer", parentLayerId=0),
        layer(2, parentLayerId=1),
        layer(3, type="Annotation Layer", subLayerIds=[4]),
        layer(4, type="Annotation SubLayer", parentLayerId=3),
        layer(5, type="Table"),
    ]
    server = Directory(publish("Roads", *layers))

    assert numbers(harvest(f"{ROADS}/0", server).identifiers) == ["Roads/MapServer/2"]
    assert numbers(harvest(ROADS, server).identifiers) == [f"Roads/MapServer/{number}" for number in (2, 3, 4, 5)]


def test_a_layer_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(RemoteUnreadable, match=r"lists no layer 9 but: 0 \(Layer 0\), 1 \(Layer 1\), 2 \(Layer 2\)"):
        KIND.open(PassRequest(f"{ROADS}/9", {}), Directory(roads()))


def test_what_the_url_wants_sent_along_is_sent_and_kept_out_of_identifiers() -> None:
    server = Directory(roads())

    found = harvest(f"{ROOT}?token=s3cret&f=html", server)

    assert {query["token"] for query in server.queries} == {"s3cret"}
    assert not any("s3cret" in str(each.read()) for each in found.records)


KINDS = st.sampled_from(["Feature Layer", "Raster Layer", "Group Layer", "Annotation Layer", "Table"])


@given(
    services=st.dictionaries(
        st.tuples(st.sampled_from(["", "F/", "F/G/", "H/"]), st.sampled_from("abc")),
        st.tuples(st.lists(KINDS, max_size=5), st.booleans(), st.booleans()),
        max_size=6,
    )
)
def test_every_layer_of_any_directory_arrives_once(
    services: dict[tuple[str, str], tuple[list[str], bool, bool]],
) -> None:
    documents: dict[str, Any] = {
        "": catalogue(folders=("F", "H")),
        "F": catalogue(folders=("G",)),
        "F/G": catalogue(),
        "H": catalogue(),
    }
    expected = set()
    for (folder, name), (kinds, twin, at_once) in services.items():
        layers = [layer(number, type=kind) for number, kind in enumerate(kinds)]
        documents |= publish(f"{folder}{name}", *layers)
        documents |= publish(f"{folder}{name}", *layers, kind="FeatureServer") if twin else {}
        if not at_once:
            documents[f"{folder}{name}/MapServer/layers"] = 404
        documents[folder.rstrip("/")]["services"] += [
            {"name": f"{folder}{name}", "type": kind} for kind in ("FeatureServer", "MapServer")[not twin :]
        ]
        expected |= {f"{folder}{name}/MapServer/{each['id']}" for each in layers if each["type"] != "Group Layer"}

    found = harvest(ROOT, Directory(documents))

    assert sorted(numbers(found.identifiers)) == sorted(expected)
    assert (found.failed, found.broken) == ([], [])


# Settings.


def everything() -> dict[str, Any]:
    return {
        "": catalogue(
            "Roads/MapServer", "Roads/FeatureServer", "Only/FeatureServer", "Ortho/ImageServer", folders=("F",)
        ),
        "F": catalogue("F/Roads/MapServer"),
        **publish("Roads", layer(0, "Main roads"), layer(1, "Bridges")),
        **publish("Roads", layer(0, "Main roads"), layer(1, "Bridges"), kind="FeatureServer"),
        **publish("Only", layer(0, "Side roads"), kind="FeatureServer"),
        **publish("F/Roads", layer(0, "Forest roads")),
        "Ortho/ImageServer": {"name": "Ortho", "extent": {}, "pixelType": "U8"},
    }


@pytest.mark.parametrize(
    ("settings", "titles"),
    [
        ({}, ["Main roads", "Bridges", "Side roads", "Ortho", "Forest roads"]),
        ({"harvest_map_services": False}, ["Main roads", "Bridges", "Side roads", "Ortho"]),
        ({"harvest_image_services": False}, ["Main roads", "Bridges", "Side roads", "Forest roads"]),
        ({"harvest_feature_services": False}, ["Main roads", "Bridges", "Ortho", "Forest roads"]),
        ({"resource_name_filter": "ROADS"}, ["Main roads", "Side roads", "Forest roads"]),
        ({"resource_name_filter": "ortho"}, ["Ortho"]),
        ({"service_names_filter": ["roads"]}, ["Main roads", "Bridges", "Forest roads"]),
        ({"service_names_filter": ["F/Roads", "ortho"]}, ["Ortho", "Forest roads"]),
        ({"service_names_filter": ["Bridges"]}, []),
    ],
)
def test_settings_choose(settings: dict[str, Any], titles: list[str]) -> None:
    found = harvest(ROOT, Directory(everything()), **settings)

    assert [each.read().title for each in found.records] == titles
    assert found.failed == []


def test_what_is_not_wanted_is_not_asked_for() -> None:
    server = Directory(everything())

    harvest(ROOT, server, service_names_filter=["Only", "G/Other"], resource_name_filter="side")
    harvest(ROOT, server, service_names_filter=["G/Other"])

    # The first filter's Only may lie in any folder; the second one's service only in G, which is not there.
    assert server.asked == ["", "Only/FeatureServer", "Only/FeatureServer/0", "F", "", ""]


def test_the_schema_describes_every_setting_and_its_defaults_fit_it() -> None:
    validator = jsonschema.Draft202012Validator(dict(KIND.schema))
    validator.check_schema(dict(KIND.schema))
    properties = KIND.schema["properties"]

    validator.validate({name: each["default"] for name, each in properties.items()})
    assert set(properties) == {
        "harvest_map_services",
        "harvest_image_services",
        "harvest_feature_services",
        "resource_name_filter",
        "service_names_filter",
    }


# A feature service beside a map service.


def test_only_what_a_feature_service_has_beyond_its_map_service_is_taken_from_it() -> None:
    both = publish("Roads", layer(0, "Roads"), layer(1, "Other"), kind="FeatureServer") | publish(
        "Roads", layer(0, "roads"), layer(1, "Bridges")
    )
    server = Directory({"": catalogue("Roads/FeatureServer", "Roads/MapServer"), **both})

    found = harvest(ROOT, server)

    assert numbers(found.identifiers) == ["Roads/MapServer/0", "Roads/MapServer/1", "Roads/FeatureServer/1"]
    twins = [[link.href for link in each.read().links if link.title == "Features"] for each in found.records]
    assert twins == [[f"{ROOT}/Roads/FeatureServer/0"], [], []]
    assert "Roads/FeatureServer/layers" not in server.asked


def test_a_feature_service_that_fails_does_not_take_its_map_service_along() -> None:
    server = Directory(everything() | {"Roads/FeatureServer": error(499, "Token Required")})

    found = harvest(ROOT, server, service_names_filter=["Roads"])

    assert numbers(found.identifiers)[:2] == ["Roads/MapServer/0", "Roads/MapServer/1"]
    [(url, problem)] = found.failed
    assert (url, "needs a token" in problem) == (f"{ROOT}/Roads/FeatureServer", True)
    assert found.fingerprints[0] is None


# What changed.


def test_fingerprints_leave_out_what_changes_by_itself() -> None:
    before = roads()
    after = roads(version=11.1, cimVersion="3.1.0")
    for each in after["Roads/MapServer/layers"]["layers"]:
        each |= {"currentVersion": 11.1, "drawingInfo": {"renderer": {"symbol": {"url": "9B0D1A31"}}}}

    first, second = harvest(ROOT, Directory(before)), harvest(ROOT, Directory(after))

    assert first.fingerprints == second.fingerprints
    assert [each.fingerprint for each in first.records] == [each.fingerprint for each in second.records]


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"Roads/MapServer/layers": {"layers": [layer(0, "New"), layer(1), layer(2)]}}, [0]),
        ({"Roads/MapServer": service(layer(0), layer(1), layer(2), copyrightText="New")}, [0, 1, 2]),
        ({"Roads/MapServer/layers": {"layers": [layer(0), layer(1), layer(2, editingInfo={"lastEditDate": 1})]}}, [2]),
    ],
)
def test_fingerprints_tell_what_changed(change: dict[str, Any], changed: list[int]) -> None:
    first, second = harvest(ROOT, Directory(roads())), harvest(ROOT, Directory(roads() | change))

    assert first.fingerprints != second.fingerprints
    pairs = zip(first.records, second.records, strict=True)
    assert [number for number, (old, new) in enumerate(pairs) if old.fingerprint != new.fingerprint] == changed


# Detection.


@pytest.mark.parametrize(
    ("url", "address", "title", "asked"),
    [
        (ROOT, ROOT, "", [""]),
        (f"{ROOT}?f=html", ROOT, "", [""]),
        ("https://gis.example.org", ROOT, "", [""]),
        ("https://gis.example.org/arcgis", ROOT, "", [""]),
        (f"{ROOT}/F/", f"{ROOT}/F", "F", ["F"]),
        (f"{ROADS}/", ROADS, "Our roads", ["Roads/MapServer"]),
        (f"{ROADS}/1/query?where=1", f"{ROADS}/1", "Our roads", ["Roads/MapServer"]),
        (f"{ROOT}/Ortho/ImageServer", f"{ROOT}/Ortho/ImageServer", "Ortho", ["Ortho/ImageServer"]),
    ],
)
def test_a_directory_is_recognised_at_any_of_its_addresses(
    url: str, address: str, title: str, asked: list[str]
) -> None:
    server = Directory(everything() | roads(documentInfo={"Title": "Our roads"}))

    found = KIND.detect(url, Answer(url, 200, {"content-type": "text/html"}, b"<html>Folder: /</html>"), server)

    assert found is not None
    assert (found.kind, found.url, found.title, found.certainty) == ("arcgis_rest", address, title, 1.0)
    assert server.asked == asked


def test_json_that_came_already_is_not_asked_for_again() -> None:
    server = Directory({})
    first = Answer(ROOT, 200, {"content-type": "application/json"}, b'{"folders":[],"services":[]}')

    found = KIND.detect(f"{ROOT}?f=json&token=t", first, server)

    assert found is not None
    assert (found.url, found.certainty, server.asked) == (f"{ROOT}?token=t", 0.7, [])


@pytest.mark.parametrize(
    "url",
    [
        "https://gis.example.org/csw",
        "https://gis.example.org/",
        ROOT,
        f"{ROOT}/Tools/GPServer",
        f"{ROOT}/A/MapServer/0",
    ],
)
def test_others_are_not_recognised(url: str) -> None:
    server = Directory({"A/MapServer": {"type": "FeatureCollection"}}, root="https://gis.example.org")

    assert KIND.detect(url, Answer(url, 200, {}, b"<html/>"), server) is None
    assert len(server.asked) <= 2
