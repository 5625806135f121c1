"""The kind of work `arcgis_portal`: a task that the configured portal does, when Windrow says so."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import BadInput, NotFound
from windrow.model.runs import Part
from windrow.model.tasks import Task
from windrow.ports.work import Performed, Work
from windrow.work.arcgis_portal.service import PortalService
from windrow.work.arcgis_portal.signing import Doorkeeper, Portal
from windrow.work.remote_jobs import PATIENCE_SCHEMA, Patience, follow, let_go

_PATIENCE = {
    name: rule | ({"default": 5} if name == "poll_seconds" else {})
    for name, rule in PATIENCE_SCHEMA.items()
    if name != "if_unsure"
}


class ArcgisPortalWork:
    """Has the portal run a task of its own once, follows that run, and takes the task away again.

    `portal` is None where the installation has none: then tasks of this kind are refused when they are made.
    """

    name: ClassVar[str] = "arcgis_portal"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "type": {
                "type": "string",
                "pattern": "^[A-Za-z][A-Za-z0-9_]*$",
                "maxLength": 100,
                "title": "Type",
                "description": "What the portal is to do: ExecuteSceneCook, UpdateInsightsWorkbook, "
                "ExecuteWorkflowManager, or another type that it knows.",
            },
            "item": {
                "type": "string",
                "maxLength": 100,
                "default": "",
                "title": "Item",
                "description": "Id of the portal's item that it is done with; empty for types without one.",
            },
            "parameters": {
                "type": "object",
                "default": {},
                "title": "Parameters",
                "description": "What the portal's task takes, as the portal's documentation of its type has it.",
            },
            "task_url": {
                "type": "string",
                "maxLength": 4000,
                "default": "",
                "title": "Service",
                "description": "Address of a service's task, for types that want one.",
            },
            **_PATIENCE,
        },
        "required": ["type"],
        "additionalProperties": False,
    }

    def __init__(self, portal: Portal | None) -> None:
        self._doorkeeper = None if portal is None else Doorkeeper(portal)

    def check_task(self, task: Task) -> None:  # noqa: ARG002 - the port's signature
        """Raises `BadInput` where there is no portal."""
        self._keeper()

    def perform(self, work: Work) -> Performed:
        """One attempt."""
        patience = Patience.of({"if_unsure": "again", **work.run.parameters})
        return follow(work, PortalService(work, self._keeper()), patience)

    def let_go(self, work: Work) -> None:
        """Disables the portal's task and deletes it."""
        let_go(work, PortalService(work, self._keeper()))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a task has no parts here."""
        raise NotFound("part of a job", part.id)

    def _keeper(self) -> Doorkeeper:
        if self._doorkeeper is None:
            told = "is done by an ArcGIS portal, and this installation has none: set WINDROW_REMOTE_PORTAL_URL, and"
            raise BadInput.of("kind", f"{told} WINDROW_REMOTE_PORTAL_TOKEN or a user and password, for all processes")
        return self._doorkeeper
