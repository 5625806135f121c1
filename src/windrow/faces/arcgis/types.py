"""Types of tasks: which of our kinds of work each of them is, and its parameters in our words and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from windrow.core.reporting.parameters import report_parameters
from windrow.errors import BadInput
from windrow.faces.arcgis.spelling import from_hex, to_hex
from windrow.model.items import Item, ItemType
from windrow.model.notes import Elsewhere
from windrow.model.tasks import Task

NOTEBOOK, GEOPROCESSING, REPORT, PIPELINE = "ExecuteNotebook", "GPService", "ExecuteReport", "RunDataPipeline"
DELEGATED = "arcgis_portal"

KINDS: Mapping[str, str] = MappingProxyType(
    {
        NOTEBOOK: "notebook",
        GEOPROCESSING: "geoprocessing",
        REPORT: "report",
        PIPELINE: "pipeline",
        "ExecuteSceneCook": DELEGATED,
        "ExecuteWorkflowManager": DELEGATED,
        "UpdateInsightsWorkbook": DELEGATED,
    }
)

ELSEWHERE = tuple(Elsewhere(word, kind, by_parameter=kind == DELEGATED) for word, kind in KINDS.items())
"""Tasks that other ways in made of these kinds are shown too."""

ITEM_TYPES: Mapping[str, ItemType] = MappingProxyType({NOTEBOOK: ItemType.NOTEBOOK, PIPELINE: ItemType.PIPELINE})

WRAPPING = frozenset({"notebookParameters", "saveInjectedParameters", "updatePortalItem"})
"""What stands around a notebook's parameters."""

USUAL_REPORT = "activity"
"""What a report tells of where nobody said so."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a task is to do, as this protocol says it. None is what was not said.

    item    as it was spelled
    """

    type: str
    item: str | None = None
    url: str | None = None
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What only the installation knows.

    kind     raises `BadInput` for a kind of work that is not installed
    item     an item by our identifier; raises `BadInput`
    """

    kind: Callable[[str], object]
    item: Callable[[str], Item]


def check_type(word: str | None) -> str:
    """The type. Raises `BadInput`."""
    if word is None or word not in KINDS:
        raise BadInput.of("type", f"must be one of {', '.join(KINDS)}")
    return word


def to_parameters(asking: Asking, looks: Looks) -> Mapping[str, Any]:
    """The parameters of our kind. Raises `BadInput`; what they must be is for the kind's schema to say."""
    looks.kind(KINDS[asking.type])
    given = dict(asking.parameters or {})
    match asking.type:
        case "ExecuteNotebook":
            return _of_notebook(asking, given, looks)
        case "GPService":
            if asking.url is None or not asking.url.lower().startswith(("http://", "https://")):
                told = "must be the address of a service's task, such as https://gis.example.org/…/GPServer/Tool"
                raise BadInput.of("taskURL", told)
            return _told(url=asking.url, parameters=given)
        case "ExecuteReport":
            asked = given if {"report", "reportSubType"} & set(given) else {"reportSubType": USUAL_REPORT, **given}
            return report_parameters(asked)
        case "RunDataPipeline":
            if asking.item is None:
                raise BadInput.of("itemId", "is missing: name a data pipeline that is here")
            return _told(item=from_hex(asking.item))
        case _:
            item = None if asking.item is None else asking.item
            return _told(type=asking.type, item=item, parameters=given, task_url=asking.url)


def from_task(task: Task) -> Asking:
    """What a task does that this protocol knows nothing of, as well as it can say it."""
    ours = dict(task.parameters)
    item = ours.get("item")
    item = to_hex(item) if isinstance(item, str) else None
    match task.kind:
        case "notebook":
            around = {
                "saveInjectedParameters": ours.get("save_injected_parameters", True),
                "updatePortalItem": ours.get("update_item", False),
            }
            return Asking(NOTEBOOK, item, None, {"notebookParameters": ours.get("parameters", {}), **around})
        case "geoprocessing":
            return Asking(GEOPROCESSING, None, _text(ours.get("url")), ours.get("parameters") or None)
        case "report":
            return Asking(REPORT, None, None, ours)
        case "pipeline":
            return Asking(PIPELINE, item)
        case _:
            word = str(ours.get("type", DELEGATED))
            return Asking(word, item, _text(ours.get("task_url")), ours.get("parameters") or None)


def wrapped(asking: Asking, before: Mapping[str, Any] | None) -> Asking:
    """A notebook's parameters with what stands around them.

    A client's update sends them bare: then what stood around them before stands around them still.
    """
    given = asking.parameters
    if asking.type != NOTEBOOK or given is None or "notebookParameters" in given or set(given) <= WRAPPING:
        return asking
    around = {name: value for name, value in (before or {}).items() if name in WRAPPING}
    return Asking(asking.type, asking.item, asking.url, {**around, "notebookParameters": dict(given)})


def read_parameters(text: str | None, *, field: str = "parameters") -> Mapping[str, Any] | None:
    """The JSON object that was sent. Raises `BadInput`."""
    if text is None:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput.of(field, "must be JSON") from error
    if not isinstance(found, dict):
        raise BadInput.of(field, "must be a JSON object")
    return found


def _of_notebook(asking: Asking, given: dict[str, Any], looks: Looks) -> Mapping[str, Any]:
    inner = given.get("notebookParameters", {})
    if isinstance(inner, str):
        inner = read_parameters(inner or "{}", field="parameters.notebookParameters")
    saved, updated = (_truth(given, name) for name in ("saveInjectedParameters", "updatePortalItem"))
    item = None if asking.item is None else from_hex(asking.item)
    if updated is None and item is not None:
        # ArcGIS writes a run's notebook back unless told otherwise; files of a folder are not ours to write to.
        updated = looks.item(item).is_uploaded
    return _told(item=item, parameters=inner, save_injected_parameters=saved, update_item=updated)


def _truth(given: Mapping[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise BadInput.of(f"parameters.{name}", "must be true or false")


def _told(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
