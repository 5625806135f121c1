"""The API's description leaves nothing to guess, and what it shows is true."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.web.operations import all_operations
from tests.web.serving import House
from tests.web.world import World

ASKING = frozenset({"detect_source", "preview_source", "preview_change"})
"""They would ask the example's host."""

PROBLEM = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def document(house: House) -> Any:
    return house.anybody()("GET", "/openapi.json").json


def operations_of(document: Any) -> Iterator[tuple[str, Any]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def validator_of(document: Any, schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def references_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part["$ref"] for _ in [0] if isinstance(part.get("$ref"), str))
        for each in part.values():
            yield from references_in(each)
    elif isinstance(part, list):
        for each in part:
            yield from references_in(each)


def test_every_operation_says_what_it_does(document: Any) -> None:
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    names = [name for name, _ in operations_of(document)]

    assert len(names) == len(set(names))
    for name, operation in operations_of(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, name
        assert all(each.get("description") for each in operation.get("parameters", ())), name


def test_all_that_is_spoken_of_is_there_and_used(document: Any) -> None:
    spoken_of = set(references_in(document))

    assert spoken_of == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert {word for each in document["security"] for word in each} == set(document["components"]["securitySchemes"])
    assert [each["url"] for each in document["servers"]] == ["/"]


def test_every_error_is_a_problem(document: Any) -> None:
    for name, operation in operations_of(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and name != "readyz":
                assert response["content"] == {"application/problem+json": {"schema": PROBLEM}}, (name, status)


def test_every_operation_tells_all_that_can_go_wrong(document: Any) -> None:
    told = {name: set(operation["responses"]) for name, operation in operations_of(document)}

    assert told["healthz"] == {"200"}
    assert told["readyz"] == {"200", "503"}
    assert told["list_source_kinds"] == {"200", "401", "403", "429", "503"}
    assert told["read_run"] == {"200", "401", "403", "404", "429", "503"}
    assert told["change_source"] == {"200", "401", "403", "404", "409", "413", "415", "422", "429", "503"}


def test_every_example_is_what_its_schema_allows(document: Any) -> None:
    shown = 0
    for name, operation in operations_of(document):
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            content = holder.get("content", {}).get("application/json")
            if content is not None:
                wrong = [
                    error.message for error in validator_of(document, content["schema"]).iter_errors(content["example"])
                ]
                assert wrong == [], name
                shown += 1
    assert shown > 60


def test_examples_show_words_that_mean_something(document: Any) -> None:
    for name, operation in operations_of(document):
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            example = holder.get("content", {}).get("application/json", {}).get("example")
            assert "text" not in values_in(example), name


def values_in(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        for each in part.values():
            yield from values_in(each)
    elif isinstance(part, list):
        for each in part:
            yield from values_in(each)
    else:
        yield part


def test_an_example_that_is_sent_is_understood(world: World) -> None:
    refused: dict[str, list[str]] = {}
    for operation in all_operations(world.house):
        if operation.changes and operation.id not in ASKING and "delete" not in operation.id:
            answer = operation.ask(world.admin, world.ids)
            assert answer.status < 500, operation
            if answer.status == 422:
                refused[operation.id] = sorted(answer.problems)

    # The examples' kinds are not installed here, and its old password not the admin's; files have none.
    assert refused == {
        "change_my_password": ["old_password"],
        "create_item": ["name"],
        "create_task": ["kind"],
        "replace_item_content": ["content"],
    }
