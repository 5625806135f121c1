"""A server that fails is never taken for an empty one, and one thing that fails does not take the others along."""

from typing import Any

import pytest

from tests.sources.arcgis_rest.directory import ROADS, ROOT, Directory, catalogue, error, layer, numbers, roads
from tests.sources.arcgis_rest.passes import KIND, harvest
from windrow.errors import (
    BadInput,
    HostResting,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
)
from windrow.ports.fetching import Validators
from windrow.ports.source_kinds import PageRequest, PassRequest

# Where all layers cannot be had at once.


@pytest.mark.parametrize(
    "instead",
    [
        error(400, "Invalid URL", "Invalid URL"),
        error(500, "Error performing layers operation"),
        404,
        500,
        b"<html><head><title>Error</title></head></html>",
        {"unexpected": True},
        RemoteTooLarge("too large"),
        RemoteTimeout("too slow"),
    ],
    ids=str,
)
def test_layers_are_asked_for_one_by_one_where_they_cannot_be_had_at_once(instead: Any) -> None:
    server = Directory(roads() | {"Roads/MapServer/layers": instead})

    found = harvest(ROOT, server)

    assert numbers(found.identifiers) == ["Roads/MapServer/0", "Roads/MapServer/1", "Roads/MapServer/2"]
    assert [(each.title, each.type) for each in found.references] == [
        (f"Layer {number}", "Feature Layer") for number in range(3)
    ]
    assert found.failed == []
    whole = harvest(ROOT, Directory(roads()))
    assert [each.fingerprint for each in whole.records] != []


def test_a_layer_is_the_same_however_it_was_asked_for() -> None:
    at_once = harvest(ROOT, Directory(roads(supportedExtensions="FeatureServer")))
    singly = harvest(ROOT, Directory(roads(supportedExtensions="FeatureServer") | {"Roads/MapServer/layers": 404}))

    assert [each.read() for each in singly.records] == [each.read() for each in at_once.records]
    assert [each.fingerprint for each in singly.records] == [each.fingerprint for each in at_once.records]


def test_a_server_that_says_it_is_too_old_is_not_asked_for_all_layers() -> None:
    server = Directory(roads(version=9.31))

    harvest(ROOT, server)

    assert "Roads/MapServer/layers" not in server.asked


def test_layers_that_a_list_lacks_are_asked_for_alone() -> None:
    documents = roads()
    documents["Roads/MapServer/layers"]["layers"].pop(1)

    found = harvest(ROOT, Directory(documents))

    assert [each.title for each in found.references] == ["Layer 1"]
    assert numbers(found.identifiers) == ["Roads/MapServer/0", "Roads/MapServer/2", "Roads/MapServer/1"]


@pytest.mark.parametrize(
    "instead", [error(499, "Token Required"), 429, 503, RemoteUnreachable("refused"), HostResting("rests")], ids=str
)
def test_a_server_that_is_busy_or_wants_a_token_is_not_pressed(instead: Any) -> None:
    server = Directory(roads() | {"Roads/MapServer/layers": instead})

    with pytest.raises((RemoteStatus, RemoteUnreachable, HostResting)):
        harvest(ROOT, server)

    assert server.asked[-1] == "Roads/MapServer/layers"


def one_by_one(**changes: Any) -> Directory:
    return Directory(roads() | {"Roads/MapServer/layers": 404} | changes)


def test_layers_are_asked_for_with_their_validators() -> None:
    server = one_by_one()
    server.etag = '"1"'
    first = harvest(ROADS, server)

    again = harvest(ROADS, server, validators={f"{ROADS}/{number}": Validators('"1"') for number in range(3)})

    assert {each.etag for each in first.records} == {'"1"'}
    assert (again.records, numbers(again.unchanged)) == ([], [f"Roads/MapServer/{number}" for number in range(3)])


def test_a_layer_that_cannot_be_had_fails_alone() -> None:
    server = one_by_one(
        **{"Roads/MapServer/0": error(400, "Invalid or missing input parameters"), "Roads/MapServer/1": layer(7)}
    )

    found = harvest(ROADS, server)

    assert numbers(found.identifiers) == ["Roads/MapServer/2"]
    assert found.failed == [
        (f"{ROADS}/0", f"{ROADS}/0 answered an error (400: Invalid or missing input parameters)."),
        (f"{ROADS}/1", "Not layer 1, but an object with id, name, type, description, geometryType."),
    ]


def test_where_no_layer_can_be_had_the_page_is_tried_again() -> None:
    server = one_by_one(**{f"Roads/MapServer/{number}": RemoteTimeout("slow") for number in range(3)})

    with pytest.raises(RemoteTimeout):
        harvest(ROADS, server)


