"""Reading a pipeline: from a task's parameters, or from an item as it was when the run began."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windrow.core.items import Shelf
from windrow.core.pipelines.plan import Plan, read_plan
from windrow.core.pipelines.schema import ITEM_SCHEMA
from windrow.core.validating import fill
from windrow.errors import BadInput, NotFound
from windrow.model.items import ItemType
from windrow.model.runs import Run
from windrow.ports.store import Store
from windrow.ports.work import Work

KEPT = "pipeline.json"
"""The file of a run in which it keeps what its item said when it began."""

LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Reading:
    """Finds out what a pipeline is to do."""

    store: Store
    shelf: Shelf

    def content(self, parameters: Mapping[str, Any], *, tenant_id: str) -> Mapping[str, Any]:
        """What a task's parameters come to now, the item read. Raises `BadInput` naming the field at fault."""
        if ("steps" in parameters) == ("item" in parameters):
            raise BadInput.of("parameters.steps", "either `steps` or `item` must be given")
        if "item" not in parameters:
            return parameters
        try:
            with self.shelf.open(parameters["item"], tenant_id=tenant_id) as (item, file):
                raw = file.read(LARGEST + 1)
        except NotFound as error:
            raise BadInput.of("parameters.item", str(error)) from error
        if item.type is not ItemType.PIPELINE or len(raw) > LARGEST:
            raise BadInput.of(
                "parameters.item", f"is no pipeline, but a {item.type}, or larger than {LARGEST >> 20} MiB"
            )
        return _merged(_parsed(raw), parameters)

    def plan_of(self, work: Work) -> Plan:
        """The plan of a run: what its item said when it began, however often it goes on."""
        run = work.run
        if "item" not in run.parameters:
            return read_plan(self.content(run.parameters, tenant_id=run.tenant_id))
        kept = self.kept(run)
        if kept is None:
            kept = self.content(run.parameters, tenant_id=run.tenant_id)
            with work.output(KEPT, "application/json") as file:
                file.write(json.dumps(kept).encode())
        return read_plan(kept)

    def find_plan(self, run: Run) -> Plan:
        """The same for whoever looks on; a plan without steps for a run that has not read its item yet."""
        return read_plan(run.parameters if "item" not in run.parameters else self.kept(run) or {})

    def kept(self, run: Run) -> Mapping[str, Any] | None:
        """What the run keeps of its item; None before it has read it."""
        found = next((each for each in self.store.runs.list_outputs(run.id) if each.name == KEPT), None)
        if found is None:
            return None
        with self.shelf.blobs.open(found.blob) as file:
            kept: Mapping[str, Any] = json.load(file)
        return kept


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput.of("item", f"must be JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadInput.of("item", "must be a JSON object")
    return fill(ITEM_SCHEMA, content, field="item")


def _merged(content: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The item's content; what the task says itself goes before it."""
    given = {**content.get("parameters", {}), **parameters.get("parameters", {})}
    return {**content, **{name: parameters[name] for name in ("at_once",) if name in parameters}, "parameters": given}
