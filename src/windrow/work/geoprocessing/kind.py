"""The kind of work `geoprocessing`: a job of an asynchronous geoprocessing task."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import NotFound
from windrow.model.runs import Part
from windrow.ports.work import Performed, Work
from windrow.work.geoprocessing.service import GeoprocessingService
from windrow.work.remote_jobs import PATIENCE_SCHEMA, Patience, follow, let_go
from windrow.work.remote_jobs.keeping import SIZE_SCHEMA


class GeoprocessingWork:
    """Submits a job, follows it to its end, and keeps its results as outputs of the run."""

    name: ClassVar[str] = "geoprocessing"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "url": {
                "type": "string",
                "pattern": "^https?://[^/?#@\\s]+/\\S+$",
                "maxLength": 4000,
                "title": "Task",
                "description": "Address of the task: https://gis.example.org/arcgis/rest/services/Tools/GPServer/Buffer",
            },
            "parameters": {
                "type": "object",
                "default": {},
                "title": "Parameters",
                "description": "The task's input parameters by name, each as the service's REST page describes it.",
            },
            "results": {
                "type": ["array", "null"],
                "items": {"type": "string", "minLength": 1},
                "uniqueItems": True,
                "default": None,
                "title": "Results",
                "description": "Names of the output parameters to keep; null keeps all.",
            },
            **SIZE_SCHEMA,
            **PATIENCE_SCHEMA,
        },
        "required": ["url"],
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        """One attempt."""
        parameters = work.run.parameters
        return follow(work, GeoprocessingService(work, parameters), Patience.of(parameters))

    def let_go(self, work: Work) -> None:
        """Cancels the job on its server."""
        let_go(work, GeoprocessingService(work, work.run.parameters))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a job has no parts here."""
        raise NotFound("part of a job", part.id)