def test_a_host_that_rests_is_left_alone() -> None:
    with pytest.raises(HostResting):
        harvest(ROADS, one_by_one(**{"Roads/MapServer/1": HostResting("rests")}))


# Errors.


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (error(499, "Token Required"), 499, r"Roads/MapServer needs a token; .* \(499: Token Required\)"),
        (error(498, "Invalid token."), 498, r"refuses the token that it was given \(498: Invalid token\)"),
        (
            error(403, "", "You do not have permissions"),
            403,
            r"may not be read .* \(403: You do not have permissions\)",
        ),
        (error(500, "Service Roads/MapServer not started "), 500, r"answered an error \(500: Service Roads/MapServer"),
        (error(-2147467259, ""), 500, r"\(-2147467259: no reason given\)"),
        ({"error": {"message": "Could not access any server machines"}}, 500, "Could not access any server machines"),
        ({"status": "error", "messages": ["Site is stopped."], "code": 503}, 503, r"\(503: Site is stopped\)"),
        (502, 502, "answered 502"),
    ],
)
def test_errors_that_come_with_status_200_are_errors(answer: Any, status: int, problem: str) -> None:
    server = Directory({"": catalogue("Roads/MapServer"), "Roads/MapServer": answer})
    request = PassRequest(ROOT, {})
    [key] = KIND.open(request, server).pages

    with pytest.raises(RemoteStatus, match=problem) as raised:
        KIND.load(request, PageRequest(key), server)

    assert (raised.value.status, raised.value.retryable) == (status, status >= 500)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"<html><head><title>Sign In</title></head></html>", "HTML page instead of JSON: Sign In"),
        (b"", "An empty answer"),
        (b'{"folders": [], "services": [{"na', "Truncated JSON"),
        ([], "A JSON list instead of an object"),
        ({}, "No list of services and folders, but an object with nothing"),
        ({"currentVersion": 10.9, "folders": []}, "No list of services and folders"),
        ({"services": {}, "folders": []}, "No list of services and folders"),
        ({"services": [], "folders": "A"}, "No list of services and folders"),
        ({"error": "something went wrong"}, "answered an error: something went wrong"),
    ],
)
def test_what_is_no_catalogue_is_no_empty_catalogue(answer: Any, problem: str) -> None:
    with pytest.raises(RemoteUnreadable, match=problem):
        KIND.open(PassRequest(ROOT, {}), Directory({"": answer}))


@pytest.mark.parametrize(
    "answer", [{}, {"layers": {}}, {"name": "x", "type": "Feature Layer", "id": 0}, [], b"<html/>"]
)
def test_what_is_no_service_is_no_empty_service(answer: Any) -> None:
    server = Directory({"": catalogue("Roads/MapServer"), "Roads/MapServer": answer})

    with pytest.raises(RemoteUnreadable):
        harvest(ROOT, server)
    with pytest.raises(RemoteUnreadable):
        KIND.open(PassRequest(ROADS, {}), server)


def test_what_is_no_image_service_is_told() -> None:
    server = Directory({"": catalogue("Ortho/ImageServer"), "Ortho/ImageServer": {"layers": []}})

    with pytest.raises(RemoteUnreadable, match="No image service, but an object with layers"):
        harvest(ROOT, server)
    with pytest.raises(RemoteUnreadable, match="No image service"):
        KIND.open(PassRequest(f"{ROOT}/Ortho/ImageServer", {}), server)


def test_odd_members_of_lists_count_as_failed_and_hold_up_nothing() -> None:
    documents = roads()
    documents[""]["services"] += [None, {"name": "x"}, {"name": "../admin", "type": "MapServer"}]
    documents["Roads/MapServer"]["layers"] += [{"id": "7", "name": "x"}, {"id": True}, 7]

    found = harvest(ROOT, Directory(documents))

    assert len(found.records) == 3
    assert [problem for _, problem in found.failed] == [
        *["The folder lists a service without a usable name or type."] * 3,
        "It lists layers without a number of their own.",
    ]


def test_an_empty_catalogue_is_a_page_without_records() -> None:
    found = harvest(ROOT, Directory({"": catalogue("Tools/GPServer")}))

    assert (found.records, found.keys) == ([], [{"folder": ""}])


def test_a_url_of_something_else_is_refused() -> None:
    with pytest.raises(BadInput, match="a GeocodeServer holds nothing to harvest"):
        KIND.open(PassRequest(f"{ROOT}/World/GeocodeServer", {}), Directory({}))
