"""The kind of work `ogc_process`: an execution of a process of OGC API - Processes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import BadInput, NotFound
from windrow.model.runs import Part
from windrow.model.tasks import Task
from windrow.ports.work import Performed, Work
from windrow.work.ogc_process.service import OgcProcessService
from windrow.work.remote_jobs import PATIENCE_SCHEMA, Patience, follow, let_go
from windrow.work.remote_jobs.keeping import SIZE_SCHEMA


class OgcProcessWork:
    """Executes a process, follows its job to its end, and keeps its results as outputs of the run."""

    name: ClassVar[str] = "ogc_process"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "url": {
                "type": "string",
                "pattern": "^https?://[^/?#@\\s]+([/?#]|$)",
                "maxLength": 4000,
                "title": "Address",
                "description": "Address of the process (https://example.org/ogc/processes/buffer), or of its server.",
            },
            "process": {
                "type": "string",
                "maxLength": 1000,
                "default": "",
                "title": "Process",
                "description": "Name of the process, where the address is that of its server.",
            },
            "inputs": {
                "type": "object",
                "default": {},
                "title": "Inputs",
                "description": "The process's inputs by name, each as its description says.",
            },
            "outputs": {
                "type": ["object", "null"],
                "default": None,
                "title": "Outputs",
                "description": "Which outputs are wanted and how, as the standard's execute request has it; "
                "null leaves it to the server.",
            },
            "response": {
                "enum": ["document", "raw"],
                "default": "document",
                "title": "Response",
                "description": "Whether the results come as one JSON document, or as they are.",
            },
            **SIZE_SCHEMA,
            **PATIENCE_SCHEMA,
        },
        "required": ["url"],
        "additionalProperties": False,
    }

    def check_task(self, task: Task) -> None:
        """Raises `BadInput` where no process is named."""
        parameters = task.parameters
        if not parameters["process"] and "/processes/" not in parameters["url"].partition("?")[0]:
            raise BadInput.of("parameters.process", "is missing: the address names no process (.../processes/name)")

    def perform(self, work: Work) -> Performed:
        """One attempt."""
        parameters = work.run.parameters
        return follow(work, OgcProcessService(work, parameters), Patience.of(parameters))

    def let_go(self, work: Work) -> None:
        """Dismisses the job on its server."""
        let_go(work, OgcProcessService(work, work.run.parameters))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:  # noqa: ARG002 - the port's signature
        """Never called: a job has no parts here."""
        raise NotFound("part of a job", part.id)
