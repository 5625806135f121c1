"""Kinds of work under the names that types of tasks are mapped to; each does what its parameters say, and no more."""

from collections.abc import Mapping
from typing import Any, cast

from windrow.assembly import Assembly
from windrow.model.runs import Part
from windrow.ports.work import Done, Performed, Work, WorkKind

ANYTHING: Mapping[str, Any] = {"type": "object", "default": {}}
ITEM: Mapping[str, Any] = {"type": "string", "minLength": 1}

SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "notebook": {
        "item": ITEM,
        "parameters": ANYTHING,
        "save_injected_parameters": {"type": "boolean", "default": True},
        "update_item": {"type": "boolean", "default": False},
    },
    "geoprocessing": {"url": {"type": "string", "pattern": "^https?://"}, "parameters": ANYTHING},
    "report": {"report": {"type": "string"}, "reportSubType": {"type": "string"}},
    "pipeline": {"item": ITEM},
    "arcgis_portal": {
        "type": {"type": "string"},
        "item": {"type": "string"},
        "parameters": ANYTHING,
        "task_url": {"type": "string"},
    },
}
REQUIRED = {"notebook": ["item"], "geoprocessing": ["url"], "pipeline": ["item"], "arcgis_portal": ["type"]}


class Saying:
    """Ends with the text that the parameter `say` holds, or fails with the one of `fail`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.schema = {
            "type": "object",
            "properties": SCHEMAS[name],
            "required": REQUIRED.get(name, []),
            "additionalProperties": False,
        }

    def perform(self, work: Work) -> Performed:
        given = work.run.parameters.get("parameters", {})
        if "fail" in given:
            raise RuntimeError(given["fail"])
        return Done({"said": given["say"]} if "say" in given else {}, message=given.get("say", ""))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        raise NotImplementedError


def put_kinds(assembly: Assembly) -> None:
    """Has them installed."""
    work = cast(dict[str, WorkKind], assembly.kinds.work)
    for name in SCHEMAS:
        work[name] = cast(WorkKind, Saying(name))
