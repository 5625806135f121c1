"""Executing: a notebook's cells in their order, each told of before it begins."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from windrow.work.notebook.bounding import Room

STARTING = 60
"""Seconds that a kernel may take to answer for the first time."""

LONGEST_LINE = 100
LONGEST_REASON = 1000

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


class CellFailed(Exception):
    """A cell failed, or its kernel died; `trace` is the kernel's own account of it, without colours."""

    def __init__(self, message: str, trace: str = "") -> None:
        self.trace = trace
        super().__init__(message)


@dataclass(slots=True)
class Execution:
    """One go through a notebook.

    begin   called before each cell, with how many are done and what it is called
    hidden  a cell that is not kept, and so not counted for people
    """

    notebook: NotebookNode
    manager: AsyncKernelManager
    cell_seconds: float | None
    begin: Callable[[int, str], None]
    hidden: NotebookNode | None = None
    executed: int = 0
    room: Room = field(default_factory=Room)

    @property
    def numbers(self) -> list[int]:
        """Where the cells stand that have something to run."""
        return [number for number, cell in enumerate(self.notebook.cells) if _has_code(cell)]

    def run(self, **start: Any) -> None:
        """Runs them. `start`: how the kernel is to be started. Raises `CellFailed`."""
        client = _Client(
            self.notebook,
            km=self.manager,
            timeout_func=lambda _: self.cell_seconds,  # the trait `timeout` takes whole numbers only
            startup_timeout=STARTING,
            coalesce_streams=True,
            record_timing=True,
            room=self.room,
        )
        try:
            with client.setup_kernel(cleanup_kc=True, **start):
                for number in self.numbers:
                    self._run_cell(client, number)
                client.set_widgets_metadata()
        except (RuntimeError, OSError) as error:
            told = f"The kernel {self.manager.kernel_name} did not start: {error}"
            raise CellFailed(told) from error

    def _run_cell(self, client: "_Client", number: int) -> None:
        cell = self.notebook.cells[number]
        self.begin(self.executed, title_of(self.notebook, number))
        self.room.begin_cell()
        called = self._name(number)
        try:
            client.execute_cell(cell, number, execution_count=self.executed + 1)
        except CellExecutionError as error:
            trace = "\n".join(next((each.traceback for each in cell.outputs if each.output_type == "error"), []))
            raise CellFailed(f"{called}: {error.ename}: {_short(error.evalue)}", plain(trace)) from error
        except CellTimeoutError as error:
            told = f"took longer than {self.cell_seconds:g} s, which are allowed for each cell"
            raise CellFailed(_failed(cell, "TimeLimit", called, told)) from error
        except DeadKernelError as error:
            told = "the kernel died: it was ended by the code that it ran, or by the machine"
            raise CellFailed(_failed(cell, "KernelDied", called, told)) from error
        finally:
            self._tell_of_dropped(cell)
        self.executed += 1

    def _name(self, number: int) -> str:
        """A cell as people find it in what is kept: by its number among all, from 1, and its first line."""
        cells = self.notebook.cells
        if cells[number] is self.hidden:
            return "The cell that sets the parameters"
        counted = sum(each is not self.hidden for each in cells[: number + 1])
        return f"Cell {counted} (`{first_line(cells[number])}`)"

    def _tell_of_dropped(self, cell: NotebookNode) -> None:
        if self.room.dropped:
            told = f"[{self.room.dropped:,} more characters of this cell's output are left out.]\n"
            cell.outputs.append(new_output("stream", name="stderr", text=told))


class _Client(NotebookClient):
    """nbclient's, with bounds."""

    def __init__(self, notebook: NotebookNode, *, room: Room, **traits: Any) -> None:
        super().__init__(notebook, **traits)
        self._room = room
        self.reset_execution_trackers()

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        return super().output(outs, msg, display_id, cell_index) if self._room.fit(msg) else None


def title_of(notebook: NotebookNode, number: int) -> str:
    """What to call a cell: the heading right above it, or its first line."""
    above = notebook.cells[number - 1] if number else None
    if above is not None and above.cell_type == "markdown" and (headings := _HEADING.findall(above.source)):
        return _cut(headings[-1])
    return first_line(notebook.cells[number])


def first_line(cell: NotebookNode) -> str:
    """The first line of its code that is not empty, cut to what people read at a glance."""
    return _cut(next((line.strip() for line in cell.source.splitlines() if line.strip()), ""))


def plain(words: str) -> str:
    """The same without a terminal's colours."""
    return _COLOURS.sub("", words)


def _has_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…"


def _short(reason: object) -> str:
    words = plain(str(reason))
    return words if len(words) <= LONGEST_REASON else words[:LONGEST_REASON] + "…"


def _failed(cell: NotebookNode, name: str, called: str, told: str) -> str:
    """Shows in the notebook what only its runner knows; returns it in one line."""
    cell.outputs.append(new_output("error", ename=name, evalue=told, traceback=[f"{name}: {told}"]))
    return f"{called}: {told}."
