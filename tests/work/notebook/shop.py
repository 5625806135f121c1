"""A farm with notebooks: brought, run and looked at."""

import io
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.harvests.farm import Farm, beating, wait_for
from windrow.core.runs import TaskDraft
from windrow.model.items import Item
from windrow.model.runs import Level, LogEntry, Run
from windrow.model.tasks import Retry

Cell = tuple[str, str, tuple[str, ...]]


def code(source: str, *tags: str) -> Cell:
    return ("code", source, tags)


def text(source: str) -> Cell:
    return ("markdown", source, ())


def notebook(*cells: Cell, metadata: dict[str, Any] | None = None) -> bytes:
    """A notebook as people save it from editors that say as little as they may."""
    written = []
    for number, (kind, source, tags) in enumerate(cells):
        cell: dict[str, Any] = {"id": f"c{number}", "cell_type": kind, "source": source, "metadata": {}}
        if tags:
            cell["metadata"] = {"tags": list(tags)}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        written.append(cell)
    return json.dumps({"cells": written, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@dataclass
class Shop:
    """How notebooks are brought and run."""

    farm: Farm

    def bring(self, *cells: Cell, name: str = "tides.ipynb", metadata: dict[str, Any] | None = None) -> Item:
        content = io.BytesIO(notebook(*cells, metadata=metadata))
        return self.farm.assembly.windrow.items.add(self.farm.principal, name, content)

    def begin(self, item: Item, **parameters: Any) -> Run:
        draft = TaskDraft("tides", "notebook", {"item": item.id, **parameters}, retry=Retry())
        tasks = self.farm.assembly.windrow.tasks
        return tasks.start(self.farm.principal, tasks.create(self.farm.principal, draft).id)

    def run(self, *cells: Cell, **parameters: Any) -> Run:
        return self.farm.finish(self.begin(self.bring(*cells), **parameters))

    def log(self, run: Run, level: Level | None = None) -> list[str]:
        least = None if level is None else level.value
        found: Sequence[LogEntry] = self.farm.assembly.store.runs.read_log(run.id, limit=1000, least=least).items
        return [each.message for each in found if level in (None, each.level)]

    def output(self, run: Run, name: str) -> bytes:
        with self.farm.assembly.windrow.runs.open_output(self.farm.principal, run.id, name) as (_, file):
            return file.read()

    def executed(self, run: Run, name: str = "tides.ipynb") -> list[dict[str, Any]]:
        """The cells of the executed notebook."""
        cells: list[dict[str, Any]] = json.loads(self.output(run, name))["cells"]
        return cells

    @contextmanager
    def running(self, *cells: Cell, **parameters: Any) -> Iterator[Run]:
        """A run under way, in a thread of its own; it has ended when the block has."""
        run = self.begin(self.bring(*cells), **parameters)
        thread = threading.Thread(target=self.farm.performer.perform, args=(run.id,))
        with beating(self.farm.performer):
            thread.start()
            try:
                yield run
            finally:
                self.farm.assembly.windrow.runs.cancel(self.farm.principal, run.id)
                thread.join(20)
                assert not thread.is_alive()

    def told(self, run: Run, word: str) -> list[int]:
        """The numbers in the first line of the run's log that begins so, once it is there."""
        wait_for(lambda: any(each.startswith(word) for each in self.log(run)))
        return [int(each) for each in next(each for each in self.log(run) if each.startswith(word)).split()[1:]]


def printed(cell: dict[str, Any]) -> str:
    """What a cell wrote."""
    return "".join("".join(each["text"]) for each in cell["outputs"] if each["output_type"] == "stream")
