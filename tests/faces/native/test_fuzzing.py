"""Whatever is sent, the API keeps to its own description: no 5xx, documented statuses and shapes, bad input refused."""

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
ASKING = frozenset({"detect_source", "preview_source", "preview_change"})


@pytest.fixture(scope="module")
def operations(world: World) -> list[Any]:
    """What deletes comes last."""
    schema: Any = schemathesis.openapi.from_url(f"{world.house.base}/api/v1/openapi.json")
    found = [each.ok() for each in schema.get_all_operations()]
    return sorted(found, key=lambda each: each.method == "delete")


def test_what_fits_the_description_is_answered_as_described(world: World, operations: list[Any]) -> None:
    for operation in operations:
        send_all(world, operation, GenerationMode.POSITIVE, CHECKS)


def test_what_does_not_fit_it_is_refused_as_described(world: World, operations: list[Any]) -> None:
    for operation in operations:
        if any(operation.iter_parameters()) or operation.body:
            send_all(world, operation, GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection])


def send_all(world: World, operation: Any, mode: GenerationMode, checks: list[Any]) -> None:
    @EXAMPLES
    @given(case=cases_of(operation, mode, world.ids))
    def send(case: Case[Any]) -> None:
        if operation.definition.raw["operationId"] in ASKING and isinstance(case.body, dict):
            # Nothing but our own remote is ever asked.
            case.body["url"] = world.remote.url("/gone")
        response = case.call(headers=dict(world.admin.headers))

        case.validate_response(response, checks=checks)

    send()


def cases_of(operation: Any, mode: GenerationMode, ids: Mapping[str, Any]) -> st.SearchStrategy[Case[Any]]:
    """Cases with any ids, and cases with ids that there are."""
    known = {each.name: ids[each.name] for each in operation.path_parameters}
    anything: st.SearchStrategy[Case[Any]] = operation.as_strategy(mode)
    if not known or (mode is GenerationMode.NEGATIVE and not operation.body and not operation.query):
        return anything
    return st.one_of(operation.as_strategy(mode, path_parameters=known), anything)
