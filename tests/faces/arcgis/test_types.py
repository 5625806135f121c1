"""What a type of task comes to in our words is what the real kinds of work take."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from windrow.assembly import Assembly
from windrow.core.validating import fill
from windrow.errors import BadInput
from windrow.faces.arcgis.errors import tell
from windrow.faces.arcgis.types import DELEGATED, KINDS, Asking, Looks, from_task, to_parameters, wrapped
from windrow.model.identity import new_id
from windrow.model.items import Item, ItemType
from windrow.model.tasks import Task
from windrow.settings import Settings
from windrow.storage.moments import EPOCH
from windrow.work.geoprocessing import GeoprocessingWork

ITEM = "0123456789abcdef0123456789abcdef"
DASHED = "01234567-89ab-cdef-0123-456789abcdef"

ASKED: Mapping[str, tuple[Asking, Mapping[str, Any]]] = {
    "notebook": (
        Asking("ExecuteNotebook", ITEM, None, {"notebookParameters": {"a": 1}, "saveInjectedParameters": True}),
        {"item": DASHED, "parameters": {"a": 1}, "save_injected_parameters": True, "update_item": True},
    ),
    "geoprocessing": (
        Asking("GPService", ITEM, "https://gp.example.org/arcgis/rest/services/X/GPServer/Tool", {"in": 1}),
        {"url": "https://gp.example.org/arcgis/rest/services/X/GPServer/Tool", "parameters": {"in": 1}},
    ),
    "report": (Asking("ExecuteReport"), {"report": "run_history"}),
    "pipeline": (Asking("RunDataPipeline", ITEM), {"item": DASHED}),
}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return Assembly(Settings(data=tmp_path_factory.mktemp("data")))


def looks(*, uploaded: bool = True) -> Looks:
    item = Item(DASHED, "Tides", ItemType.NOTEBOOK, "tides.ipynb", 1, EPOCH, EPOCH, blob="b" if uploaded else "")
    return Looks(lambda kind: kind, lambda _: item)


def task(kind: str, parameters: Mapping[str, Any]) -> Task:
    return Task(new_id(), "t", kind, "", "", parameters)


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_asked_for_is_what_the_real_kind_takes(assembly: Assembly, kind: str) -> None:
    asking, expected = ASKED[kind]

    ours = to_parameters(asking, looks())

    assert ours == expected
    assert KINDS[asking.type] == kind
    kinds = {**assembly.kinds.work, "geoprocessing": GeoprocessingWork()}
    assert fill(kinds[kind].schema, ours, field="parameters").items() >= expected.items()
    again = from_task(task(kind, ours))
    assert again.type == asking.type
    assert to_parameters(again, looks()) == ours


def test_what_another_portal_does_is_handed_on_as_it_is() -> None:
    asking = Asking("UpdateInsightsWorkbook", "not-one-of-ours")

    ours = to_parameters(asking, looks())

    assert ours == {"type": "UpdateInsightsWorkbook", "item": "not-one-of-ours", "parameters": {}}
    assert from_task(task(DELEGATED, ours)) == replace(asking, parameters=None)


def test_a_notebook_in_a_folder_is_not_written_back_to() -> None:
    asking = Asking("ExecuteNotebook", ITEM)

    assert to_parameters(asking, looks(uploaded=False))["update_item"] is False
    assert to_parameters(asking, looks())["update_item"] is True


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": 2}, {"updatePortalItem": False, "notebookParameters": {"a": 2}}),
        ({"notebookParameters": {"a": 2}}, {"notebookParameters": {"a": 2}}),
        ({"notebookParameters": {"a": 2}, "more": 1}, {"notebookParameters": {"a": 2}, "more": 1}),
        ({"saveInjectedParameters": True}, {"saveInjectedParameters": True}),
        ({}, {}),
    ],
)
def test_bare_parameters_of_a_notebook_are_wrapped_as_they_were_before(
    given: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    before = {"updatePortalItem": False, "notebookParameters": {"a": 1}}

    assert wrapped(Asking("ExecuteNotebook", ITEM, None, given), before).parameters == expected
    assert wrapped(Asking("GPService", ITEM, None, {"a": 2}), before).parameters == {"a": 2}


def test_what_is_wrong_with_a_notebooks_parameters_is_told_where_they_were_sent() -> None:
    with pytest.raises(BadInput, match=r"parameters\.notebookParameters: must be JSON"):
        to_parameters(Asking("ExecuteNotebook", ITEM, None, {"notebookParameters": "{"}), looks())
    named = BadInput.of("parameters.parameters.my value", "has a name that must match …")
    assert b"'parameters.notebookParameters.my value' is invalid: has a name" in tell(named).body


def test_a_truth_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match=r"parameters\.updatePortalItem"):
        to_parameters(Asking("ExecuteNotebook", ITEM, None, {"updatePortalItem": "perhaps"}), looks())
