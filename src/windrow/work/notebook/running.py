"""One run of a notebook: from its item to its outputs."""

import io
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.items import Item, ItemType, title_of
from windrow.model.runs import Level, Progress
from windrow.ports.work import Done, Work
from windrow.work.notebook.asked import Asked, environment_of, offered, read_asked
from windrow.work.notebook.executing import CellFailed, Execution
from windrow.work.notebook.kernels import Kernel, choose_kernel, make_manager
from windrow.work.notebook.preparing import inject, names_of, read_notebook
from windrow.work.notebook.showing import show

SAVE_EVERY = 10.0
"""Seconds after which what was run so far is kept: a run that is ended for its memory has no last word."""

LONGEST_TRACE = 8000


def run_notebook(work: Work) -> Done:
    """Runs the notebook that the run asks for. Raises `BadInput`, `NotFound` and `CellFailed`."""
    asked = read_asked(work.run.parameters)
    with work.open_item(asked.item) as (item, file):
        if item.type is not ItemType.NOTEBOOK:
            raise BadInput.of("parameters.item", f"must be a notebook; {item.name} is a {item.type}")
        notebook = read_notebook(file.read())
    return _Run(work, asked, item, notebook).carry_out()


@dataclass(slots=True)
class _Run:
    work: Work
    asked: Asked
    item: Item
    notebook: NotebookNode
    injected: NotebookNode | None = None
    total: int = 0
    saved: float = field(default_factory=time.monotonic)

    def carry_out(self) -> Done:
        kernel = self._prepare()
        folder = Path("notebook").absolute()
        folder.mkdir()
        hidden = None if self.asked.save_injected else self.injected
        execution = Execution(self.notebook, make_manager(kernel, folder), self.asked.cell_seconds, self._begin, hidden)
        self.total = len(execution.numbers)
        try:
            execution.run(cwd=str(folder), env={**os.environ, **environment_of(self.work.run)})
        except CellFailed as failed:
            self._keep()
            if failed.trace:
                self.work.log(Level.ERROR, failed.trace[-LONGEST_TRACE:])
            raise
        except SystemExit:
            # Its time is over, and it has half a second: what is there may be of use. A cancelled one is not heard.
            self._save()
            raise
        self.work.report(Progress(self.total, self.total))
        self._keep()
        return self._done(kernel)

    def _prepare(self) -> Kernel:
        kernel = choose_kernel(self.notebook.metadata, self.asked.kernel)
        if kernel.instead_of:
            told = f"There is no kernel {kernel.instead_of!r} here; the notebook is in Python, and runs in ours."
            self.work.log(Level.WARNING, told)
        names = names_of(self.notebook)
        ours = {name: value for name, value in offered(self.work.run).items() if names.declare(name)}
        self.injected = inject(self.notebook, {**ours, **self.asked.parameters}, kernel)
        described = {"name": kernel.name, "language": kernel.language, "display_name": kernel.name}
        self.notebook.metadata.kernelspec = described
        return kernel

    def _begin(self, executed: int, title: str) -> None:
        self.work.check()
        self.work.report(Progress(executed, self.total, message=title))
        if time.monotonic() - self.saved >= SAVE_EVERY:
            self._save()
            self.saved = time.monotonic()

    # What is kept.

    @property
    def _stem(self) -> str:
        return title_of(self.item.name)

    def _written(self) -> bytes:
        kept = self.notebook
        if self.injected is not None and not self.asked.save_injected:
            kept = NotebookNode({**kept, "cells": [each for each in kept.cells if each is not self.injected]})
        return str(nbformat.writes(kept)).encode()

    def _save(self) -> None:
        with self.work.output(f"{self._stem}.ipynb", "application/x-ipynb+json") as file:
            file.write(self._written())

    def _keep(self) -> None:
        self._save()
        try:
            page = show(nbformat.reads(self._written().decode(), as_version=4), self.item.title)
        except Exception as error:  # noqa: BLE001 - the edge of a library: what ran is kept, whether it can be shown or not
            self.work.log(Level.WARNING, f"No page could be made of it: {type(error).__name__}: {error}")
            return
        with self.work.output(f"{self._stem}.html", "text/html") as file:
            file.write(page.encode())

    def _done(self, kernel: Kernel) -> Done:
        result = {"cells": self.total, "kernel": kernel.name, "notebook": f"{self._stem}.ipynb"}
        if not self.asked.update_item:
            return Done(result)
        try:
            self.work.keep_item(self.item, io.BytesIO(self._written()))
        except (BadInput, Conflict, NotFound) as error:
            told = f"All cells ended well, but the item was not updated: {error}"
            return Done(result, succeeded=1, failed=1, message=told)
        return Done({**result, "item": self.item.id})
