"""NotebookWork: the kind of work that runs Jupyter notebooks."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

from windrow.errors import Conflict
from windrow.model.runs import Part
from windrow.ports.work import Isolation, Performed, Work

NEEDED = ("papermill", "nbconvert", "ipykernel")
"""Packages of the extra `notebooks`."""

USUAL = Isolation(memory=4 << 30, seconds=6 * 3600)


class NotebookWork:
    """Runs a notebook that was uploaded, or that lies in a folder that the settings name.

    All cells, in their order, in a kernel of its own. The executed notebook and a page that shows it are kept as
    outputs, also when a cell failed.
    """

    name: ClassVar[str] = "notebook"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "required": ["item"],
        "additionalProperties": False,
        "properties": {
            "item": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The notebook: an item's id."},
            "parameters": {
                "type": "object",
                "default": {},
                "propertyNames": {"pattern": r"^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 255},
                "description": "Values by name, set after the cell tagged `parameters`, or at the top without one.",
            },
            "kernel": {
                "type": "string",
                "default": "",
                "maxLength": 255,
                "description": "Name of the kernel to run it in; empty for the notebook's own.",
            },
            "save_injected_parameters": {
                "type": "boolean",
                "default": True,
                "description": "Whether the executed notebook keeps the cell that set the parameters.",
            },
            "update_item": {
                "type": "boolean",
                "default": False,
                "description": "Whether the executed notebook becomes the item's content, when all cells ended well.",
            },
            "cell_seconds": {
                "type": ["number", "null"],
                "default": None,
                "exclusiveMinimum": 0,
                "description": "Seconds that each cell may take; empty for no limit but the run's.",
            },
        },
    }

    def __init__(self, isolation: Isolation = USUAL) -> None:
        self.isolation: Isolation | None = isolation

    def missing(self) -> str:
        """What must be installed first; "" when nothing is missing."""
        lacking = [each for each in NEEDED if find_spec(each) is None]
        if not lacking:
            return ""
        return f"notebooks need {', '.join(lacking)}: pip install 'windrow[notebooks]'"

    def perform(self, work: Work) -> Performed:
        """Runs the notebook. Called in a process of its own."""
        if told := self.missing():
            raise Conflict(f"On this worker {told}")
        # Heavy, and not everywhere installed: nobody but the attempt's own process loads it.
        from windrow.work.notebook.running import run_notebook

        return run_notebook(work)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Never called: a notebook is run as one."""
        raise NotImplementedError
