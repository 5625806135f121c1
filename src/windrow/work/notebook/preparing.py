"""A notebook made ready: read, its kernel chosen, its parameters injected."""

import json
import keyword
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill.exceptions import PapermillException
from papermill.translators import translate_parameters

from windrow.errors import BadInput
from windrow.work.notebook.kernels import Kernel

DECLARED = "parameters"
INJECTED = "injected-parameters"
"""Tags of cells, as papermill and ArcGIS use them."""


NAMED_CELLS = 5
"""Minor version of the format since which each cell has a name."""


def read_notebook(raw: bytes) -> NotebookNode:
    """A notebook of format 4, complete. Raises `BadInput` for what is none."""
    try:
        found: NotebookNode = nbformat.v4.reads(json.dumps(_completed(json.loads(raw.decode("utf-8-sig")))))
        nbformat.validate(found)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        told = str(error).partition("\n")[0][:300]
        raise BadInput.of("parameters.item", f"is no valid notebook: {told}") from error
    return found


def _completed(written: dict[str, Any]) -> dict[str, Any]:
    """What the format asks for, and what is not needed to run it: programs that write notebooks leave it out."""
    metadata = written.setdefault("metadata", {})
    kernel, language = metadata.pop("kernelspec", None), metadata.pop("language_info", None)
    if isinstance(kernel, dict) and "name" in kernel:
        metadata["kernelspec"] = {"display_name": kernel["name"], **kernel}
    if isinstance(language, dict) and "name" in language:
        metadata["language_info"] = language
    written["nbformat_minor"] = max(NAMED_CELLS, written.get("nbformat_minor", 0))
    names: set[str] = set()
    for cell in written.get("cells", []):
        cell.setdefault("metadata", {})
        if cell.get("id") in (None, *names):
            cell["id"] = secrets.token_hex(4)
        names.add(cell["id"])
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None  # nobody asks what came of an earlier run
    return written


@dataclass(frozen=True, slots=True)
class Names:
    """What a notebook's cell of parameters says."""

    source: str

    def declare(self, name: str) -> bool:
        """Whether it gives this name a value, in any language that is run here."""
        said = rf"^\s*(?:(?:let|var|val|const)\s+)?{re.escape(name)}\s*(?::[^=\n]*)?(?:=|<-)"
        return re.search(said, self.source, re.MULTILINE) is not None


def names_of(notebook: NotebookNode) -> Names:
    """What its first cell tagged `parameters` says."""
    index = _tagged(notebook, DECLARED)
    return Names("" if index is None else notebook.cells[index].source)


def inject(notebook: NotebookNode, parameters: Mapping[str, Any], kernel: Kernel) -> NotebookNode | None:
    """Puts the values where the notebook expects them; returns the new cell, None when there are none.

    After the cell tagged `parameters`, else at the top; instead of what an earlier run injected. Raises `BadInput`.
    """
    before = _tagged(notebook, INJECTED)
    if before is not None:
        del notebook.cells[before]
    if not parameters:
        return None
    cell: NotebookNode = nbformat.v4.new_code_cell(_written(parameters, kernel), metadata={"tags": [INJECTED]})
    declared = _tagged(notebook, DECLARED)
    notebook.cells.insert(0 if declared is None else declared + 1, cell)
    return cell


def _written(parameters: Mapping[str, Any], kernel: Kernel) -> str:
    reserved = [name for name in parameters if kernel.language == "python" and keyword.iskeyword(name)]
    if reserved:
        raise BadInput.of("parameters.parameters", f"{', '.join(reserved)} cannot be set: Python has it as a word")
    try:
        return str(translate_parameters(kernel.name, kernel.language, dict(parameters), "Parameters of this run"))
    except (PapermillException, NotImplementedError) as error:
        told = f"cannot be written in {kernel.language or 'the language of ' + kernel.name}: {error}"
        raise BadInput.of("parameters.parameters", told) from error


def _tagged(notebook: NotebookNode, tag: str) -> int | None:
    return next((number for number, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", [])), None)
